//! Growable text under a budget.

use alloc::string::String;
use core::mem;

use super::Limit;
use super::limit::Budget;
use crate::chat::Piece;

/// A value that comes in pieces, of which only the whole counts. One at a time is on its way.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    gathered: String,
}

impl Pieces {
    /// The whole value, once its last piece has come. Does not copy a value that came in one piece.
    pub(super) fn gather<'a>(
        &'a mut self,
        piece: &Piece<'a>,
        budget: &mut Budget,
    ) -> Result<Option<&'a str>, Limit> {
        if let Some(text) = piece.whole() {
            return Ok(Some(text));
        }
        if piece.first {
            budget.give(self.gathered.len());
            self.gathered.clear();
        }
        append(&mut self.gathered, piece.text, budget)?;
        Ok(piece.last.then_some(&self.gathered))
    }
}

/// Adds to a text.
pub(super) fn append(text: &mut String, fragment: &str, budget: &mut Budget) -> Result<(), Limit> {
    budget.take(fragment.len())?;
    text.push_str(fragment);
    Ok(())
}

/// Replaces a text, unless by nothing.
pub(super) fn replace(text: &mut String, value: &str, budget: &mut Budget) -> Result<(), Limit> {
    if !value.is_empty() {
        budget.take(value.len())?;
        budget.give(text.len());
        text.clear();
        text.push_str(value);
    }
    Ok(())
}

/// Moves a text that is already paid for to the end of another. Copies only if there is something to join.
pub(super) fn join(text: &mut Option<String>, more: &mut String) {
    match text {
        Some(text) => {
            text.push_str(more);
            more.clear();
        }
        None if !more.is_empty() => *text = Some(mem::take(more)),
        None => {}
    }
}

/// Moves a text that is already paid for to the place of another, unless there is none.
pub(super) fn supersede(text: &mut Option<String>, value: &mut String, budget: &mut Budget) {
    if !value.is_empty() {
        let old = text.replace(mem::take(value));
        budget.give(old.map_or(0, |old| old.len()));
    }
}
