//! Numbers, of any length, cut anywhere.

#[cfg(target_pointer_width = "64")]
use super::scan::digit_run;
use crate::ErrorKind;
use crate::decimal::push_digit;

/// A number of the input, of any length: its whole part, if it fits 64 bits, and what more there was (RFC 8259, section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    magnitude: u64,
    negative: bool,
    overflowed: bool,
    exponent: bool,
    fraction: bool,
}

impl Number {
    /// The number without its fraction (`1750.25` gives 1750, `-0.5` gives 0). `None` when that is negative, larger than
    /// [`u64::MAX`], or when the number is written with an exponent.
    pub const fn to_u64(self) -> Option<u64> {
        if self.overflowed || self.exponent || (self.negative && self.magnitude != 0) {
            None
        } else {
            Some(self.magnitude)
        }
    }

    /// The number, if it is whole (`1` and `1.0`, but not `1.5`) and not negative, and written with no exponent. One that is
    /// larger than [`u64::MAX`] gives that.
    pub(crate) const fn to_index(self) -> Option<u64> {
        if self.fraction || self.exponent || (self.negative && self.magnitude != 0) {
            None
        } else if self.overflowed {
            Some(u64::MAX)
        } else {
            Some(self.magnitude)
        }
    }
}

/// Where in a number one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NumberReader {
    // Not a `Number`, whose padding the state would come on top of.
    magnitude: u64,
    negative: bool,
    overflowed: bool,
    /// A digit behind the point is not 0.
    fraction: bool,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Minus,
    Zero,
    Integer,
    Point,
    Fraction,
    Exponent,
    ExponentSign,
    ExponentDigits,
}

impl NumberReader {
    pub(super) const fn new() -> Self {
        Self { magnitude: 0, negative: false, overflowed: false, fraction: false, state: State::Start }
    }

    /// Consumes the number's bytes. `Some(Ok(()))` once a byte comes that does not belong to it; that byte is left.
    pub(super) fn read(&mut self, input: &mut &[u8]) -> Option<Result<(), ErrorKind>> {
        while let Some((&byte, rest)) = input.split_first() {
            let Some(next) = self.state.after(byte) else {
                let is_complete = self.may_end() && !byte.is_ascii_digit();
                return Some(if is_complete { Ok(()) } else { Err(ErrorKind::InvalidNumber) });
            };
            match next {
                State::Minus => self.negative = true,
                State::Integer => self.add_digit(byte),
                State::Fraction => self.fraction |= byte != b'0',
                _ => {}
            }
            self.state = next;
            *input = rest;
        }
        None
    }

    /// Reads the number that `input` begins with, if it is of digits alone, no more than 19, and something follows; else nothing
    /// changes. Whether it did.
    #[cfg(target_pointer_width = "64")]
    pub(super) fn read_whole(&mut self, input: &mut &[u8]) -> bool {
        /// So many digits fit, whatever they are.
        const MOST: usize = 19;
        let mut magnitude = 0_u64;
        for (place, &byte) in input.iter().take(MOST + 1).enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 && place < MOST {
                magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit));
                continue;
            }
            let has_leading_zero = place > 1 && input.first() == Some(&b'0');
            if !matches!(byte, b',' | b'}' | b']') || place == 0 || has_leading_zero {
                return false;
            }
            *input = input.get(place..).unwrap_or_default();
            *self = Self { magnitude, state: State::Integer, ..Self::new() };
            return true;
        }
        false
    }

    /// What stands behind the number that `input` begins with, if that is well-formed and something follows.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(super) fn whole(input: &[u8]) -> Option<&[u8]> {
        let magnitude = input.strip_prefix(b"-").unwrap_or(input);
        let mut rest = match magnitude {
            [b'0', rest @ ..] => rest,
            _ => digits(magnitude)?,
        };
        if let [b'.', fraction @ ..] = rest {
            rest = digits(fraction)?;
        }
        if let [b'e' | b'E', exponent @ ..] = rest {
            rest = match exponent {
                [b'-' | b'+', magnitude @ ..] => digits(magnitude)?,
                _ => digits(exponent)?,
            };
        }
        // What else cannot follow is refused by whoever looks at it next.
        rest.first().filter(|byte| !byte.is_ascii_digit()).map(|_| rest)
    }

    /// Whether the number may end here.
    pub(super) const fn may_end(&self) -> bool {
        matches!(self.state, State::Zero | State::Integer | State::Fraction | State::ExponentDigits)
    }

    /// The number, given that it ends here.
    pub(super) const fn number(&self) -> Number {
        Number {
            magnitude: self.magnitude,
            negative: self.negative,
            overflowed: self.overflowed,
            exponent: matches!(self.state, State::ExponentDigits),
            fraction: self.fraction,
        }
    }

    const fn add_digit(&mut self, digit: u8) {
        match push_digit(self.magnitude, digit.wrapping_sub(b'0')) {
            Some(magnitude) => self.magnitude = magnitude,
            None => self.overflowed = true,
        }
    }
}

/// What stands behind the digits that `input` begins with, if there are any.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn digits(input: &[u8]) -> Option<&[u8]> {
    match digit_run(input) {
        0 => None,
        length => input.get(length..),
    }
}

impl State {
    /// The state behind `byte`, if that may come here.
    fn after(self, byte: u8) -> Option<Self> {
        let kind = match byte {
            b'0' => 0,
            b'1'..=b'9' => 1,
            b'.' => 2,
            b'e' | b'E' => 3,
            b'-' => 4,
            b'+' => 5,
            _ => return None,
        };
        *NEXT.get(self as usize)?.get(kind)?
    }
}

/// What comes in each state behind a 0, another digit, a point, the letter of an exponent, a minus and a plus.
const NEXT: [[Option<State>; 6]; 9] = {
    use State::*;
    let digits = Some(ExponentDigits);
    [
        [Some(Zero), Some(Integer), None, None, Some(Minus), None],
        [Some(Zero), Some(Integer), None, None, None, None],
        [None, None, Some(Point), Some(Exponent), None, None],
        [Some(Integer), Some(Integer), Some(Point), Some(Exponent), None, None],
        [Some(Fraction), Some(Fraction), None, None, None, None],
        [Some(Fraction), Some(Fraction), None, Some(Exponent), None, None],
        [digits, digits, None, None, Some(ExponentSign), Some(ExponentSign)],
        [digits, digits, None, None, None, None],
        [digits, digits, None, None, None, None],
    ]
};
