//! The chunked transfer coding (RFC 9112, section 7.1).

use super::error::ErrorKind;
use super::syntax::{is_space, is_visible, take, take_counted};
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
    /// How many more bytes of extensions are accepted.
    budget: u32,
    /// How much of the chunk is still to come.
    size: u64,
}

#[derive(Clone, Copy, Debug)]
enum At {
    Size,
    SizeSpace,
    Extension,
    SizeLf,
    Data,
    DataLf,
    End,
}

impl Chunked {
    pub(super) const fn new() -> Self {
        Self { at: At::Size, digits: 0, budget: MAX_CHUNK_EXTENSIONS, size: 0 }
    }

    /// Reads on, to a piece of the data or, `Some(Ok(None))`, behind the last chunk; on an error `input` stands at the refused
    /// byte. `None`: all consumed, more is needed. `strict` is cleared when something was passed over that a strict reader
    /// refuses: white space between a chunk size and the end of its line.
    pub(super) fn next<'i>(
        &mut self,
        input: &mut &'i [u8],
        strict: &mut bool,
    ) -> Option<Result<Option<&'i [u8]>, ErrorKind>> {
        loop {
            let byte = *input.first()?;
            if matches!(self.at, At::Data) && self.size > 0 {
                return take_counted(input, &mut self.size).map(|data| Ok(Some(data)));
            }
            match self.step(byte, strict) {
                Ok(next) => self.at = next,
                Err(kind) => return Some(Err(kind)),
            }
            take(input, 1);
            if matches!(self.at, At::End) {
                return Some(Ok(None));
            }
        }
    }

    /// Takes one byte between the chunks' data.
    #[inline(never)] // As for `Fields::next`.
    fn step(&mut self, byte: u8, strict: &mut bool) -> Result<At, ErrorKind> {
        if let (At::Size, Some(digit)) = (self.at, hex::digit(byte)) {
            return self.digit(digit);
        }
        match (self.at, byte) {
            (At::Size, _) if self.digits == 0 => Err(ErrorKind::InvalidChunkSize),
            (At::Size | At::Extension, b'\r') => Ok(At::SizeLf),
            (At::SizeSpace, b'\r') => {
                *strict = false;
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
                    return Ok(At::End);
                }
                let paid = u32::try_from(self.size).unwrap_or(u32::MAX);
                self.budget = self.budget.saturating_add(paid).min(MAX_CHUNK_EXTENSIONS);
                Ok(At::Data)
            }
            (At::Data, b'\r') => Ok(At::DataLf),
            (At::DataLf, b'\n') => Ok(At::Size),
            (At::Data | At::DataLf, _) => Err(ErrorKind::MissingChunkEnd),
            (At::SizeLf | At::End, _) => Err(ErrorKind::BareCr),
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
}
