//! What came of a choice before the server says which one it is.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::Limit;
use super::completion::{Choice, ToolCall};
use super::limit::Budget;
use super::text::{Pieces, append, join, replace, supersede};
use crate::chat::{Event, Extra, ExtraPart, Piece, Scope};

/// The open choice. Its buffers are kept from one choice to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct OpenChoice {
    role: String,
    content: String,
    refusal: String,
    reasoning: String,
    finish_reason: String,
    logprobs: String,
    fragments: Vec<ToolCall>,
    /// The fragment that has begun and not ended.
    fragment: Option<ToolCall>,
    extra_name: String,
}

impl OpenChoice {
    /// Takes an event that came within the choice.
    pub(super) fn push(
        &mut self,
        event: &Event<'_>,
        pieces: &mut Pieces,
        budget: &mut Budget,
    ) -> Result<(), Limit> {
        match event {
            Event::Content(text) => append(&mut self.content, text, budget),
            Event::Reasoning(text) => append(&mut self.reasoning, text, budget),
            Event::Refusal(text) => append(&mut self.refusal, text, budget),
            Event::Role(piece) => scalar(&mut self.role, piece, pieces, budget),
            Event::FinishReason(piece) => scalar(&mut self.finish_reason, piece, pieces, budget),
            Event::Logprobs(piece) => {
                if piece.last && self.logprobs.is_empty() {
                    budget.take(size_of::<String>())?;
                }
                scalar(&mut self.logprobs, piece, pieces, budget)
            }
            Event::ToolCallStart => {
                self.end_fragment(None);
                budget.take(size_of::<ToolCall>())?;
                self.fragment = Some(ToolCall::default());
                Ok(())
            }
            Event::ToolCallEnd { index } => {
                self.end_fragment(*index);
                Ok(())
            }
            _ => self.push_to_fragment(event, pieces, budget),
        }
    }

    /// Gives all text to a choice, and returns the fragments of its tool calls, in their order.
    pub(super) fn drain_into<'a>(
        &'a mut self,
        choice: &mut Choice,
        budget: &mut Budget,
    ) -> impl Iterator<Item = ToolCall> + use<'a> {
        self.end_fragment(None);
        join(&mut choice.content, &mut self.content);
        join(&mut choice.reasoning, &mut self.reasoning);
        join(&mut choice.refusal, &mut self.refusal);
        supersede(&mut choice.role, &mut self.role, budget);
        supersede(&mut choice.finish_reason, &mut self.finish_reason, budget);
        if !self.logprobs.is_empty() {
            choice.logprobs.push(mem::take(&mut self.logprobs));
        }
        self.fragments.drain(..)
    }

    fn push_to_fragment(
        &mut self,
        event: &Event<'_>,
        pieces: &mut Pieces,
        budget: &mut Budget,
    ) -> Result<(), Limit> {
        let Some(call) = &mut self.fragment else { return Ok(()) };
        match event {
            Event::ToolCallId(piece) => scalar(&mut call.id, piece, pieces, budget),
            Event::ToolCallName(piece) => scalar(&mut call.name, piece, pieces, budget),
            Event::ToolCallArguments(text) => append(&mut call.arguments, text, budget),
            Event::Extra(Extra { scope: Scope::ToolCall, part: ExtraPart::Name, piece }) => {
                if piece.first {
                    budget.give(self.extra_name.len());
                    self.extra_name.clear();
                }
                append(&mut self.extra_name, piece.text, budget)
            }
            Event::Extra(Extra { scope: Scope::ToolCall, part: ExtraPart::Value, piece }) => {
                let Some(value) = pieces.gather(piece, budget)? else { return Ok(()) };
                budget.take(value.len().saturating_add(EXTRA_MEMORY))?;
                insert_extra(call, mem::take(&mut self.extra_name), value.into(), budget);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end_fragment(&mut self, index: Option<u32>) {
        if let Some(mut call) = self.fragment.take() {
            call.index = index;
            self.fragments.push(call);
        }
    }
}

/// What an unknown member takes besides its text.
const EXTRA_MEMORY: usize = 2 * size_of::<String>();

/// Adds a member that is already paid for, or replaces its value.
pub(super) fn insert_extra(call: &mut ToolCall, name: String, value: String, budget: &mut Budget) {
    let name_length = name.len();
    if let Some(old) = call.extra.insert(name, value) {
        budget.give(old.len().saturating_add(name_length).saturating_add(EXTRA_MEMORY));
    }
}

fn scalar(
    text: &mut String,
    piece: &Piece<'_>,
    pieces: &mut Pieces,
    budget: &mut Budget,
) -> Result<(), Limit> {
    match pieces.gather(piece, budget)? {
        Some(value) => replace(text, value, budget),
        None => Ok(()),
    }
}
