//! The field lines of a head or of trailers (RFC 9112, section 5).

use super::error::ErrorKind;
use super::syntax::{LinePart, is_space, is_token, is_visible, take, take_while};

/// Reads field lines up to the empty line after them, and keeps none of their bytes.
///
/// White space around a value is trimmed. White space inside it is only known to be inside once something follows,
/// which may be in the next piece of input: it is counted meanwhile and delivered as spaces, the tabs too. A folded
/// line is joined with spaces, as RFC 9112, section 5.2, has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    at: At,
    /// White space that is delivered if more of the value follows.
    spaces: u32,
    /// A field line has begun; the next line may continue it.
    open: bool,
    /// The value has begun.
    visible: bool,
}

#[derive(Clone, Copy, Debug)]
enum At {
    LineStart,
    Name,
    Value,
    ValueCr,
    EndCr,
}

const SPACES: &[u8] = &[b' '; 16];

impl Fields {
    pub(super) const fn new() -> Self {
        Self { at: At::LineStart, spaces: 0, open: false, visible: false }
    }

    /// Reads on; on an error `input` stands at the refused byte. `None`: all consumed, more is needed. `strict` is cleared when
    /// something was passed over that a strict reader refuses: a bare LF, a folded line.
    #[inline(never)] // In its caller it takes more, for want of registers.
    pub(super) fn next<'i>(
        &mut self,
        input: &mut &'i [u8],
        strict: &mut bool,
    ) -> Option<Result<LinePart<'i>, ErrorKind>> {
        loop {
            let byte = *input.first()?;
            match (self.at, byte) {
                (At::LineStart, _) if self.open => {
                    if is_space(byte) {
                        *strict = false;
                        self.at = At::Value;
                    } else {
                        self.open = false;
                        return Some(Ok(LinePart::FieldEnd));
                    }
                }
                (At::LineStart, b'\r') => self.step(input, At::EndCr),
                (At::LineStart, b'\n') => {
                    *strict = false;
                    take(input, 1);
                    return Some(Ok(LinePart::End));
                }
                (At::LineStart, _) if is_space(byte) => return Some(Err(ErrorKind::UnexpectedFold)),
                (At::LineStart, _) if is_token(byte) => {
                    *self = Self { at: At::Name, open: true, ..Self::new() };
                }
                (At::LineStart, _) => return Some(Err(ErrorKind::InvalidFieldName)),

                (At::Name, b':') => {
                    self.step(input, At::Value);
                    return Some(Ok(LinePart::NameEnd));
                }
                (At::Name, _) if is_token(byte) => {
                    return Some(Ok(LinePart::Name(take_while(input, is_token))));
                }
                (At::Name, _) if is_space(byte) => return Some(Err(ErrorKind::SpaceBeforeColon)),
                (At::Name, _) => return Some(Err(ErrorKind::InvalidFieldName)),

                (At::Value, b'\r') => self.step(input, At::ValueCr),
                (At::Value, b'\n') => {
                    *strict = false;
                    self.step(input, At::LineStart);
                }
                (At::Value, _) if is_space(byte) => {
                    take(input, 1);
                    if self.visible {
                        self.spaces = self.spaces.saturating_add(1);
                    }
                }
                (At::Value, _) if is_visible(byte) => {
                    self.visible = true;
                    return Some(Ok(LinePart::Value(self.value(input))));
                }
                (At::Value, _) => return Some(Err(ErrorKind::InvalidFieldValue)),

                (At::ValueCr, b'\n') => self.step(input, At::LineStart),
                (At::EndCr, b'\n') => {
                    take(input, 1);
                    return Some(Ok(LinePart::End));
                }
                (At::ValueCr | At::EndCr, _) => return Some(Err(ErrorKind::BareCr)),
            }
        }
    }

    fn step(&mut self, input: &mut &[u8], next: At) {
        take(input, 1);
        self.at = next;
    }

    /// A piece of the value, given that `input` goes on with a visible byte.
    fn value<'i>(&mut self, input: &mut &'i [u8]) -> &'i [u8] {
        if self.spaces > 0 {
            let mut spaces = SPACES;
            let piece = take(&mut spaces, usize::try_from(self.spaces).unwrap_or(usize::MAX));
            self.spaces = self.spaces.wrapping_sub(piece.len() as u32);
            return piece;
        }
        take_while(input, is_visible)
    }
}
