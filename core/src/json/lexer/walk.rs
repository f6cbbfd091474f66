//! Tokens that stand in the input whole, with what mostly stands around them.

use super::skip_whole::whole_scalar;
pub(crate) use super::skip_whole::without_space;
use super::{Lexer, State};
use crate::json::scan::{plain_run, short_run, words};

/// Where the lexer stands between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    /// Behind the bracket of a container.
    First,
    /// Behind a value of a container.
    Next,
    /// Where a value must come.
    Value,
}

/// A name, unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name<'i> {
    pub(crate) bytes: &'i [u8],
    /// Its first 16 bytes, followed by zeros if it is shorter.
    pub(crate) words: [u64; 2],
}

impl Lexer {
    /// Where the lexer stands; `None`: elsewhere.
    #[inline(always)]
    pub(crate) const fn gap(&self) -> Option<Gap> {
        match self.state {
            State::FirstKey | State::FirstElement => Some(Gap::First),
            State::Next => Some(Gap::Next),
            State::Value => Some(Gap::Value),
            _ => None,
        }
    }

    /// A name or a comma was read behind which a value must come.
    #[inline(always)]
    pub(crate) const fn stand_before_value(&mut self) {
        self.state = State::Value;
    }

    /// A value was read, within a container.
    #[inline(always)]
    pub(crate) const fn stand_behind_value(&mut self) {
        self.state = State::Next;
    }

    /// The name whose opening quote stands before `input`, and what follows its colon.
    #[inline(always)]
    pub(crate) fn whole_name(input: &[u8]) -> Option<(Name<'_>, &[u8])> {
        let (length, words) = match input.first_chunk().and_then(short_run) {
            Some(found) => found,
            None => {
                let length = plain_run(input, true);
                (length, Name::words(input.get(..length)?))
            }
        };
        let (bytes, rest) = input.split_at_checked(length)?;
        let [b'"', b':', rest @ ..] = rest else { return None };
        Some((Name { bytes, words }, without_space(rest)))
    }

    /// What stands behind the value that `input` begins with, if that is no container, and plain.
    #[inline(always)]
    pub(crate) fn behind_scalar(input: &[u8]) -> Option<&[u8]> {
        whole_scalar(input)
    }

    /// Reads the number that comes next, if it stands there whole, is written with digits alone and fits; whether it did.
    #[inline(always)]
    pub(crate) fn whole_number(&mut self, input: &mut &[u8]) -> bool {
        self.number.read_whole(input)
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
