//! Gathers the decoder's events into chunks, binding choices and tool calls to their indices at the end of their
//! scope.

use choreoai_core::chat::{Event, ExtraPart, Piece};

use super::chunk::{ChatChunk, Span, SpanKind};
use crate::Error;
use crate::error::ErrorKind;

/// A chunk this large is handed out before its event has ended: at the next end of a choice, or within a text of a choice
/// whose index has come.
pub(super) const CHUNK_TARGET: usize = 1 << 20;
/// The most that is held of an event whose choice is not known yet, bookkeeping included.
pub(super) const HELD_LIMIT: usize = 64 << 20;

#[derive(Debug, Default)]
pub(super) struct ChunkBuilder {
    chunk: ChatChunk,
    /// Where the spans of the open choice and the open tool call begin.
    choice: Option<usize>,
    call: Option<usize>,
    /// The indices of both, if a part of them was handed out already.
    told_choice: Option<u32>,
    told_call: Option<u32>,
    /// The size of the last chunk's text: the next one is mostly alike.
    expected: usize,
    limit: Limits,
}

#[derive(Debug)]
pub(super) struct Limits {
    pub(super) target: usize,
    pub(super) held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { target: CHUNK_TARGET, held: HELD_LIMIT }
    }
}

impl ChunkBuilder {
    #[cfg(test)]
    pub(super) fn with_limits(target: usize, held: usize) -> Self {
        Self { limit: Limits { target, held }, ..Self::default() }
    }

    /// Takes an event; gives a chunk when one is complete. Parts of error reports and `[DONE]` are no part of a
    /// chunk.
    pub(super) fn push(&mut self, event: Event<'_>) -> Result<Option<ChatChunk>, Error> {
        match event {
            Event::Id(piece) => self.piece(SpanKind::Id, piece)?,
            Event::Model(piece) => self.piece(SpanKind::Model, piece)?,
            Event::SystemFingerprint(piece) => self.piece(SpanKind::SystemFingerprint, piece)?,
            Event::ServiceTier(piece) => self.piece(SpanKind::ServiceTier, piece)?,
            Event::Role(piece) => self.piece(SpanKind::Role, piece)?,
            Event::FinishReason(piece) => self.piece(SpanKind::Finish, piece)?,
            Event::Logprobs(piece) => self.piece(SpanKind::Logprobs, piece)?,
            Event::ToolCallId(piece) => self.piece(SpanKind::CallId, piece)?,
            Event::ToolCallName(piece) => self.piece(SpanKind::CallName, piece)?,
            Event::Extra(extra) => match extra.part {
                ExtraPart::Name => self.piece(SpanKind::ExtraName(extra.scope), extra.piece)?,
                ExtraPart::Value => self.piece(SpanKind::ExtraValue(extra.scope), extra.piece)?,
            },
            Event::Content(text) => self.text(SpanKind::Content, text)?,
            Event::Reasoning(text) => self.text(SpanKind::Reasoning, text)?,
            Event::Refusal(text) => self.text(SpanKind::Refusal, text)?,
            Event::ToolCallArguments(text) => self.text(SpanKind::CallArguments, text)?,
            Event::Created(seconds) => self.chunk.created = Some(seconds),
            Event::Usage(usage) => self.chunk.usage = Some(Box::new(*usage)),
            Event::ChoiceStart => self.choice = Some(self.chunk.spans.len()),
            Event::ToolCallStart => self.call = Some(self.chunk.spans.len()),
            Event::ToolCallEnd { index } => {
                agree(self.told_call.take(), index)?;
                self.end_call(index);
            }
            Event::ChoiceEnd { index } => {
                agree(self.told_choice.take(), Some(index))?;
                self.end_choice(index);
                if self.chunk.text.len() >= self.limit.target {
                    return Ok(Some(self.take()));
                }
            }
            Event::ChunkEnd => return Ok(Some(self.take())),
            _ => {}
        }
        Ok(None)
    }

    /// Hands out what is held if that is large, for a choice and a tool call whose indices have come before they end.
    /// What follows of them makes another chunk.
    pub(super) fn split(&mut self, choice: Option<u32>, call: Option<u32>) -> Option<ChatChunk> {
        if self.chunk.text.len() < self.limit.target {
            return None;
        }
        self.choice?;
        let choice = self.told_choice.or(choice)?;
        let is_in_call = self.call.is_some();
        match self.chunk.spans.last()?.kind {
            SpanKind::CallArguments if self.call.is_some_and(|from| from < self.chunk.spans.len()) => {
                let call = self.told_call.or(call)?;
                self.end_call(Some(call));
                self.told_call = Some(call);
            }
            SpanKind::CallArguments | SpanKind::Content | SpanKind::Reasoning | SpanKind::Refusal => {}
            // Other values do not concatenate.
            _ => return None,
        }
        self.end_choice(choice);
        self.told_choice = Some(choice);
        let chunk = self.take();
        self.choice = Some(0);
        self.call = is_in_call.then_some(0);
        Some(chunk)
    }

    /// What is held of a chunk that will not be completed; `None` if that is nothing. Its open choice and tool call are bound
    /// if their indices have come, and else remain unbound.
    pub(super) fn take_rest(&mut self, choice: Option<u32>, call: Option<u32>) -> Option<ChatChunk> {
        if self.call.is_some() {
            self.end_call(self.told_call.or(call));
        }
        if self.choice.is_some()
            && let Some(index) = self.told_choice.or(choice)
        {
            self.end_choice(index);
        }
        Some(self.take()).filter(|rest| !rest.is_empty())
    }

    fn take(&mut self) -> ChatChunk {
        self.choice = None;
        self.call = None;
        self.expected = self.chunk.text.len().min(self.limit.target);
        std::mem::take(&mut self.chunk)
    }

    fn end_call(&mut self, index: Option<u32>) {
        let from = self.call.take().unwrap_or(self.chunk.spans.len());
        for span in self.chunk.spans.iter_mut().skip(from) {
            span.call = index;
        }
    }

    fn end_choice(&mut self, index: u32) {
        self.call = None;
        let from = self.choice.take().unwrap_or(self.chunk.spans.len());
        for span in self.chunk.spans.iter_mut().skip(from) {
            span.choice = u8::try_from(index).ok();
        }
    }

    /// A value that is replaced when it comes again.
    fn piece(&mut self, kind: SpanKind, piece: Piece<'_>) -> Result<(), Error> {
        if piece.first || self.chunk.spans.last().is_none_or(|last| last.kind != kind) {
            self.open(kind)?;
        }
        self.append(piece.text)?;
        if piece.last && self.last_is_empty() {
            self.chunk.spans.pop();
        }
        Ok(())
    }

    /// A text whose fragments concatenate.
    fn text(&mut self, kind: SpanKind, text: &str) -> Result<(), Error> {
        let scope = self.call.or(self.choice).unwrap_or(0);
        let continues =
            self.chunk.spans.len() > scope && self.chunk.spans.last().is_some_and(|last| last.kind == kind);
        if !continues {
            self.open(kind)?;
        }
        self.append(text)
    }

    fn open(&mut self, kind: SpanKind) -> Result<(), Error> {
        self.check(size_of::<Span>())?;
        let opens_call = self.call == Some(self.chunk.spans.len());
        // At most `HELD_LIMIT`.
        let end = self.chunk.text.len() as u32;
        self.chunk.spans.push(Span { end, kind, choice: None, call: None, opens_call });
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), Error> {
        self.check(text.len())?;
        if self.chunk.text.capacity() == 0 {
            // Like the last one, and some bytes more: one allocation for most chunks.
            self.chunk.text.reserve(text.len().max(self.expected.saturating_add(16)));
        }
        self.chunk.text.push_str(text);
        let end = self.chunk.text.len() as u32;
        if let Some(last) = self.chunk.spans.last_mut() {
            last.end = end;
        }
        Ok(())
    }

    fn last_is_empty(&self) -> bool {
        let mut ends = self.chunk.spans.iter().rev().map(|span| span.end);
        ends.next() == Some(ends.next().unwrap_or(0))
    }

    fn check(&self, more: usize) -> Result<(), Error> {
        let held = self.chunk.text.len() + self.chunk.spans.len() * size_of::<Span>();
        if held.saturating_add(more) > self.limit.held {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "one event of the answer holds more than {} MiB before it says which choice that belongs to",
                    self.limit.held >> 20
                ),
            ));
        }
        Ok(())
    }
}

/// Refuses an index that contradicts the one under which a part was handed out.
fn agree(told: Option<u32>, index: Option<u32>) -> Result<(), Error> {
    if told.is_some_and(|told| index != Some(told)) {
        let message = "the server contradicts itself about the choice or tool call that a text belongs to";
        return Err(Error::new(ErrorKind::Protocol, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
