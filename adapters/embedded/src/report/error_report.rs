//! What a server said of an error, in memory of fixed size.

use core::fmt;
use core::time::Duration;

use choreoai_core::chat::assemble::{FixedErrorReport, Kept};
use choreoai_core::chat::{Decoder, Event};
use choreoai_core::http1::Part;
use choreoai_core::retry::{Hints, Outcome};

use super::Report;
use super::field_text::FieldText;

/// What a server said of an error: in the body of a refusal, whatever its shape, or in the middle of an answer.
///
/// A message of at most `MESSAGE` bytes, other values of at most `LABEL`. What is too long keeps its beginning, and says so
/// whenever it is read: see [`Kept`]. A value in which the server repeats the key is not shown; its place is
/// [marked](Self::has_secret). Nor is what the body of a refusal says whose call was dropped before all of it was read.
///
/// Takes `MESSAGE + 3 * LABEL` bytes and some 150 more.
#[derive(Clone, Default)]
pub struct ErrorReport<const MESSAGE: usize = 128, const LABEL: usize = 48> {
    status: Option<u16>,
    hints: Hints,
    report: FixedErrorReport<MESSAGE, LABEL>,
    is_cut: bool,
    /// The body of a refusal is being read: nobody has looked for the key in it yet.
    is_open: bool,
    has_secret: bool,
}

/// Reads a refusal: the headers that say when to ask again, then the body. Not both at a time, so that they share their memory.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap, and the smaller one is there instead of the other"
)]
pub enum Reader {
    /// The header that is being read.
    Head(FieldText),
    /// What was read of the body.
    Body(Decoder),
}

impl<const MESSAGE: usize, const LABEL: usize> ErrorReport<MESSAGE, LABEL> {
    /// Nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The status of the refusal; `None` if there was none, or the error was reported in the middle of an answer.
    pub const fn status(&self) -> Option<u16> {
        self.status
    }

    /// What happened, for a person.
    pub fn message(&self) -> Option<Kept<'_>> {
        self.shown(self.report.message())
    }

    /// The type, such as `rate_limit_error`.
    pub fn error_type(&self) -> Option<Kept<'_>> {
        self.shown(self.report.error_type())
    }

    /// The code, such as `quota_exceeded`.
    pub fn code(&self) -> Option<Kept<'_>> {
        self.shown(self.report.code())
    }

    /// The request's member that was refused.
    pub fn param(&self) -> Option<Kept<'_>> {
        self.shown(self.report.param())
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.hints.wait(None)
    }

    /// What the headers of the refusal say of a retry.
    pub const fn hints(&self) -> Hints {
        self.hints
    }

    /// Whether the body of the refusal was not read to its end: it was cut, malformed, compressed or too long, or the call
    /// was dropped.
    pub const fn is_cut(&self) -> bool {
        self.is_cut || self.is_open
    }

    /// Whether the server repeated the key, so that nothing of what it said is shown.
    pub const fn has_secret(&self) -> bool {
        self.has_secret
    }

    fn shown<'a>(&self, value: Option<Kept<'a>>) -> Option<Kept<'a>> {
        value.filter(|_| !self.has_secret && !self.is_open)
    }
}

impl<const MESSAGE: usize, const LABEL: usize> Report for ErrorReport<MESSAGE, LABEL> {
    type Reader = Reader;

    fn start(&mut self) {
        *self = Self::new();
    }

    fn reader() -> Reader {
        Reader::Head(FieldText::default())
    }

    fn head(&mut self, reader: &mut Reader, part: Part<'_>) {
        let Reader::Head(field) = reader else { return };
        if let Some((name, value)) = field.push(part) {
            self.hints.header(name, value);
        }
        if part == Part::FieldEnd {
            field.clear();
        }
    }

    fn refused(&mut self, reader: &mut Reader, status: u16) -> bool {
        self.status = Some(status);
        self.is_open = true;
        *reader = Reader::Body(Decoder::new().for_error_body());
        true
    }

    fn body(&mut self, reader: &mut Reader, data: &[u8]) {
        let Reader::Body(decoder) = reader else { return };
        let mut input = data;
        while let Some(event) = decoder.next_event(&mut input) {
            match event {
                Ok(event) => self.report.push(&event),
                Err(_) => self.is_cut = true,
            }
        }
    }

    fn end(&mut self, reader: &mut Reader, is_whole: bool) {
        self.is_cut |= !is_whole;
        self.is_open = false;
        if let Reader::Body(decoder) = reader {
            decoder.end();
        }
        self.body(reader, &[]);
        // Of a report that was cut, what came of it counts.
        self.report.push(&Event::ErrorEnd);
    }

    fn event(&mut self, event: &Event<'_>) {
        self.report.push(event);
    }

    fn hide(&mut self, key: &str) {
        let values =
            [self.report.message(), self.report.error_type(), self.report.code(), self.report.param()];
        self.has_secret = values.into_iter().flatten().any(|value| holds(value, key));
    }

    fn outcome(&self, status: u16) -> Outcome<'_> {
        Outcome::Refused {
            status,
            code: self.report.code().map(Kept::beginning),
            error_type: self.report.error_type().map(Kept::beginning),
            hints: self.hints,
        }
    }
}

/// How much of a key at the end of a text is taken for one that was cut: by the capacity here, or with the connection.
const TELLING: usize = 4;

/// Whether a text holds the key, or ends with the beginning of it.
fn holds(value: Kept<'_>, key: &str) -> bool {
    let (text, key) = (value.beginning().as_bytes(), key.as_bytes());
    let begins_here = |rest: &[u8]| rest.starts_with(key) || (rest.len() >= TELLING && key.starts_with(rest));
    !key.is_empty() && (0..text.len()).any(|start| text.get(start..).is_some_and(begins_here))
}

/// The code and the message, as far as they were kept.
impl<const MESSAGE: usize, const LABEL: usize> fmt::Display for ErrorReport<MESSAGE, LABEL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = self.message().map_or("the server did not say why", Kept::beginning);
        f.write_str(message)?;
        match self.code().or_else(|| self.error_type()) {
            Some(code) => write!(f, " ({})", code.beginning()),
            None => Ok(()),
        }
    }
}

/// What is kept, without the key.
impl<const MESSAGE: usize, const LABEL: usize> fmt::Debug for ErrorReport<MESSAGE, LABEL> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorReport")
            .field("status", &self.status)
            .field("message", &self.message())
            .field("error_type", &self.error_type())
            .field("code", &self.code())
            .field("retry_after", &self.retry_after())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<const MESSAGE: usize, const LABEL: usize> defmt::Format for ErrorReport<MESSAGE, LABEL> {
    fn format(&self, f: defmt::Formatter<'_>) {
        fn text(value: Option<Kept<'_>>) -> &str {
            value.map_or("", Kept::beginning)
        }
        defmt::write!(
            f,
            "status {}: {=str} ({=str}, {=str})",
            self.status,
            text(self.message()),
            text(self.error_type()),
            text(self.code()),
        );
    }
}
