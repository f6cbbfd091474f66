//! Tokens that stand in the input whole, with what mostly stands around them.

use super::skip_whole::{whole_scalar, without_space};
use super::{Lexer, State, StringReader};
use crate::json::scan::{plain_run, short_run, words};

/// Where one may stand between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Behind the bracket of a container.
    First,
    /// Behind a value of a container.
    Next,
    /// Where a value must come.
    Value,
}

/// What comes next, as far as that stands in the input whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whole<M> {
    /// A member or an element. Its value comes next.
    Member(M),
    /// The end of the container.
    Close,
}

/// A name, unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'i> {
    pub(crate) bytes: &'i [u8],
    /// Its first 16 bytes, followed by zeros if it is shorter.
    pub(crate) words: [u64; 2],
}

impl Lexer {
    /// At which gap the lexer stands; `None`: at none.
    #[inline(always)]
    pub(crate) const fn gap(&self) -> Option<Gap> {
        match self.state {
            State::FirstKey | State::FirstElement => Some(Gap::First),
            State::Next => Some(Gap::Next),
            State::Value => Some(Gap::Value),
            _ => None,
        }
    }

    /// Goes to the value of the next member of the object, from this [gap](Self::gap), where the lexer stands. Nothing is consumed of
    /// what ends the object. `None`, and nothing is consumed: this needs a closer look.
    #[inline(always)]
    pub(crate) fn whole_name<'i>(&mut self, gap: Gap, input: &mut &'i [u8]) -> Option<Whole<Name<'i>>> {
        let name = match (gap, *input) {
            (Gap::First | Gap::Next, [b'}', ..]) => return Some(Whole::Close),
            (Gap::Next, [b',', name @ ..]) => without_space(name).strip_prefix(b"\"")?,
            (Gap::First, [b'"', name @ ..]) => name,
            _ => return None,
        };
        let (length, words) = match name.first_chunk().and_then(short_run) {
            Some(found) => found,
            None => {
                let length = plain_run(name, true);
                (length, Name::words(name.get(..length)?))
            }
        };
        let (bytes, rest) = name.split_at_checked(length)?;
        let [b'"', b':', rest @ ..] = rest else { return None };
        *input = without_space(rest);
        self.state = State::Value;
        Some(Whole::Member(Name { bytes, words }))
    }

    /// The same for the next element of an array.
    #[inline(always)]
    pub(crate) fn whole_separator(&mut self, gap: Gap, input: &mut &[u8]) -> Option<Whole<()>> {
        match (gap, *input) {
            (Gap::First | Gap::Next, [b']', ..]) => return Some(Whole::Close),
            (Gap::Next, [b',', rest @ ..]) => {
                self.state = State::Value;
                *input = without_space(rest);
            }
            (Gap::First | Gap::Value, _) => {}
            _ => return None,
        }
        Some(Whole::Member(()))
    }

    /// Skips the value that comes next, which is no container; whether it stands there whole and plain.
    #[inline(always)]
    pub(crate) fn skip_whole_value(&mut self, input: &mut &[u8]) -> bool {
        let Some(rest) = whole_scalar(input) else { return false };
        self.state = State::Next;
        *input = rest;
        true
    }

    /// Reads the string that comes next, if it stands there whole and needs no unescaping.
    #[inline(always)]
    pub(crate) fn whole_string<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i str> {
        let mut rest = input.strip_prefix(b"\"")?;
        let text = StringReader::whole_text(&mut rest)?;
        *input = rest;
        self.state = State::Next;
        Some(text)
    }

    /// Reads the number that comes next, if it stands there whole, is written with digits alone and fits; whether it did.
    #[inline(always)]
    pub(crate) fn whole_number(&mut self, input: &mut &[u8]) -> bool {
        let is_whole = self.number.read_whole(input);
        if is_whole {
            self.state = State::Next;
        }
        is_whole
    }
}

impl<'i> Name<'i> {
    /// A name that was read in another way.
    pub(crate) const fn of(bytes: &'i [u8]) -> Self {
        Self { bytes, words: Self::words(bytes) }
    }

    #[inline]
    const fn words(bytes: &[u8]) -> [u64; 2] {
        if let Some(first) = bytes.first_chunk() {
            return words(first);
        }
        let (mut both, mut rest, mut shift) = (0_u128, bytes, 0_u32);
        while let Some((&byte, others)) = rest.split_first() {
            both |= (byte as u128).wrapping_shl(shift);
            (rest, shift) = (others, shift.wrapping_add(8));
        }
        [both as u64, (both >> u64::BITS) as u64]
    }
}
