//! How an answer is written.

mod error;
mod jsonl;
mod list;
mod message;
mod piece;
mod text;

use std::io;

use choreoai::{ChatChunk, ChatCompletion, Verdict};
use clap::ValueEnum;

use crate::failure::{AnswerFailure, Failure};
pub(crate) use error::ErrorJson;
use jsonl::Jsonl;
pub(crate) use jsonl::Line;
pub(crate) use list::{ListFormat, conclude_list};
use message::WholeMessage;
pub(crate) use message::{ToolCallJson, UsageJson};
use text::Text;

/// How to write an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The text of the first choice as it arrives; all else goes to standard error
    #[default]
    Text,
    /// All that arrives, as it arrives: one JSON object a line
    Jsonl,
    /// The whole answer as one JSON object, in the shape of OpenAI's chat.completion
    Message,
}

impl Format {
    /// A writer of this format to standard output.
    pub(crate) fn open(self) -> Box<dyn Output> {
        let stdout = io::stdout().lock();
        match self {
            Self::Text => Box::new(Text::new(stdout)),
            Self::Jsonl => Box::new(Jsonl::new(stdout)),
            Self::Message => Box::new(WholeMessage::new(stdout)),
        }
    }
}

/// Writes an answer: chunks, or a whole completion, and then how it ended.
pub(crate) trait Output {
    /// Takes what one event of the stream brought. What is to be written of it has been written, through to the reader,
    /// when this returns.
    fn chunk(&mut self, chunk: &ChatChunk) -> Result<(), Failure>;

    /// Takes an answer that came whole, or what arrived of it.
    fn completion(&mut self, completion: ChatCompletion) -> Result<(), Failure>;

    /// The answer has ended.
    fn end(&mut self, ending: Ending<'_>) -> io::Result<()>;
}

/// How an answer ended.
pub(crate) type Ending<'a> = Result<Verdict, &'a AnswerFailure>;

/// Writes the end of an answer, unless the writing itself has failed.
pub(crate) fn conclude(output: &mut dyn Output, outcome: Result<Verdict, Failure>) -> Result<(), Failure> {
    match &outcome {
        Ok(verdict) => output.end(Ok(*verdict))?,
        Err(Failure::Answer(failure)) => output.end(Err(failure))?,
        Err(_) => {}
    }
    outcome.map(drop)
}
