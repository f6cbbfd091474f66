//! What a server says about a retry.

use core::time::Duration;

use super::date::HttpDate;
use crate::ascii::is_same;
use crate::decimal::{take_seconds, thousandth};

/// The headers of a refusal that bear on a retry, parsed as they are fed.
///
/// Of several headers of one name the first well-formed one counts. Holds no borrow and no text.
///
/// ```
/// use core::time::Duration;
/// use choreoai_core::retry::Hints;
///
/// let mut hints = Hints::default();
/// assert!(hints.header("Retry-After", b"1.5"));
/// assert!(!hints.header("content-type", b"application/json"));
/// assert_eq!(hints.wait(None), Some(Duration::from_millis(1500)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    retry_after_ms: Option<Duration>,
    retry_after: Option<RetryAfter>,
    should_retry: Option<bool>,
    date: Option<HttpDate>,
}

/// The headers; the last one is of the response and not of a retry.
const NAMES: [&str; 4] = ["retry-after-ms", "retry-after", "x-should-retry", "date"];
const RETRY_AFTER_MS: usize = 0;
const RETRY_AFTER: usize = 1;
const SHOULD_RETRY: usize = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RetryAfter {
    Delay(Duration),
    Date(HttpDate),
}

impl Hints {
    /// Takes one header; names compare without regard to case, white space around the value is ignored.
    ///
    /// Returns whether the name is one of those that bear on a retry: `retry-after-ms`, `retry-after`,
    /// `x-should-retry`, `date`. A malformed value says nothing. Linear in the value.
    pub fn header(&mut self, name: &str, value: &[u8]) -> bool {
        let value = value.trim_ascii();
        match NAMES.iter().position(|known| is_same(name.as_bytes(), known.as_bytes())) {
            Some(RETRY_AFTER_MS) => {
                self.retry_after_ms = self.retry_after_ms.or_else(|| delay(value).map(thousandth));
            }
            Some(RETRY_AFTER) => {
                self.retry_after = self.retry_after.or_else(|| match delay(value) {
                    Some(delay) => Some(RetryAfter::Delay(delay)),
                    None => HttpDate::parse(value).map(RetryAfter::Date),
                });
            }
            Some(SHOULD_RETRY) => self.should_retry = self.should_retry.or_else(|| flag(value)),
            Some(_) => self.date = self.date.or_else(|| HttpDate::parse(value)),
            None => return false,
        }
        true
    }

    /// How long the server asks to wait: `retry-after-ms` (milliseconds), else `retry-after` (seconds, or an HTTP
    /// date). Both may have decimals; past the nanosecond these are dropped. Too large a number saturates.
    ///
    /// A date is relative to `unix_now`, in whole seconds of Unix time; where there is no wall clock, to the `date`
    /// of the same response. `None`: the server does not say, or names no moment to come (zero, a negative number, a
    /// date that has passed). A well-formed `retry-after-ms` counts even then.
    pub fn wait(&self, unix_now: Option<u64>) -> Option<Duration> {
        let wait = match (self.retry_after_ms, self.retry_after) {
            (None, None) => return None,
            (Some(wait), _) | (None, Some(RetryAfter::Delay(wait))) => wait,
            (None, Some(RetryAfter::Date(date))) => {
                let now = unix_now.or(self.date.map(HttpDate::unix))?;
                Duration::from_secs(date.seconds_after(now))
            }
        };
        (!wait.is_zero()).then_some(wait)
    }

    /// What `x-should-retry` says.
    pub const fn should_retry(&self) -> Option<bool> {
        self.should_retry
    }
}

/// A decimal number of seconds; a negative one is zero.
fn delay(value: &[u8]) -> Option<Duration> {
    let (digits, negative) = match value.strip_prefix(b"-") {
        Some(digits) => (digits, true),
        None => (value, false),
    };
    let (seconds, rest) = take_seconds(digits)?;
    rest.is_empty().then_some(if negative { Duration::ZERO } else { seconds })
}

fn flag(value: &[u8]) -> Option<bool> {
    if is_same(value, b"true") {
        Some(true)
    } else if is_same(value, b"false") {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use std::format;

    use super::*;

    /// Tue, 15 Jul 2025 00:00:00 GMT
    const NOW: u64 = 1_752_537_600;

    type Headers<'a> = &'a [(&'a str, &'a str)];

    fn hints(headers: Headers<'_>) -> Hints {
        let mut hints = Hints::default();
        for (name, value) in headers {
            assert!(hints.header(name, value.as_bytes()), "{name}");
        }
        hints
    }

    #[test]
    fn each_form_of_a_wait() {
        const MS: fn(u64) -> Duration = Duration::from_millis;
        let cases: &[(Headers<'_>, Option<Duration>)] = &[
            (&[], None),
            (&[("retry-after", "5")], Some(MS(5000))),
            (&[("RETRY-AFTER", " 5\t")], Some(MS(5000))),
            (&[("retry-after", "0.25")], Some(MS(250))),
            (&[("retry-after", "60")], Some(MS(60_000))),
            (&[("retry-after", "0")], None),
            (&[("retry-after", "0.0")], None),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "-0.5")], None),
            (&[("retry-after", "99999999999999999999999")], Some(Duration::from_secs(u64::MAX))),
            (&[("retry-after", "Tue, 15 Jul 2025 00:00:07 GMT")], Some(MS(7000))),
            (&[("retry-after", "Tuesday, 15-Jul-25 00:00:07 GMT")], Some(MS(7000))),
            (&[("retry-after", "Tue Jul 15 00:00:07 2025")], Some(MS(7000))),
            (&[("retry-after", "Tue, 15 Jul 2025 00:00:00 GMT")], None),
            (&[("retry-after", "Mon, 14 Jul 2025 23:59:59 GMT")], None),
            (&[("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT")], Some(MS(251_649_763_199_000))),
            (&[("retry-after-ms", "1500")], Some(MS(1500))),
            (&[("Retry-After-Ms", "0.5")], Some(Duration::from_micros(500))),
            (&[("retry-after-ms", "1500"), ("retry-after", "9")], Some(MS(1500))),
            (&[("retry-after", "9"), ("retry-after-ms", "1500")], Some(MS(1500))),
            (&[("retry-after-ms", "soon"), ("retry-after", "9")], Some(MS(9000))),
            (&[("retry-after-ms", "0"), ("retry-after", "9")], None),
            (&[("retry-after-ms", "-1")], None),
            (&[("retry-after", "5"), ("retry-after", "9")], Some(MS(5000))),
            (&[("retry-after", "soon"), ("retry-after", "9")], Some(MS(9000))),
        ];
        for (headers, expected) in cases {
            assert_eq!(hints(headers).wait(Some(NOW)), *expected, "{headers:?}");
        }
    }

    #[test]
    fn malformed_values_say_nothing() {
        for value in [
            "",
            " ",
            "-",
            "+5",
            "5s",
            "5 s",
            "1e3",
            ".5",
            "5.",
            "1.2.3",
            "--5",
            "1,5",
            "0x10",
            "inf",
            "NaN",
            "1_0",
            "٥",
            "5, 9",
            "Tue, 15 Jul 2025 00:00:07",
            "Tue, 31 Jun 2025 00:00:07 GMT",
        ] {
            assert_eq!(hints(&[("retry-after", value)]), Hints::default(), "{value}");
            assert_eq!(hints(&[("retry-after-ms", value)]), Hints::default(), "{value}");
        }
        for value in ["", "1", "yes", "true, false", "truely"] {
            assert_eq!(hints(&[("x-should-retry", value)]), Hints::default(), "{value}");
        }
        assert_eq!(hints(&[("retry-after-ms", "Tue, 15 Jul 2025 00:00:07 GMT")]), Hints::default());
    }

    #[test]
    fn a_date_without_a_clock_is_relative_to_the_response() {
        let after = ("retry-after", "Tue, 15 Jul 2025 00:00:07 GMT");
        let date = ("date", "Tue, 15 Jul 2025 00:00:05 GMT");
        assert_eq!(hints(&[after]).wait(None), None);
        assert_eq!(hints(&[after, date]).wait(None), Some(Duration::from_secs(2)));
        assert_eq!(hints(&[after, date]).wait(Some(NOW)), Some(Duration::from_secs(7)));
        assert_eq!(hints(&[after, ("date", "yesterday")]).wait(None), None);
    }

    #[test]
    fn should_retry_is_a_flag() {
        for (value, expected) in [("true", true), ("TRUE", true), ("false", false), (" False ", false)] {
            assert_eq!(hints(&[("X-Should-Retry", value)]).should_retry(), Some(expected), "{value}");
        }
        assert_eq!(hints(&[]).should_retry(), None);
    }

    #[test]
    fn other_headers_are_not_taken() {
        let mut hints = Hints::default();
        for name in ["", "retry", "retry-after-", "retry-afte", "retry-after-m", "x-should-retr", "dated"] {
            assert!(!hints.header(name, b"5"), "{name}");
        }
        assert_eq!(hints, Hints::default());
    }

    proptest! {
        #[test]
        fn seconds_are_exact(whole in any::<u32>(), nanos in 0u32..1_000_000_000) {
            let wait = Duration::new(u64::from(whole), nanos);
            let hints = hints(&[("retry-after", &format!("{whole}.{nanos:09}"))]);
            prop_assert_eq!(hints.wait(None), (!wait.is_zero()).then_some(wait));
        }

        #[test]
        fn milliseconds_are_exact_to_the_nanosecond(whole in any::<u32>(), micros in 0u32..1_000_000) {
            let wait = Duration::from_nanos(u64::from(whole) * 1_000_000 + u64::from(micros));
            let hints = hints(&[("retry-after-ms", &format!("{whole}.{micros:06}"))]);
            prop_assert_eq!(hints.wait(None), (!wait.is_zero()).then_some(wait));
        }

        #[test]
        fn no_bytes_panic(
            name in proptest::sample::select(&["retry-after-ms", "retry-after", "x-should-retry", "date"][..]),
            value in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut hints = Hints::default();
            prop_assert!(hints.header(name, &value));
            let _ = hints.wait(Some(u64::MAX));
        }
    }
}
