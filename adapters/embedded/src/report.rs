//! What a server said that gave no answer.

mod error_report;
mod field_text;

use choreoai_core::chat::Event;
use choreoai_core::http1::Part;
use choreoai_core::retry::{Hints, Outcome};

pub use error_report::ErrorReport;

/// Keeps what the server says of an error, or nothing of it.
///
/// Sealed: it is here to name the bounds of the types that have one.
pub trait Report: sealed::Sealed {
    /// What reads a refusal.
    #[doc(hidden)]
    type Reader;

    /// A request is sent: what is kept of an earlier one is forgotten.
    #[doc(hidden)]
    fn start(&mut self);

    /// A reader of what may be a refusal, whose head begins.
    #[doc(hidden)]
    fn reader() -> Self::Reader;

    /// A part of the head of a refusal.
    #[doc(hidden)]
    fn head(&mut self, reader: &mut Self::Reader, part: Part<'_>);

    /// The head of a refusal with this status has ended; whether the body that may follow is wanted.
    #[doc(hidden)]
    fn refused(&mut self, reader: &mut Self::Reader, status: u16) -> bool;

    /// A piece of the body of a refusal.
    #[doc(hidden)]
    fn body(&mut self, reader: &mut Self::Reader, data: &[u8]);

    /// The body of a refusal has ended; or no more of it is read, though there is more.
    #[doc(hidden)]
    fn end(&mut self, reader: &mut Self::Reader, is_whole: bool);

    /// An event of an answer.
    #[doc(hidden)]
    fn event(&mut self, event: &Event<'_>);

    /// Whoever repeats the key is not to be repeated.
    #[doc(hidden)]
    fn hide(&mut self, key: &str);

    /// What a refusal with this status means for a retry.
    #[doc(hidden)]
    fn outcome(&self, status: u16) -> Outcome<'_>;
}

/// Keeps nothing: the status of a refusal is in the error.
#[derive(Clone, Copy, Debug, Default)]
pub struct StatusOnly;

impl Report for StatusOnly {
    type Reader = ();

    fn start(&mut self) {}

    fn reader() {}

    fn head(&mut self, (): &mut (), _: Part<'_>) {}

    fn refused(&mut self, (): &mut (), _: u16) -> bool {
        false
    }

    fn body(&mut self, (): &mut (), _: &[u8]) {}

    fn end(&mut self, (): &mut (), _: bool) {}

    fn event(&mut self, _: &Event<'_>) {}

    fn hide(&mut self, _: &str) {}

    fn outcome(&self, status: u16) -> Outcome<'_> {
        Outcome::Refused { status, code: None, error_type: None, hints: Hints::default() }
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::StatusOnly {}
    impl<const MESSAGE: usize, const LABEL: usize> Sealed for super::ErrorReport<MESSAGE, LABEL> {}
}
