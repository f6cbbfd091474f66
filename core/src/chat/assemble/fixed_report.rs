//! Error reports in memory of fixed size.

use super::fixed_text::{FixedText, FixedValue, Kept};
use super::report::Gathered;
use crate::chat::Event;

/// Gathers the error report of a stream: a message of at most `MESSAGE` bytes; type, code and parameter of at most `LABEL`.
///
/// Give it every event; those that are no part of a report are ignored. A report counts once
/// [`Event::ErrorEnd`] confirms it: what was not confirmed is forgotten at [`Event::ChunkEnd`], and cannot be read. The
/// first report that was confirmed is kept. A member that is too long says so: see [`Kept`].
///
/// Takes `MESSAGE + 3 * LABEL` bytes and some 70 more.
#[derive(Clone, Debug, Default)]
pub struct FixedErrorReport<const MESSAGE: usize, const LABEL: usize = 64> {
    gathered: Gathered<FixedText<MESSAGE>, FixedText<LABEL>>,
}

impl<const MESSAGE: usize, const LABEL: usize> FixedErrorReport<MESSAGE, LABEL> {
    /// Nothing gathered yet.
    pub const fn new() -> Self {
        Self {
            gathered: Gathered {
                message: FixedText::new(),
                error_type: FixedText::new(),
                code: FixedText::new(),
                param: FixedText::new(),
                confirmed: false,
            },
        }
    }

    /// Takes the next event.
    pub fn push(&mut self, event: &Event<'_>) {
        self.gathered.push(event);
    }

    /// Whether the server reported an error. All its members may be missing.
    pub const fn is_confirmed(&self) -> bool {
        self.gathered.confirmed
    }

    /// What happened, for a person.
    pub fn message(&self) -> Option<Kept<'_>> {
        self.member(&self.gathered.message, FixedValue::ErrorMessage)
    }

    /// The type, such as `rate_limit_error`.
    pub fn error_type(&self) -> Option<Kept<'_>> {
        self.member(&self.gathered.error_type, FixedValue::ErrorType)
    }

    /// The code, such as `quota_exceeded`.
    pub fn code(&self) -> Option<Kept<'_>> {
        self.member(&self.gathered.code, FixedValue::ErrorCode)
    }

    /// The request's member that was refused.
    pub fn param(&self) -> Option<Kept<'_>> {
        self.member(&self.gathered.param, FixedValue::ErrorParam)
    }

    fn member<'a, const N: usize>(&self, text: &'a FixedText<N>, value: FixedValue) -> Option<Kept<'a>> {
        (self.gathered.confirmed && !text.is_empty()).then(|| text.kept(value))
    }
}
