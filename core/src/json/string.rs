//! The inside of a string: escapes, surrogate pairs and UTF-8, cut anywhere.

use super::Text;
#[cfg(target_pointer_width = "64")]
use super::scan::copy_plain_run;
use super::scan::plain_run;
use super::utf8::{Utf8, valid_prefix};
use crate::{ErrorKind, IS_ROOMY, hex};

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
// With a smaller tag what wraps it is moved by `memcpy`, as it fills no words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
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

    /// Stands behind another opening quote.
    pub(super) fn restart(&mut self) {
        self.state = State::Plain;
        self.high = 0;
        self.utf8.forget();
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
            // Whatever comes instead of the partner, the surrogate alone is no scalar.
            let is_lone = match self.state {
                State::Plain => byte != b'\\',
                State::Escape => byte != b'u',
                State::Hex(_) | State::Queued => false,
            };
            if self.high != 0 && is_lone {
                self.high = 0;
                return Some(Ok(char_part(0xfffd)));
            }
            match (self.state, byte) {
                (State::Plain, b'"') => {
                    *input = rest;
                    return Some(Ok(Part::End));
                }
                (State::Plain, 0..0x20) => return Some(Err(ErrorKind::ControlCharacter)),
                (State::Plain, 0x80..) => {
                    return self.utf8.next_char(input).map(|scalar| Ok(Part::Text(Text::Char(scalar))));
                }
                _ => {
                    let Some(is_complete) = self.escape(byte) else {
                        return Some(Err(ErrorKind::InvalidEscape));
                    };
                    *input = rest;
                    if is_complete && let Some(part) = self.take_unit() {
                        return Some(Ok(part));
                    }
                }
            }
        }
    }

    /// The whole string, when `input` holds all of it and nothing in it needs attention; else `None`, and nothing is
    /// consumed. Only right after the opening quote.
    #[inline(always)]
    pub(super) fn whole<'i>(input: &mut &'i [u8], ascii: bool) -> Option<&'i [u8]> {
        let (text, rest) = input.split_at_checked(plain_run(input, ascii))?;
        *input = rest.strip_prefix(b"\"")?;
        Some(text)
    }

    /// The whole text, when `input` holds all of it, it needs no unescaping and is valid; else `None`, and nothing is consumed. Only
    /// right after the opening quote.
    #[inline(always)]
    pub(super) fn whole_text<'i>(input: &mut &'i [u8]) -> Option<&'i str> {
        let (text, rest) = input.split_at_checked(plain_run(input, false))?;
        let [b'"', rest @ ..] = rest else { return None };
        let text = core::str::from_utf8(text).ok()?;
        *input = rest;
        Some(text)
    }

    /// Unescapes what stands whole at the front of `input`, as far as it is ASCII and fits `room`; how much of that was filled.
    /// Stops before all that needs a closer look. With `only_escapes`, a run that could as well be lent is left, too: one that is
    /// long, or that the string ends with.
    #[cfg(target_pointer_width = "64")]
    pub(super) fn gather(&self, input: &mut &[u8], room: &mut [u8], mut only_escapes: bool) -> usize {
        /// To hand out a run of its own takes as long as to copy this many bytes.
        const LONG: usize = 64;
        let mut filled = 0_usize;
        if self.state != State::Plain || self.high != 0 || self.utf8.is_pending() {
            return 0;
        }
        while let Some(place) = room.get_mut(filled..) {
            let length = copy_plain_run(input, place);
            let Some((_, rest)) = input.split_at_checked(length) else { break };
            if only_escapes && (length >= LONG || rest.first() != Some(&b'\\')) {
                break;
            }
            (filled, *input, only_escapes) = (filled.wrapping_add(length), rest, false);
            match input {
                [b'\\', b'u', digits @ ..] => {
                    let Some((scalar, rest)) = whole_unit(digits) else { break };
                    let Some(place) = room.get_mut(filled..).and_then(<[u8]>::first_chunk_mut::<4>) else {
                        break;
                    };
                    filled = filled.wrapping_add(scalar.encode_utf8(place).len());
                    *input = rest;
                }
                [b'\\', kind, rest @ ..] => {
                    let Some(&byte) = SIMPLE_ESCAPES.get(usize::from(*kind)).filter(|&&byte| byte != 0)
                    else {
                        break;
                    };
                    let Some(place) = room.get_mut(filled) else { break };
                    *place = byte;
                    filled = filled.wrapping_add(1);
                    *input = rest;
                }
                _ => break,
            }
        }
        filled
    }

    /// Goes over a run that needs no unescaping, if it stands before one; UTF-8 is not looked at.
    pub(super) fn skip_run(&self, input: &mut &[u8]) {
        if self.state == State::Plain && self.high == 0 && !self.utf8.is_pending() {
            let run = plain_run(input, false);
            *input = input.get(run..).unwrap_or_default();
        }
    }

    /// Takes a byte of an escape, the backslash included; whether it is complete, its code unit with it. `None`: it is no
    /// escape.
    fn escape(&mut self, byte: u8) -> Option<bool> {
        self.state = match self.state {
            State::Plain | State::Queued => State::Escape,
            State::Escape if byte == b'u' => {
                self.unit = 0;
                State::Hex(0)
            }
            State::Escape => {
                self.unit = simple_escape(byte)?;
                State::Plain
            }
            State::Hex(digits) => {
                self.unit = (self.unit << 4) | u16::from(hex::digit(byte)?);
                if digits < 3 { State::Hex(digits.wrapping_add(1)) } else { State::Plain }
            }
        };
        Some(self.state == State::Plain)
    }

    /// What a complete escape gives; `None` for a high surrogate, which waits for its partner.
    fn take_unit(&mut self) -> Option<Part<'static>> {
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

/// The scalar whose four digits `input` begins with, if it stands by itself, and what follows them.
#[cfg(target_pointer_width = "64")]
fn whole_unit(input: &[u8]) -> Option<(char, &[u8])> {
    let (digits, rest) = input.split_first_chunk::<4>()?;
    let mut unit = 0_u32;
    for &digit in digits {
        unit = (unit << 4) | u32::from(hex::digit(digit)?);
    }
    // None for a surrogate.
    Some((char::from_u32(unit)?, rest))
}

/// The longest front of `input` that is valid text of a string and needs no unescaping; on a microcontroller, as much of it as is
/// looked at at once.
fn text_run(input: &[u8]) -> &str {
    if !IS_ROOMY {
        let window = input.get(..WINDOW).unwrap_or(input);
        return valid_prefix(window.get(..plain_run(window, false)).unwrap_or_default());
    }
    let mut length = plain_run(input, true);
    while let Some(rest) = input.get(length..)
        && rest.first().is_some_and(|&byte| byte >= 0x80)
    {
        let window = rest.get(..WINDOW).unwrap_or(rest);
        let run = window.get(..plain_run(window, false)).unwrap_or_default();
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

/// What [`simple_escape`] gives, by the second character; 0 where that is nothing. A branch for each would mostly be mispredicted.
#[cfg(target_pointer_width = "64")]
#[expect(clippy::indexing_slicing, reason = "in a constant alone")]
static SIMPLE_ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut kind = 0;
    while kind < table.len() {
        if let Some(byte) = simple_escape(kind as u8) {
            table[kind] = byte as u8;
        }
        kind += 1;
    }
    table
};

/// The scalar that a two-character escape stands for.
const fn simple_escape(byte: u8) -> Option<u16> {
    Some(match byte {
        b'"' | b'\\' | b'/' => byte as u16,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => 0x0a,
        b'r' => 0x0d,
        b't' => 0x09,
        _ => return None,
    })
}
