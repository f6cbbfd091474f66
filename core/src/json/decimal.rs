//! Numbers as JSON text, without the formatting machinery of `core::fmt`.

use core::fmt;
use core::num::{NonZeroU8, NonZeroU32, NonZeroU128};

use crate::decimal;

/// A number as JSON text (RFC 8259, section 6), held inline.
///
/// Integers are written exactly. A finite `f64` is written so that it reads back as the same value, below 2^53 with
/// the fewest digits that do (above, a decimal half-way between two values is not used), always with a fraction or an
/// exponent, so that it stays a floating-point number to a typed reader: `1.0`, `0.7`, `1e-7`. Magnitudes from 0.0001
/// up to 10^16 are written in full, others with an exponent. What is not finite has no JSON text and becomes `null`.
///
/// The digits of an `f64` come from integer arithmetic alone (shifts, additions and multiplications of `u128`): the
/// value is held as a fixed-point fraction times a power of ten, together with the distances to half-way between it
/// and its neighbours, and digits are produced until what was written lies within that distance (Steele and White's
/// free-format algorithm). The scaling truncates, by less than 2^-100 of the value; the distances are narrowed by far
/// more than that. At most 1100 scaling steps, for the smallest and largest exponents; two or less for 0.1 to 2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    text: [u8; Self::CAPACITY],
    len: u8,
}

impl Decimal {
    const CAPACITY: usize = 28;

    const EMPTY: Self = Self { text: [0; Self::CAPACITY], len: 0 };

    /// The number's text, in ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or(&[])
    }

    /// `"n":`, the name of an object's member that is a number.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(crate) fn member_name(n: u32) -> Self {
        let mut text = Self::EMPTY;
        text.push(b'"');
        text.push_unsigned(n.into());
        text.push_all(b"\":");
        text
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.text.get_mut(usize::from(self.len)) {
            *slot = byte;
            self.len = self.len.wrapping_add(1);
        }
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn push_all(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push(*byte);
        }
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn of_integer(is_negative: bool, magnitude: u64) -> Self {
        let mut text = Self::EMPTY;
        text.push_signed(is_negative, magnitude);
        text
    }

    fn push_signed(&mut self, is_negative: bool, magnitude: u64) {
        if is_negative {
            self.push(b'-');
        }
        self.push_unsigned(magnitude);
    }

    fn push_unsigned(&mut self, mut n: u64) {
        let mut digits = [b'0'; 20];
        for digit in digits.iter_mut().rev() {
            let last;
            (n, last) = decimal::divide(n, TEN.into());
            *digit = b'0'.wrapping_add(last as u8);
        }
        let leading_zeros = digits.iter().take_while(|digit| **digit == b'0').count();
        self.push_all(digits.get(leading_zeros.min(19)..).unwrap_or(&[]));
    }
}

const TEN: NonZeroU8 = NonZeroU8::new(10).unwrap();

impl From<u64> for Decimal {
    fn from(n: u64) -> Self {
        Self::of_integer(false, n)
    }
}

impl From<i64> for Decimal {
    fn from(n: i64) -> Self {
        Self::of_integer(n < 0, n.unsigned_abs())
    }
}

impl From<f64> for Decimal {
    #[inline(never)] // It is long, and few requests hold such a number.
    fn from(x: f64) -> Self {
        let mut text = Self::EMPTY;
        if !x.is_finite() {
            text.push_all(b"null");
            return text;
        }
        if x.is_sign_negative() {
            text.push(b'-');
        }
        match Scaled::new(x) {
            Some(scaled) => scaled.write(&mut text),
            None => text.push_all(b"0.0"),
        }
        text
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(self.as_bytes()).unwrap_or("?"))
    }
}

/// A positive number as `value * 10^exponent`, with `value` a fixed-point fraction from 0.1 to 1, and how far below
/// and above it the numbers reach that read back as the same `f64`.
struct Scaled {
    value: u128,
    /// How far below.
    gap: u128,
    /// Whether they reach twice as far above.
    is_wide: bool,
    exponent: i32,
}

impl Scaled {
    const FRACTION_BITS: u32 = 124;
    const ONE: u128 = 1 << Self::FRACTION_BITS;
    /// Rounded up, so that its first digit is 1.
    const TENTH: u128 = Self::ONE / 10 + 1;
    const MOST_DIGITS: i32 = 18;

    fn new(x: f64) -> Option<Self> {
        let bits = x.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = (bits >> 52 & 0x7ff) as i32;
        let (mantissa, exponent) = match biased {
            0 => (fraction, -1074),
            _ => (fraction | 1 << 52, biased.wrapping_sub(1075)),
        };
        if mantissa == 0 {
            return None;
        }
        let half = 1 << (Self::FRACTION_BITS - 54);
        // Below a power of two the neighbours are half as far apart.
        let is_wide = fraction == 0 && biased > 1;
        let mut scaled = Self {
            value: u128::from(mantissa) << (Self::FRACTION_BITS - 53),
            gap: half >> u32::from(is_wide),
            is_wide,
            exponent: 0,
        };
        while scaled.value < Self::TENTH {
            scaled.times(10);
            scaled.exponent = scaled.exponent.wrapping_sub(1);
        }
        // A half is five tenths.
        let doublings = exponent.wrapping_add(53);
        let (factor, tenths) = if doublings < 0 { (5, 1) } else { (2, 0) };
        for _ in 0..doublings.unsigned_abs() {
            scaled.times(factor);
            scaled.exponent = scaled.exponent.wrapping_sub(tenths);
            scaled.normalize();
        }
        // More than the scaling can have lost, and too little to cost a digit.
        scaled.gap = scaled.gap.wrapping_sub(scaled.gap >> 32);
        // 0.9... that is to be rounded up to 1.
        if scaled.reaches_up() {
            scaled.value = Self::ONE;
            scaled.normalize();
        }
        Some(scaled)
    }

    fn write(mut self, text: &mut Decimal) {
        let is_in_full = matches!(self.exponent, -3..=16);
        // Before which digit the point stands; with zeros where there is none.
        let point = if is_in_full { self.exponent } else { 1 };
        let mut is_complete = false;
        for place in point.wrapping_sub(1).min(0)..Self::MOST_DIGITS {
            if place == point {
                text.push(b'.');
            }
            let digit = if place < 0 || is_complete { 0 } else { self.next_digit(&mut is_complete) };
            text.push(b'0'.wrapping_add(digit));
            // A digit before the point, and one behind it if there is no exponent.
            if is_complete && (place >= point || !is_in_full) {
                break;
            }
        }
        if !is_in_full {
            let exponent = self.exponent.wrapping_sub(1);
            text.push(b'e');
            text.push_signed(exponent < 0, exponent.unsigned_abs().into());
        }
    }

    /// The next digit, rounded if it is the last.
    fn next_digit(&mut self, is_last: &mut bool) -> u8 {
        self.times(10);
        let digit = (self.value >> Self::FRACTION_BITS) as u8;
        self.value &= Self::ONE - 1;
        let (down, up) = (self.value < self.gap, self.reaches_up());
        let nearer_up = self.value >= Self::ONE / 2;
        *is_last = down || up;
        digit.wrapping_add(u8::from(up && (!down || nearer_up)))
    }

    /// Whether 1 reads back as the same number.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn reaches_up(&self) -> bool {
        let rest = Self::ONE.wrapping_sub(self.value);
        rest < self.gap || (self.is_wide && rest.wrapping_sub(self.gap) < self.gap)
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn times(&mut self, factor: u8) {
        multiply(&mut self.value, factor);
        multiply(&mut self.gap, factor);
    }

    /// Below 1 again.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn normalize(&mut self) {
        if self.value >= Self::ONE {
            divide(&mut self.value, TEN);
            divide(&mut self.gap, TEN);
            self.value = self.value.wrapping_add(1);
            self.exponent = self.exponent.wrapping_add(1);
        }
    }
}

// Where arithmetic of `u128` takes much code, it is done byte by byte.

#[cfg_attr(target_pointer_width = "32", inline(never))]
fn multiply(n: &mut u128, factor: u8) {
    if cfg!(target_pointer_width = "64") {
        *n = n.wrapping_mul(factor.into());
    } else {
        *n = multiply_by_bytes(*n, factor);
    }
}

fn multiply_by_bytes(n: u128, factor: u8) -> u128 {
    let mut bytes = n.to_le_bytes();
    let mut carry = 0_u32;
    for byte in &mut bytes {
        carry = carry.wrapping_add(u32::from(*byte).wrapping_mul(factor.into()));
        *byte = carry as u8;
        carry >>= 8;
    }
    u128::from_le_bytes(bytes)
}

/// Rounded down.
#[cfg_attr(target_pointer_width = "32", inline(never))]
fn divide(n: &mut u128, divisor: NonZeroU8) {
    if cfg!(target_pointer_width = "64") {
        *n /= NonZeroU128::from(divisor);
    } else {
        *n = divide_by_bytes(*n, divisor);
    }
}

fn divide_by_bytes(n: u128, divisor: NonZeroU8) -> u128 {
    let mut bytes = n.to_le_bytes();
    let mut rest = 0_u32;
    for byte in bytes.iter_mut().rev() {
        let part = rest << 8 | u32::from(*byte);
        *byte = (part / NonZeroU32::from(divisor)) as u8;
        rest = part % NonZeroU32::from(divisor);
    }
    u128::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::string::String;

    fn text(number: impl Into<Decimal>) -> String {
        String::from_utf8(number.into().as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn integers() {
        for (n, expected) in [(0, "0"), (7, "7"), (10, "10"), (u64::MAX, "18446744073709551615")] {
            assert_eq!(text(n), expected);
        }
        for (n, expected) in [(0, "0"), (-1, "-1"), (i64::MIN, "-9223372036854775808")] {
            assert_eq!(text(n), expected);
        }
    }

    #[test]
    fn floats() {
        for (x, expected) in [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (2.0, "2.0"),
            (-2.0, "-2.0"),
            (0.7, "0.7"),
            (1.5, "1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.9999999999999999, "0.9999999999999999"),
            (1.9999999999999998, "1.9999999999999998"),
            (100.0, "100.0"),
            (-100.25, "-100.25"),
            (0.001, "0.001"),
            (0.00012345, "0.00012345"),
            (0.000012345, "1.2345e-5"),
            (1e-7, "1e-7"),
            (5e-324, "5e-324"),
            (1e-323, "1e-323"),
            (2.2250738585072014e-308, "2.2250738585072014e-308"),
            (9007199254740993.0, "9007199254740992.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e16"),
            (1e22, "1e22"),
            // 1e23 lies half-way between this and its neighbour.
            (1e23, "9.999999999999999e22"),
            (1.7976931348623157e308, "1.7976931348623157e308"),
            (f64::NAN, "null"),
            (f64::NEG_INFINITY, "null"),
        ] {
            assert_eq!(text(x), expected);
        }
    }

    #[test]
    fn arithmetic_by_bytes_is_arithmetic() {
        for n in (0..1000).chain([u128::MAX, u128::MAX / 10, 1 << 124, (1 << 125) - 1]) {
            for factor in [NonZeroU8::new(2).unwrap(), NonZeroU8::new(5).unwrap(), TEN] {
                let wide = u128::from(factor.get());
                assert_eq!(multiply_by_bytes(n, factor.get()), n.wrapping_mul(wide), "{n} by {factor}");
                assert_eq!(divide_by_bytes(n, factor), n / wide, "{n} by {factor}");
            }
        }
    }

    #[test]
    fn powers_of_two_and_their_neighbours() {
        // All of them are too many for Miri.
        let step = if cfg!(miri) { 800 } else { 1 };
        for exponent in (0..0x7ff_u64).step_by(step) {
            for bits in [exponent << 52, (exponent << 52) + 1, (exponent << 52) + (1 << 52) - 1] {
                check(f64::from_bits(bits)).unwrap();
            }
        }
    }

    /// It reads back, and up to 2^53 it is as short as what std writes, which is the shortest there is.
    fn check(x: f64) -> Result<(), TestCaseError> {
        if !x.is_finite() {
            return Ok(());
        }
        let text = text(x);
        prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), x.to_bits());
        let digits = |text: &str| {
            let mantissa = text.split('e').next().unwrap_or_default();
            let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
            digits.trim_matches('0').len()
        };
        prop_assert!(digits(&text) <= 17);
        if x.abs() < 9e15 {
            prop_assert_eq!(digits(&text), digits(&std::format!("{x:e}")));
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 20_000 }))]

        #[test]
        fn reads_back(x in -2.0..=2.0_f64) {
            check(x)?;
        }

        #[test]
        fn reads_back_with_any_exponent(bits: u64) {
            check(f64::from_bits(bits))?;
        }

        #[test]
        fn decimals_are_short(n in 0..20_000_u32) {
            let x = f64::from(n) / 1e4;
            prop_assert_eq!(text(x), std::format!("{x:?}"));
        }
    }
}
