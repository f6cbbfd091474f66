//! What is left of the rate limits, as the response's headers say.

use core::time::Duration;

use crate::decimal::{take_digits, take_seconds, thousandth};

/// The rate limits of a response: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`.
///
/// ```
/// use core::time::Duration;
/// use choreoai_core::rate_limit::RateLimit;
///
/// let mut rate_limit = RateLimit::default();
/// assert!(rate_limit.header("X-RateLimit-Remaining-Requests", b"59"));
/// assert!(rate_limit.header("x-ratelimit-reset-tokens", b"6m0s"));
/// assert!(!rate_limit.header("content-type", b"text/event-stream"));
/// assert_eq!(rate_limit.requests.remaining, Some(59));
/// assert_eq!(rate_limit.tokens.reset, Some(Duration::from_secs(360)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The limit on requests.
    pub requests: Quota,
    /// The limit on tokens.
    pub tokens: Quota,
}

/// One rate limit. `None`: the server did not say, or not in a form that is understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Quota {
    /// How many are allowed in the server's interval.
    pub limit: Option<u64>,
    /// How many are left.
    pub remaining: Option<u64>,
    /// How long until all are allowed again.
    pub reset: Option<Duration>,
}

impl RateLimit {
    /// Takes one header; names compare without regard to case, white space around the value is ignored.
    ///
    /// Returns whether the name is one of the six. Of several headers of one name the first well-formed value
    /// counts; numbers too large for the field saturate. Linear in the value.
    ///
    /// A count is written in digits alone. A reset is a sum of decimal numbers with a unit each (`d`, `h`, `m`, `s`,
    /// `ms`, `us` or `µs`, `ns`: `6m0s`, `1h2m3.5s`, `20ms`), or one decimal number of seconds.
    pub fn header(&mut self, name: &str, value: &[u8]) -> bool {
        let Some((field, subject)) =
            strip_prefix_ignore_case(name, "x-ratelimit-").and_then(|name| name.split_once('-'))
        else {
            return false;
        };
        let quota = if subject.eq_ignore_ascii_case("requests") {
            &mut self.requests
        } else if subject.eq_ignore_ascii_case("tokens") {
            &mut self.tokens
        } else {
            return false;
        };
        let value = value.trim_ascii();
        if field.eq_ignore_ascii_case("limit") {
            quota.limit = quota.limit.or_else(|| count(value));
        } else if field.eq_ignore_ascii_case("remaining") {
            quota.remaining = quota.remaining.or_else(|| count(value));
        } else if field.eq_ignore_ascii_case("reset") {
            quota.reset = quota.reset.or_else(|| parse_duration(value));
        } else {
            return false;
        }
        true
    }
}

fn strip_prefix_ignore_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn count(value: &[u8]) -> Option<u64> {
    let (count, rest) = take_digits(value)?;
    rest.is_empty().then_some(count)
}

fn parse_duration(value: &[u8]) -> Option<Duration> {
    let (seconds, mut rest) = take_seconds(value)?;
    if rest.is_empty() {
        return Some(seconds);
    }
    let mut number = seconds;
    let mut total = Duration::ZERO;
    loop {
        let (unit, after_unit) = Unit::take(rest)?;
        total = total.saturating_add(unit.of(number));
        if after_unit.is_empty() {
            return Some(total);
        }
        (number, rest) = take_seconds(after_unit)?;
    }
}

/// A unit of time, by how it derives from a second.
#[derive(Clone, Copy)]
enum Unit {
    Times(u32),
    /// A second divided by a thousand, this often.
    Thousandths(u8),
}

/// The units; a name stands before the shorter ones that it starts with.
const UNITS: [(&[u8], Unit); 8] = [
    (b"ms", Unit::Thousandths(1)),
    (b"us", Unit::Thousandths(2)),
    ("µs".as_bytes(), Unit::Thousandths(2)),
    (b"ns", Unit::Thousandths(3)),
    (b"s", Unit::Times(1)),
    (b"m", Unit::Times(60)),
    (b"h", Unit::Times(3_600)),
    (b"d", Unit::Times(86_400)),
];

impl Unit {
    fn take(input: &[u8]) -> Option<(Self, &[u8])> {
        UNITS.iter().find_map(|(name, unit)| Some((*unit, input.strip_prefix(*name)?)))
    }

    /// `number` of the unit, where `number` counts as seconds.
    fn of(self, number: Duration) -> Duration {
        match self {
            Self::Times(seconds) => number.saturating_mul(seconds),
            Self::Thousandths(times) => (0..times).fold(number, |number, _| thousandth(number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::format;

    use super::*;

    #[test]
    fn all_six_headers() {
        let mut rate_limit = RateLimit::default();
        for (name, value) in [
            ("x-ratelimit-limit-requests", "60"),
            ("X-RateLimit-Limit-Tokens", "150000"),
            ("X-RATELIMIT-REMAINING-REQUESTS", " 59 "),
            ("x-ratelimit-remaining-tokens", "149984"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ] {
            assert!(rate_limit.header(name, value.as_bytes()), "{name}");
        }
        let requests = Quota { limit: Some(60), remaining: Some(59), reset: Some(Duration::from_secs(1)) };
        let tokens =
            Quota { limit: Some(150_000), remaining: Some(149_984), reset: Some(Duration::from_secs(360)) };
        assert_eq!(rate_limit, RateLimit { requests, tokens });
    }

    #[test]
    fn other_names_are_not_taken() {
        let mut rate_limit = RateLimit::default();
        for name in [
            "",
            "x-ratelimit",
            "x-ratelimit-",
            "x-ratelimit-limit",
            "x-ratelimit-limit-",
            "x-ratelimit-limit-request",
            "x-ratelimit-limit-requests-x",
            "x-ratelimit-used-requests",
            "x-ratelimit-limit-images",
            "x_ratelimit_limit_requests",
            "ratelimit-limit-requests",
            "x-ratelimité-limit-requests",
        ] {
            assert!(!rate_limit.header(name, b"1"), "{name}");
        }
        assert_eq!(rate_limit, RateLimit::default());
    }

    #[test]
    fn malformed_counts_leave_none() {
        for value in ["", " ", "-1", "+1", "1.0", "1e3", "1 0", "0x1", "unlimited", "1, 2", "١"] {
            let mut rate_limit = RateLimit::default();
            assert!(rate_limit.header("x-ratelimit-limit-requests", value.as_bytes()));
            assert!(rate_limit.header("x-ratelimit-remaining-requests", value.as_bytes()));
            assert_eq!(rate_limit, RateLimit::default(), "{value}");
        }
    }

    #[test]
    fn the_first_well_formed_value_counts() {
        let mut rate_limit = RateLimit::default();
        for value in ["many", "7", "8"] {
            assert!(rate_limit.header("x-ratelimit-remaining-tokens", value.as_bytes()));
        }
        assert_eq!(rate_limit.tokens.remaining, Some(7));
        assert!(rate_limit.header("x-ratelimit-limit-tokens", b"18446744073709551616"));
        assert_eq!(rate_limit.tokens.limit, Some(u64::MAX));
    }

    #[test]
    fn durations() {
        let cases: &[(&str, Option<Duration>)] = &[
            ("6m0s", Some(Duration::from_secs(360))),
            ("20ms", Some(Duration::from_millis(20))),
            ("1.5s", Some(Duration::from_millis(1_500))),
            ("1h2m3.5s", Some(Duration::from_millis(3_723_500))),
            ("2d", Some(Duration::from_secs(172_800))),
            ("1d2h", Some(Duration::from_secs(93_600))),
            ("1.5h", Some(Duration::from_secs(5_400))),
            ("0s", Some(Duration::ZERO)),
            ("0", Some(Duration::ZERO)),
            ("12", Some(Duration::from_secs(12))),
            ("0.25", Some(Duration::from_millis(250))),
            ("1m30s500ms", Some(Duration::from_millis(90_500))),
            ("857µs", Some(Duration::from_micros(857))),
            ("857us", Some(Duration::from_micros(857))),
            ("12ns", Some(Duration::from_nanos(12))),
            ("7.5ms", Some(Duration::from_micros(7_500))),
            ("99999999999999999999d", Some(Duration::MAX)),
            ("", None),
            ("s", None),
            ("-1s", None),
            ("+1s", None),
            ("1.s", None),
            (".5s", None),
            ("1s5", None),
            ("1m 5s", None),
            ("1 s", None),
            ("1S", None),
            ("1w", None),
            ("1ss", None),
            ("1mms", None),
            ("1,5s", None),
            ("2025-07-15T00:00:00Z", None),
        ];
        for (value, expected) in cases {
            assert_eq!(parse_duration(value.as_bytes()), *expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn durations_are_sums(
            days in 0u64..10_000, hours in 0u64..100, minutes in 0u64..100, seconds in 0u64..100,
            nanos in 0u32..1_000_000_000,
        ) {
            let text = format!("{days}d{hours}h{minutes}m{seconds}.{nanos:09}s");
            let total = days * 86_400 + hours * 3_600 + minutes * 60 + seconds;
            prop_assert_eq!(parse_duration(text.as_bytes()), Some(Duration::new(total, nanos)));
        }

        #[test]
        fn milliseconds_are_exact(whole in any::<u32>(), nanos in 0u32..1_000_000) {
            let text = format!("{whole}.{nanos:06}ms");
            let expected = u64::from(whole) * 1_000_000 + u64::from(nanos);
            prop_assert_eq!(parse_duration(text.as_bytes()), Some(Duration::from_nanos(expected)));
        }

        #[test]
        fn no_bytes_panic(value in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = parse_duration(&value);
        }

        #[test]
        #[cfg_attr(miri, ignore = "to make text from a pattern takes proptest very long")]
        fn no_digits_and_units_panic(value in "([0-9]{1,30}(\\.[0-9]{1,12})?(d|h|m|s|ms|us|ns)){1,4}") {
            prop_assert!(parse_duration(value.as_bytes()).is_some());
        }
    }
}
