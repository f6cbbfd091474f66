//! A whole answer.

use std::sync::Arc;

use choreoai_core::chat::assemble::{Assembler, Choice, Completion, ToolCall};
use choreoai_core::chat::{Usage, Verdict};

use super::chunk::ChatChunk;
use crate::error::ErrorKind;
use crate::{Error, ResponseHead};

/// A whole answer, or as much of it as arrived.
#[derive(Clone, Debug, Default)]
pub struct ChatCompletion {
    completion: Completion,
    head: Option<Arc<ResponseHead>>,
    verdict: Option<Verdict>,
}

impl ChatCompletion {
    /// The content of choice 0; empty when it has none.
    pub fn text(&self) -> &str {
        self.choice(0).and_then(|choice| choice.content.as_deref()).unwrap_or_default()
    }

    /// The tool calls of choice 0.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.choice(0).map(|choice| &*choice.tool_calls).unwrap_or_default()
    }

    /// Why choice 0 ended.
    pub fn finish_reason(&self) -> Option<&str> {
        self.choice(0).and_then(|choice| choice.finish_reason.as_deref())
    }

    /// The choice of this index.
    pub fn choice(&self, index: u32) -> Option<&Choice> {
        self.completion.choice(index)
    }

    /// The choices, ordered by index.
    pub fn choices(&self) -> &[Choice] {
        &self.completion.choices
    }

    /// What arrived of a choice that was cut before the server said which one it is: an index may come after
    /// the text. Neither [`text`](Self::text) nor [`choices`](Self::choices) has it, so look here too in what
    /// [`Error::partial`] holds.
    pub fn unbound(&self) -> Option<&Choice> {
        self.completion.unbound.as_ref()
    }

    /// The completion's id; the first, where it changes from chunk to chunk.
    pub fn id(&self) -> Option<&str> {
        self.completion.id.as_deref()
    }

    /// The name of the model that answered.
    pub fn model(&self) -> Option<&str> {
        self.completion.model.as_deref()
    }

    /// When the completion was created, in whole seconds of Unix time.
    pub fn created(&self) -> Option<u64> {
        self.completion.created
    }

    /// The configuration of the backend that answered.
    pub fn system_fingerprint(&self) -> Option<&str> {
        self.completion.system_fingerprint.as_deref()
    }

    /// The tier that served the request.
    pub fn service_tier(&self) -> Option<&str> {
        self.completion.service_tier.as_deref()
    }

    /// Token counts.
    pub fn usage(&self) -> Option<&Usage> {
        self.completion.usage.as_ref()
    }

    /// How the answer ended: `None` when it was cut, or not received by a client.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    /// The head of the response, and how many requests it took: `None` when it was not received by a client, and
    /// where this is the part of an answer that an error holds, which has the head itself.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.head.as_deref()
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.response().and_then(ResponseHead::request_id)
    }

    pub(super) fn ended(&mut self, head: Option<Arc<ResponseHead>>, verdict: Option<Verdict>) {
        self.head = head;
        self.verdict = verdict;
    }
}

/// Builds a whole answer from chunks.
///
/// It takes at most 64 MiB of text and tool calls.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    assembler: Assembler,
}

impl Assembly {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    ///
    /// `limit` when the answer is too large. What was assembled before stays; later chunks are refused too.
    pub fn push(&mut self, chunk: &ChatChunk) -> Result<(), Error> {
        let mut outcome = Ok(());
        chunk.events(|event| outcome = outcome.and(self.assembler.push(&event)));
        outcome.map_err(|limit| Error::new(ErrorKind::Limit, limit.to_string()).with_source(limit))
    }

    /// The answer, or as much of it as came.
    pub fn finish(self) -> ChatCompletion {
        ChatCompletion { completion: self.assembler.into_completion(), head: None, verdict: None }
    }
}
