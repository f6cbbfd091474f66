//! The inside of a string: escapes, surrogate pairs and UTF-8, cut anywhere.

use super::Text;
use super::scan::plain_run;
use super::utf8::{Utf8, valid_prefix};
use crate::ErrorKind;

/// Where in a string one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StringReader {
    state: State,
    /// The code unit of the escape that is being read, or that waits to be handed out.
    unit: u16,
    /// A high surrogate that waits for its partner; 0 when there is none.
    high: u16,
    utf8: Utf8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Plain,
    /// After a backslash.
    Escape,
    /// After `\u` and this many digits.
    Hex(u8),
    /// `unit` is to be handed out.
    Queued,
}

/// What the inside of a string consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'i> {
    Text(Text<'i>),
    /// The closing quote.
    End,
}

/// How far valid UTF-8 is looked for at once, so that invalid bytes cost a bounded scan each.
const WINDOW: usize = 512;

impl StringReader {
    /// The state after the opening quote.
    pub(super) const fn new() -> Self {
        Self { state: State::Plain, unit: 0, high: 0, utf8: Utf8::new() }
    }

    /// Takes one part off the front of `input`. `None`: all of it is consumed, or, with `lines`, a CR or LF is next.
    ///
    /// A [`Text::Str`] leaves the reader as it was: the caller may put it back.
    pub(super) fn next_part<'i>(
        &mut self,
        input: &mut &'i [u8],
        lines: bool,
    ) -> Option<Result<Part<'i>, ErrorKind>> {
        loop {
            if self.state == State::Queued {
                self.state = State::Plain;
                return Some(Ok(char_part(u32::from(self.unit))));
            }
            if self.utf8.is_pending() {
                return self.utf8.next_char(input).map(|scalar| Ok(Part::Text(Text::Char(scalar))));
            }
            if self.state == State::Plain && self.high == 0 {
                let text = text_run(input);
                if !text.is_empty() {
                    *input = input.get(text.len()..).unwrap_or_default();
                    return Some(Ok(Part::Text(Text::Str(text))));
                }
            }
            let (&byte, rest) = input.split_first()?;
            if lines && matches!(byte, b'\n' | b'\r') {
                return None;
            }
            match self.state {
                State::Plain if byte == b'\\' => {
                    *input = rest;
                    self.state = State::Escape;
                }
                State::Escape if byte == b'u' => {
                    *input = rest;
                    self.state = State::Hex(0);
                    self.unit = 0;
                }
                State::Hex(digits) => {
                    let Some(digit) = hex_digit(byte) else { return Some(Err(ErrorKind::InvalidEscape)) };
                    *input = rest;
                    self.unit = (self.unit << 4) | u16::from(digit);
                    if digits < 3 {
                        self.state = State::Hex(digits.wrapping_add(1));
                    } else if let Some(part) = self.take_unit() {
                        return Some(Ok(part));
                    }
                }
                // Whatever comes instead of the partner, the surrogate alone is no scalar.
                State::Plain | State::Escape if self.high != 0 => {
                    self.high = 0;
                    return Some(Ok(char_part(0xfffd)));
                }
                State::Escape => {
                    let Some(scalar) = simple_escape(byte) else {
                        return Some(Err(ErrorKind::InvalidEscape));
                    };
                    *input = rest;
                    self.state = State::Plain;
                    return Some(Ok(char_part(scalar)));
                }
                State::Plain if byte == b'"' => {
                    *input = rest;
                    return Some(Ok(Part::End));
                }
                State::Plain if byte < 0x20 => return Some(Err(ErrorKind::ControlCharacter)),
                State::Plain | State::Queued => {
                    return self.utf8.next_char(input).map(|scalar| Ok(Part::Text(Text::Char(scalar))));
                }
            }
        }
    }

    /// The whole string, when `input` holds all of it and nothing in it needs attention; else `None`, and nothing is
    /// consumed. Only right after the opening quote.
    pub(super) fn whole<'i, const ASCII: bool>(input: &mut &'i [u8]) -> Option<&'i [u8]> {
        let (text, rest) = input.split_at_checked(plain_run::<ASCII>(input))?;
        *input = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// Skips to the end of the string: `Some(Ok(()))` once the closing quote is consumed. Escapes are checked, UTF-8 is
    /// not. `None` as in [`next_part`](Self::next_part).
    pub(super) fn skip(&mut self, input: &mut &[u8], lines: bool) -> Option<Result<(), ErrorKind>> {
        loop {
            if self.state == State::Plain {
                let run = plain_run::<false>(input);
                *input = input.get(run..).unwrap_or_default();
            }
            let (&byte, rest) = input.split_first()?;
            if lines && matches!(byte, b'\n' | b'\r') {
                return None;
            }
            self.state = match self.state {
                State::Plain if byte == b'"' => {
                    *input = rest;
                    return Some(Ok(()));
                }
                State::Plain if byte == b'\\' => State::Escape,
                State::Plain | State::Queued => return Some(Err(ErrorKind::ControlCharacter)),
                State::Escape if byte == b'u' => State::Hex(0),
                State::Escape if simple_escape(byte).is_some() => State::Plain,
                State::Hex(digits) if hex_digit(byte).is_some() => {
                    if digits < 3 {
                        State::Hex(digits.wrapping_add(1))
                    } else {
                        State::Plain
                    }
                }
                State::Escape | State::Hex(_) => return Some(Err(ErrorKind::InvalidEscape)),
            };
            *input = rest;
        }
    }

    /// What a complete `\uXXXX` gives; `None` for a high surrogate, which waits for its partner.
    fn take_unit(&mut self) -> Option<Part<'static>> {
        self.state = State::Plain;
        let high = core::mem::take(&mut self.high);
        let scalar = match (high, self.unit) {
            (0, 0xd800..=0xdbff) => {
                self.high = self.unit;
                return None;
            }
            (0, 0xdc00..=0xdfff) => 0xfffd,
            (0, unit) => u32::from(unit),
            (high, low @ 0xdc00..=0xdfff) => {
                (u32::from(high & 0x3ff) << 10).wrapping_add(u32::from(low & 0x3ff)).wrapping_add(0x1_0000)
            }
            (_, 0xd800..=0xdbff) => {
                self.high = self.unit;
                0xfffd
            }
            (_, _) => {
                self.state = State::Queued;
                0xfffd
            }
        };
        Some(char_part(scalar))
    }
}

/// The longest front of `input` that is valid text of a string and needs no unescaping.
fn text_run(input: &[u8]) -> &str {
    let mut length = plain_run::<true>(input);
    while let Some(rest) = input.get(length..)
        && rest.first().is_some_and(|&byte| byte >= 0x80)
    {
        let window = rest.get(..WINDOW).unwrap_or(rest);
        let run = window.get(..plain_run::<false>(window)).unwrap_or_default();
        let valid = valid_prefix(run).len();
        length = length.wrapping_add(valid);
        if valid < window.len() {
            break;
        }
    }
    valid_prefix(input.get(..length).unwrap_or_default())
}

fn char_part(scalar: u32) -> Part<'static> {
    Part::Text(Text::Char(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// The scalar that a two-character escape stands for.
const fn simple_escape(byte: u8) -> Option<u32> {
    Some(match byte {
        b'"' | b'\\' | b'/' => byte as u32,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => 0x0a,
        b'r' => 0x0d,
        b't' => 0x09,
        _ => return None,
    })
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}
