//! A whole answer.

use std::sync::Arc;

use bytes::Bytes;
use choreoai_core::chat::assemble::{Assembler, Choice, Completion, Limit, ToolCall};
use choreoai_core::chat::{Usage, Verdict};

use super::chunk::{ChatChunk, FragmentKind};
use super::extra::{AnswerExtras, ExtraMembers};
use super::logprobs::Logprobs;
use crate::error::ErrorKind;
use crate::{Error, ResponseHead};

/// What the unknown members of an answer may take.
const EXTRAS_LIMIT: usize = Assembler::DEFAULT_LIMIT;

/// A whole answer, or as much of it as arrived.
#[derive(Clone, Debug, Default)]
pub struct ChatCompletion {
    completion: Completion,
    extras: AnswerExtras,
    head: Option<Arc<ResponseHead>>,
    raw_body: Option<Bytes>,
    verdict: Option<Verdict>,
}

impl ChatCompletion {
    /// The content of choice 0; empty when it has none.
    pub fn text(&self) -> &str {
        self.choice(0).and_then(|choice| choice.content.as_deref()).unwrap_or_default()
    }

    /// The content of choice 0, taken out; empty when it has none.
    pub fn into_text(mut self) -> String {
        let choices = &mut self.completion.choices;
        let choice = choices.iter_mut().find(|choice| choice.index == Some(0));
        choice.and_then(|choice| choice.content.take()).unwrap_or_default()
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

    /// The log probabilities of a choice's tokens, those of all chunks together; `None` when the request did not ask for
    /// them or the server sent none.
    ///
    /// # Errors
    ///
    /// Class `malformed_answer`, when they have a form of their own; [`Choice::logprobs`] has the text.
    pub fn logprobs(&self, choice: u32) -> Result<Option<Logprobs>, Error> {
        match self.choice(choice).map(|choice| &*choice.logprobs) {
            None | Some([]) => Ok(None),
            Some(texts) => Logprobs::of_chunks(texts).map(Some),
        }
    }

    /// The answer's own members that the schema does not know. Those of tool calls are in [`ToolCall::extra`].
    ///
    /// Only where they were asked for: see [`ChatRequest::keep_extra`](crate::ChatRequest::keep_extra).
    pub fn extra(&self) -> &ExtraMembers {
        self.extras.of_answer()
    }

    /// The members of a choice that the schema does not know, such as `content_filter_results`.
    pub fn choice_extra(&self, choice: u32) -> &ExtraMembers {
        self.extras.of_choice(choice)
    }

    /// The members of a choice's message that the schema does not know, such as `annotations` and `audio`.
    pub fn message_extra(&self, choice: u32) -> &ExtraMembers {
        self.extras.of_message(choice)
    }

    /// The body of the response, byte for byte (without its content coding) and up to `[DONE]`; only where the request
    /// asks to [keep](crate::ChatRequest::keep_raw_body) it.
    pub fn raw_body(&self) -> Option<&Bytes> {
        self.raw_body.as_ref()
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

    /// An error about this answer, which goes with it.
    pub(super) fn blamed(self, error: Error) -> Error {
        let head = self.head.clone();
        let error = error.with_partial(self);
        match head {
            Some(head) => error.with_head(head),
            None => error,
        }
    }

    /// Gives each tool call of choice 0 that came without an id one of its own, so that a result can name it. `turn` tells
    /// them from those of other answers.
    pub(super) fn name_calls(&mut self, turn: usize) {
        let choice = self.completion.choices.iter_mut().find(|choice| choice.index == Some(0));
        for (place, call) in choice.into_iter().flat_map(|choice| choice.tool_calls.iter_mut()).enumerate() {
            if call.id.is_empty() {
                call.id = format!("call_{turn}_{place}");
            }
        }
    }

    pub(super) fn ended(&mut self, head: Option<Arc<ResponseHead>>, verdict: Option<Verdict>) {
        self.head = head;
        self.verdict = verdict;
    }

    pub(super) fn keep_raw_body(&mut self, body: Option<Bytes>) {
        self.raw_body = body;
    }
}

/// Builds a whole answer from chunks.
///
/// It takes at most 64 MiB of text and tool calls, and as much of members that the schema does not know.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    assembler: Assembler,
    extras: AnswerExtras,
    /// How much memory these take.
    extras_size: usize,
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
        outcome
            .and_then(|()| self.push_extras(chunk))
            .map_err(|limit| Error::new(ErrorKind::Limit, limit.to_string()).with_source(limit))
    }

    /// The answer, or as much of it as came.
    pub fn finish(self) -> ChatCompletion {
        let Self { assembler, extras, .. } = self;
        ChatCompletion { completion: assembler.into_completion(), extras, ..ChatCompletion::default() }
    }

    fn push_extras(&mut self, chunk: &ChatChunk) -> Result<(), Limit> {
        for fragment in chunk.fragments() {
            let FragmentKind::Extra(member) = fragment.kind else { continue };
            // What is past the limit is what one chunk brings, at most.
            if self.extras_size > EXTRAS_LIMIT {
                return Err(Limit::Bytes { allowed: EXTRAS_LIMIT });
            }
            self.extras_size += self.extras.push(fragment.choice, &member);
        }
        Ok(())
    }
}
