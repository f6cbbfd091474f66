//! Decimal numbers, exact and without floats.

use core::num::{NonZeroU16, NonZeroU32, NonZeroU64};
use core::time::Duration;

/// `value` with one more digit at its end, if that fits.
#[cfg_attr(all(target_pointer_width = "32", not(target_family = "wasm")), inline(never))] // Arithmetic of 64 bits is long.
pub(crate) const fn push_digit(value: u64, digit: u8) -> Option<u64> {
    // Rather than a checked multiplication, which takes four on a 32-bit machine.
    if value > u64::MAX / 10 { None } else { value.wrapping_mul(10).checked_add(digit as u64) }
}

/// The quotient and the remainder. Where there is no division of 64 bits, which takes a kilobyte then, by such of 32.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn divide(value: u64, divisor: NonZeroU16) -> (u64, u16) {
    if cfg!(target_pointer_width = "64") {
        let divisor = NonZeroU64::from(divisor);
        (value / divisor, (value % divisor) as u16)
    } else {
        divide_by_parts(value, divisor)
    }
}

fn divide_by_parts(value: u64, divisor: NonZeroU16) -> (u64, u16) {
    let divisor = NonZeroU32::from(divisor);
    let (mut quotient, mut rest) = (0_u64, 0_u32);
    for shift in [48_u32, 32, 16, 0] {
        let part = rest << 16 | u32::from(value.wrapping_shr(shift) as u16);
        quotient = quotient << 16 | u64::from(part / divisor);
        rest = part % divisor;
    }
    (quotient, rest as u16)
}

/// Whole nanoseconds; saturates after 584 years.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) const fn nanos(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

/// [`Duration::from_nanos`], by [`divide`].
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn from_nanos(nanos: u64) -> Duration {
    let (micros, nanos) = divide(nanos, THOUSAND);
    let (millis, micros) = divide(micros, THOUSAND);
    let (secs, millis) = divide(millis, THOUSAND);
    let micros = u32::from(millis).wrapping_mul(1000).wrapping_add(u32::from(micros));
    seconds(secs, micros.wrapping_mul(1000).wrapping_add(u32::from(nanos)))
}

/// [`Duration::new`] with less than a second of `nanos`, which is said so that the compiler sees it and drops the panic.
pub(crate) const fn seconds(whole: u64, nanos: u32) -> Duration {
    Duration::new(whole, nanos % 1_000_000_000)
}

const THOUSAND: NonZeroU16 = NonZeroU16::new(1000).unwrap();

/// Takes `1*DIGIT` off the front of `input` and returns its value with the rest.
///
/// A value over `u64::MAX` saturates. `None`: there is no digit. Linear in the digits.
pub(crate) fn take_digits(input: &[u8]) -> Option<(u64, &[u8])> {
    let mut rest = input;
    let mut value = 0u64;
    while let Some((digit, tail)) = split_digit(rest) {
        value = push_digit(value, digit).unwrap_or(u64::MAX);
        rest = tail;
    }
    (rest.len() != input.len()).then_some((value, rest))
}

/// Takes `1*DIGIT [ "." 1*DIGIT ]` seconds off the front of `input` and returns them with the rest.
///
/// Digits past the ninth decimal are dropped; whole seconds saturate at `u64::MAX`. `None`: malformed. Linear in
/// the digits.
pub(crate) fn take_seconds(input: &[u8]) -> Option<(Duration, &[u8])> {
    let (whole, rest) = take_digits(input)?;
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some((Duration::from_secs(whole), rest));
    };
    let mut rest = fraction;
    let mut nanos = 0u32;
    let mut place = 100_000_000u32;
    while let Some((digit, tail)) = split_digit(rest) {
        nanos = nanos.saturating_add(u32::from(digit).saturating_mul(place));
        place /= 10;
        rest = tail;
    }
    (rest.len() != fraction.len()).then_some((seconds(whole, nanos), rest))
}

/// A thousandth of `duration`, rounded down to the nanosecond: what is left when a number of milliseconds was read as
/// seconds.
///
/// `Duration::checked_div` would do, but the compiler cannot prove that it does not panic.
pub(crate) fn thousandth(duration: Duration) -> Duration {
    let (secs, rest) = divide(duration.as_secs(), THOUSAND);
    seconds(secs, u32::from(rest).wrapping_mul(1_000_000).wrapping_add(duration.subsec_micros()))
}

fn split_digit(input: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = input.split_first()?;
    first.is_ascii_digit().then_some((first.wrapping_sub(b'0'), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The input, and what is taken off it with what it leaves.
    type Case<T> = (&'static [u8], Option<(T, &'static [u8])>);

    #[test]
    fn a_division_by_parts_is_one() {
        for value in [0, 1, 9, 10, 65_535, 65_536, 1_752_537_605, u64::MAX / 10, u64::MAX - 1, u64::MAX] {
            for divisor in [1, 7, 10, 1000, u16::MAX] {
                let expected = (value / u64::from(divisor), (value % u64::from(divisor)) as u16);
                let divisor = NonZeroU16::new(divisor).unwrap();
                assert_eq!(divide_by_parts(value, divisor), expected, "{value} by {divisor}");
                assert_eq!(divide(value, divisor), expected, "{value} by {divisor}");
            }
        }
        for nanos in [0, 1, 999_999_999, 1_000_000_000, 1_000_000_001, u64::MAX] {
            assert_eq!(from_nanos(nanos), Duration::from_nanos(nanos));
        }
    }

    #[test]
    fn digits_are_taken_up_to_the_first_byte_that_is_none() {
        let cases: &[Case<u64>] = &[
            (b"", None),
            (b"x1", None),
            (b"+1", None),
            (b"-1", None),
            (b" 1", None),
            (b"0", Some((0, b""))),
            (b"007", Some((7, b""))),
            (b"42s", Some((42, b"s"))),
            (b"18446744073709551615", Some((u64::MAX, b""))),
            (b"18446744073709551616 ", Some((u64::MAX, b" "))),
            (b"99999999999999999999999999", Some((u64::MAX, b""))),
        ];
        for (input, expected) in cases {
            assert_eq!(take_digits(input), *expected, "{}", input.escape_ascii());
        }
    }

    #[test]
    fn seconds_are_exact_to_the_nanosecond() {
        let cases: &[Case<Duration>] = &[
            (b"", None),
            (b".5", None),
            (b"5.", None),
            (b"5.s", None),
            (b"1", Some((Duration::new(1, 0), b""))),
            (b"0.1", Some((Duration::new(0, 100_000_000), b""))),
            (b"1.5s", Some((Duration::new(1, 500_000_000), b"s"))),
            (b"1.5.5", Some((Duration::new(1, 500_000_000), b".5"))),
            (b"0.000000001", Some((Duration::new(0, 1), b""))),
            (b"0.0000000019", Some((Duration::new(0, 1), b""))),
            (b"2.999999999999", Some((Duration::new(2, 999_999_999), b""))),
            (b"1e3", Some((Duration::new(1, 0), b"e3"))),
            (b"99999999999999999999.999999999", Some((Duration::MAX, b""))),
        ];
        for (input, expected) in cases {
            assert_eq!(take_seconds(input), *expected, "{}", input.escape_ascii());
        }
    }

    #[test]
    fn a_thousandth_is_exact() {
        let cases = [
            (Duration::ZERO, Duration::ZERO),
            (Duration::from_nanos(999), Duration::ZERO),
            (Duration::from_nanos(1_999), Duration::from_nanos(1)),
            (Duration::from_secs(20), Duration::from_millis(20)),
            (Duration::new(1_234_567, 890_123_456), Duration::new(1_234, 567_890_123)),
            (Duration::from_secs(999_999), Duration::new(999, 999_000_000)),
            (Duration::MAX, Duration::new(18_446_744_073_709_551, 615_999_999)),
        ];
        for (duration, expected) in cases {
            assert_eq!(thousandth(duration), expected, "{duration:?}");
        }
    }
}
