//! The chunked transfer coding (RFC 9112, section 7.1).

use super::error::ErrorKind;
use super::fields::{FieldPart, Fields};
use super::syntax::{is_space, is_visible, take, within};
use crate::hex;

/// How many digits a chunk size has at most, leading zeros included: 16 of them just fit 64 bits.
pub const MAX_CHUNK_SIZE_DIGITS: u8 = 16;

/// How many bytes the chunk extensions of a body may run ahead of its data.
///
/// Each byte of data pays for one byte of later extensions, so that an endless stream may carry them for ever.
pub const MAX_CHUNK_EXTENSIONS: u32 = 16 * 1024;

/// How long the trailer section is at most, in bytes, the empty line that ends it included.
pub const MAX_TRAILERS: u32 = 16 * 1024;

/// Takes the data out of a chunked body; extensions and trailers are checked and skipped.
///
/// Lines of the coding itself end in CRLF and nothing else. Extensions are skipped to that CRLF, quoted strings too:
/// neither `qdtext` nor `quoted-pair` can hold a CR or LF.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunked {
    at: At,
    digits: u8,
    tolerated: bool,
    /// How many more bytes of extensions, then of trailers, are accepted.
    budget: u32,
    /// How much of the chunk is still to come.
    size: u64,
    trailers: Fields,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum ChunkPart<'i> {
    Data(&'i [u8]),
    End,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Size,
    SizeSpace,
    Extension,
    SizeLf,
    Data,
    DataLf,
    Trailers,
}

impl Chunked {
    pub(super) const fn new() -> Self {
        Self {
            at: At::Size,
            digits: 0,
            tolerated: false,
            budget: MAX_CHUNK_EXTENSIONS,
            size: 0,
            trailers: Fields::new(),
        }
    }

    /// Whether something was passed over that a strict reader refuses: white space between a chunk size and the end
    /// of its line, a bare LF or a folded line in the trailers.
    pub(super) const fn tolerated(&self) -> bool {
        self.tolerated || self.trailers.tolerated()
    }

    /// Reads on; on an error `input` stands at the refused byte. `None`: all consumed, more is needed.
    pub(super) fn next<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<ChunkPart<'i>, ErrorKind>> {
        loop {
            let byte = *input.first()?;
            match self.at {
                At::Trailers => return self.trailer(input),
                At::Data if self.size > 0 => {
                    let data = take(input, usize::try_from(self.size).unwrap_or(usize::MAX));
                    self.size = self.size.wrapping_sub(data.len() as u64);
                    return Some(Ok(ChunkPart::Data(data)));
                }
                _ => {}
            }
            match self.step(byte) {
                Ok(next) => self.at = next,
                Err(kind) => return Some(Err(kind)),
            }
            take(input, 1);
        }
    }

    /// Takes one byte between the chunks' data.
    fn step(&mut self, byte: u8) -> Result<At, ErrorKind> {
        if let (At::Size, Some(digit)) = (self.at, hex::digit(byte)) {
            return self.digit(digit);
        }
        match (self.at, byte) {
            (At::Size, _) if self.digits == 0 => Err(ErrorKind::InvalidChunkSize),
            (At::Size | At::Extension, b'\r') => Ok(At::SizeLf),
            (At::SizeSpace, b'\r') => {
                self.tolerated = true;
                Ok(At::SizeLf)
            }
            (At::Size | At::SizeSpace, b';') => self.extension(At::Extension),
            (At::Size | At::SizeSpace, _) if is_space(byte) => self.extension(At::SizeSpace),
            (At::Size | At::SizeSpace, _) => Err(ErrorKind::InvalidChunkSize),
            (At::Extension, _) if is_visible(byte) || is_space(byte) => self.extension(At::Extension),
            (At::Extension, _) => Err(ErrorKind::InvalidChunkExtension),
            (At::SizeLf, b'\n') => {
                self.digits = 0;
                if self.size == 0 {
                    self.budget = MAX_TRAILERS;
                    return Ok(At::Trailers);
                }
                let paid = u32::try_from(self.size).unwrap_or(u32::MAX);
                self.budget = self.budget.saturating_add(paid).min(MAX_CHUNK_EXTENSIONS);
                Ok(At::Data)
            }
            (At::Data, b'\r') => Ok(At::DataLf),
            (At::DataLf, b'\n') => Ok(At::Size),
            (At::Data | At::DataLf, _) => Err(ErrorKind::MissingChunkEnd),
            (At::SizeLf | At::Trailers, _) => Err(ErrorKind::BareCr),
        }
    }

    fn digit(&mut self, digit: u8) -> Result<At, ErrorKind> {
        if self.digits >= MAX_CHUNK_SIZE_DIGITS {
            return Err(ErrorKind::ChunkSizeLimit);
        }
        self.digits = self.digits.wrapping_add(1);
        self.size = self.size.wrapping_shl(4) | u64::from(digit);
        Ok(At::Size)
    }

    fn extension(&mut self, next: At) -> Result<At, ErrorKind> {
        self.budget = self.budget.checked_sub(1).ok_or(ErrorKind::ChunkExtensionLimit)?;
        Ok(next)
    }

    fn trailer<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<ChunkPart<'i>, ErrorKind>> {
        loop {
            let part =
                within(&mut self.budget, ErrorKind::TrailerLimit, input, |input| self.trailers.next(input));
            match part? {
                Ok(FieldPart::End) => return Some(Ok(ChunkPart::End)),
                Ok(_) => {}
                Err(kind) => return Some(Err(kind)),
            }
        }
    }
}
