//! Text of a stated capacity, and what is said when it does not fit.

use core::fmt;

use heapless::string::StringView;

use super::report::{Excerpt, fitting};
use crate::chat::Piece;

/// A text as far as there was room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    text: &'a str,
    overflow: Option<Overflow>,
}

impl<'a> Kept<'a> {
    /// The whole text.
    ///
    /// # Errors
    ///
    /// The text was longer than its capacity; [`beginning`](Self::beginning) is what was kept.
    pub const fn whole(self) -> Result<&'a str, Overflow> {
        match self.overflow {
            None => Ok(self.text),
            Some(overflow) => Err(overflow),
        }
    }

    /// What was kept: the whole text, or the beginning of one that was too long, cut between two characters.
    pub const fn beginning(self) -> &'a str {
        self.text
    }
}

/// A value was longer than its capacity. Its beginning is kept, the rest is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Overflow {
    /// Which value it was.
    pub value: FixedValue,
    /// Its capacity, in bytes; that of [`FixedValue::ToolCalls`] in calls.
    pub capacity: usize,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, capacity } = self;
        match value {
            FixedValue::ToolCalls => write!(f, "the answer has more than {capacity} tool calls"),
            _ => write!(f, "{} is longer than its capacity of {capacity} bytes", value.describe()),
        }
    }
}

impl core::error::Error for Overflow {}

/// A value that is kept in memory of fixed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FixedValue {
    /// The answer's text.
    Content,
    /// The finish reason.
    FinishReason,
    /// The number of tool calls.
    ToolCalls,
    /// The id of a tool call.
    ToolCallId,
    /// The function's name in a tool call.
    ToolCallName,
    /// The arguments of a tool call.
    ToolCallArguments,
    /// The message of an error report.
    ErrorMessage,
    /// The type of an error report.
    ErrorType,
    /// The code of an error report.
    ErrorCode,
    /// The request's member that an error report names.
    ErrorParam,
}

impl FixedValue {
    const fn describe(self) -> &'static str {
        match self {
            Self::Content => "the answer's text",
            Self::FinishReason => "the finish reason",
            Self::ToolCalls => "the list of tool calls",
            Self::ToolCallId => "the id of a tool call",
            Self::ToolCallName => "the name in a tool call",
            Self::ToolCallArguments => "the arguments of a tool call",
            Self::ErrorMessage => "the message of the error report",
            Self::ErrorType => "the type of the error report",
            Self::ErrorCode => "the code of the error report",
            Self::ErrorParam => "the parameter of the error report",
        }
    }
}

/// A text of at most `N` bytes. Grows at its end alone, so that it can be rolled back to a mark.
#[derive(Clone, Debug, Default)]
pub(super) struct FixedText<const N: usize> {
    text: heapless::String<N>,
    overflowed: bool,
}

/// How far a [`FixedText`] was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    length: usize,
    overflowed: bool,
}

impl Mark {
    pub(super) const START: Self = Self { length: 0, overflowed: false };
}

impl<const N: usize> FixedText<N> {
    pub(super) const fn new() -> Self {
        Self { text: heapless::String::new(), overflowed: false }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether there is not even the beginning of a text.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty() && !self.overflowed
    }

    pub(super) const fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// Adds all of another text, its overflow included.
    pub(super) fn join<const M: usize>(&mut self, more: &FixedText<M>) {
        self.push(&more.text);
        self.inherit_overflow(more);
    }

    /// The text this one was taken from was longer.
    pub(super) fn inherit_overflow<const M: usize>(&mut self, other: &FixedText<M>) {
        self.overflowed |= other.overflowed;
    }

    /// Adds a piece of a value, which replaces an earlier one unless it is empty.
    pub(super) fn gather(&mut self, piece: &Piece<'_>) {
        if piece.first && piece.whole() != Some("") {
            self.clear();
        }
        self.push(piece.text);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { length: self.text.len(), overflowed: self.overflowed }
    }

    /// Forgets what was added since the mark. Takes time in proportion to it.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        shorten(self.text.as_mut_view(), mark.length);
        self.overflowed = mark.overflowed;
    }

    pub(super) fn kept(&self, value: FixedValue) -> Kept<'_> {
        self.kept_until(self.mark(), value)
    }

    /// What had been kept at the mark.
    pub(super) fn kept_until(&self, mark: Mark, value: FixedValue) -> Kept<'_> {
        Kept {
            text: self.text.get(..mark.length).unwrap_or(""),
            overflow: mark.overflowed.then_some(Overflow { value, capacity: N }),
        }
    }

    /// What was kept since the mark.
    pub(super) fn kept_since(&self, mark: Mark, value: FixedValue) -> Kept<'_> {
        Kept {
            text: self.text.get(mark.length..).unwrap_or(""),
            overflow: self.overflowed.then_some(Overflow { value, capacity: N }),
        }
    }
}

impl<const N: usize> Excerpt for FixedText<N> {
    fn clear(&mut self) {
        self.text.clear();
        self.overflowed = false;
    }

    fn push(&mut self, text: &str) {
        // Nothing may follow a gap.
        self.overflowed = self.overflowed || !add(self.text.as_mut_view(), text);
    }
}

// Of these one copy does for all capacities.

/// Adds what fits of `more`; whether that is all of it.
#[inline(never)]
fn add(text: &mut StringView, more: &str) -> bool {
    let fitting = fitting(more, text.capacity().saturating_sub(text.len()));
    text.push_str(fitting).is_ok() && fitting.len() == more.len()
}

#[inline(never)]
fn shorten(text: &mut StringView, length: usize) {
    while text.len() > length && text.pop().is_some() {}
}
