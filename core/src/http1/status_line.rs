//! The status line (RFC 9112, section 4).

use super::error::ErrorKind;
use super::syntax::{is_space, is_visible, take};

/// How many blank lines before the status line are passed over.
pub const MAX_BLANK_LINES: u8 = 4;

const VERSION: &[u8] = b"HTTP/1.";
/// The part of [`VERSION`] without which it is not HTTP at all.
const PROTOCOL_LENGTH: u8 = 5;

/// Reads one status line; the reason phrase is checked and skipped.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatusLine {
    at: At,
    /// How much of the version or the code has been read.
    index: u8,
    blank_lines: u8,
    status: Status,
}

/// What a status line says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) code: u16,
    pub(super) http_1_0: bool,
    /// Something was passed over that a strict reader refuses: a blank line before it, a bare LF at its end.
    pub(super) tolerated: bool,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Start,
    BlankCr,
    Version,
    MinorVersion,
    VersionEnd,
    Code,
    CodeEnd,
    Reason,
    Cr,
}

impl StatusLine {
    pub(super) const fn new() -> Self {
        Self {
            at: At::Start,
            index: 0,
            blank_lines: 0,
            status: Status { code: 0, http_1_0: false, tolerated: false },
        }
    }

    /// Reads on, to the end of the line; on an error `input` stands at the refused byte. `None`: all consumed, more
    /// is needed.
    pub(super) fn next(&mut self, input: &mut &[u8]) -> Option<Result<Status, ErrorKind>> {
        loop {
            let byte = *input.first()?;
            let ended = match self.step(byte) {
                Ok(ended) => ended,
                Err(kind) => return Some(Err(kind)),
            };
            take(input, 1);
            if ended {
                return Some(Ok(self.status));
            }
        }
    }

    /// Takes one byte; true if it ends the line.
    fn step(&mut self, byte: u8) -> Result<bool, ErrorKind> {
        self.at = match (self.at, byte) {
            (At::Start, b'\r') => At::BlankCr,
            (At::Start | At::BlankCr, b'\n') => {
                if self.blank_lines >= MAX_BLANK_LINES {
                    return Err(ErrorKind::BlankLineLimit);
                }
                self.blank_lines = self.blank_lines.saturating_add(1);
                self.status.tolerated = true;
                At::Start
            }
            (At::Cr, b'\n') => return Ok(true),
            (At::BlankCr | At::Cr, _) => return Err(ErrorKind::BareCr),
            (At::Start | At::Version, _) => self.version(byte)?,
            (At::MinorVersion, b'0' | b'1') => {
                self.status.http_1_0 = byte == b'0';
                At::VersionEnd
            }
            (At::MinorVersion, _) => return Err(ErrorKind::UnsupportedVersion),
            (At::VersionEnd, b' ') => {
                self.index = 0;
                At::Code
            }
            (At::Code, b'0'..=b'9') if byte != b'0' || self.index > 0 => {
                self.status.code =
                    self.status.code.wrapping_mul(10).wrapping_add(u16::from(byte.wrapping_sub(b'0')));
                self.index = self.index.saturating_add(1);
                if self.index < 3 { At::Code } else { At::CodeEnd }
            }
            (At::CodeEnd | At::Reason, b'\r') => At::Cr,
            (At::CodeEnd | At::Reason, b'\n') => {
                self.status.tolerated = true;
                return Ok(true);
            }
            (At::CodeEnd, b' ') => At::Reason,
            (At::Reason, _) if is_visible(byte) || is_space(byte) => At::Reason,
            (At::VersionEnd | At::Code | At::CodeEnd | At::Reason, _) => {
                return Err(ErrorKind::InvalidStatusLine);
            }
        };
        Ok(false)
    }

    fn version(&mut self, byte: u8) -> Result<At, ErrorKind> {
        if VERSION.get(usize::from(self.index)) != Some(&byte) {
            let is_http = self.index >= PROTOCOL_LENGTH;
            return Err(if is_http { ErrorKind::UnsupportedVersion } else { ErrorKind::NotHttp });
        }
        self.index = self.index.saturating_add(1);
        Ok(if usize::from(self.index) < VERSION.len() { At::Version } else { At::MinorVersion })
    }
}
