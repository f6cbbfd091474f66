//! The status line (RFC 9112, section 4).

use super::error::ErrorKind;
use super::syntax::{LinePart, is_space, is_visible, take};

/// How many blank lines before the status line are passed over.
pub const MAX_BLANK_LINES: u8 = 4;

const VERSION: &[u8] = b"HTTP/1.";
/// The part of [`VERSION`] without which it is not HTTP at all.
const PROTOCOL_LENGTH: u8 = 5;
/// Where the digit behind [`VERSION`] stands.
const MINOR_VERSION: u8 = 7;
const VERSION_END: u8 = 8;
const LAST_DIGIT: u8 = 11;

/// Reads one status line; the reason phrase is checked and skipped.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatusLine {
    at: At,
    blank_lines: u8,
    status: Status,
}

/// What a status line says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) http_1_0: bool,
}

#[derive(Clone, Copy, Debug)]
enum At {
    /// After so many bytes of the version, a digit, a space and the code.
    Front(u8),
    BlankCr,
    CodeEnd,
    Reason,
    Cr,
}

impl StatusLine {
    pub(super) const fn new() -> Self {
        Self { at: At::Front(0), blank_lines: 0, status: Status { code: 0, http_1_0: false } }
    }

    /// Reads on, to the end of the line; on an error `input` stands at the refused byte. `None`: all consumed, more
    /// is needed. `strict` is cleared when something was passed over that a strict reader refuses: a blank line before it,
    /// a bare LF at its end.
    #[inline(never)] // As for `Fields::next`.
    pub(super) fn next(
        &mut self,
        input: &mut &[u8],
        strict: &mut bool,
    ) -> Option<Result<LinePart<'static>, ErrorKind>> {
        loop {
            let byte = *input.first()?;
            let ended = match self.step(byte, strict) {
                Ok(ended) => ended,
                Err(kind) => return Some(Err(kind)),
            };
            take(input, 1);
            if ended {
                return Some(Ok(LinePart::Status(self.status)));
            }
        }
    }

    /// Takes one byte; true if it ends the line.
    fn step(&mut self, byte: u8, strict: &mut bool) -> Result<bool, ErrorKind> {
        self.at = match (self.at, byte) {
            (At::Front(0), b'\r') => At::BlankCr,
            (At::Front(0) | At::BlankCr, b'\n') => {
                if self.blank_lines >= MAX_BLANK_LINES {
                    return Err(ErrorKind::BlankLineLimit);
                }
                self.blank_lines = self.blank_lines.saturating_add(1);
                *strict = false;
                At::Front(0)
            }
            (At::Front(index), _) => self.front(index, byte)?,
            (At::Cr, b'\n') => return Ok(true),
            (At::BlankCr | At::Cr, _) => return Err(ErrorKind::BareCr),
            (At::CodeEnd | At::Reason, b'\r') => At::Cr,
            (At::CodeEnd | At::Reason, b'\n') => {
                *strict = false;
                return Ok(true);
            }
            (At::CodeEnd, b' ') => At::Reason,
            (At::Reason, _) if is_visible(byte) || is_space(byte) => At::Reason,
            (At::CodeEnd | At::Reason, _) => return Err(ErrorKind::InvalidStatusLine),
        };
        Ok(false)
    }

    fn front(&mut self, index: u8, byte: u8) -> Result<At, ErrorKind> {
        let expected = VERSION.get(usize::from(index));
        let (is_right, fault) = match (index, byte) {
            (..PROTOCOL_LENGTH, _) => (expected == Some(&byte), ErrorKind::NotHttp),
            (..MINOR_VERSION, _) => (expected == Some(&byte), ErrorKind::UnsupportedVersion),
            (MINOR_VERSION, _) => {
                self.status.http_1_0 = byte == b'0';
                (matches!(byte, b'0' | b'1'), ErrorKind::UnsupportedVersion)
            }
            (VERSION_END, _) => (byte == b' ', ErrorKind::InvalidStatusLine),
            _ => {
                let digit = byte.wrapping_sub(b'0');
                self.status.code = self.status.code.wrapping_mul(10).wrapping_add(u16::from(digit));
                (digit < 10 && self.status.code > 0, ErrorKind::InvalidStatusLine)
            }
        };
        if !is_right {
            return Err(fault);
        }
        Ok(if index < LAST_DIGIT { At::Front(index.wrapping_add(1)) } else { At::CodeEnd })
    }
}
