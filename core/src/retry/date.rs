//! HTTP dates (RFC 9110, section 5.6.7).

/// The forms of a date, the preferred one first, in the notation of `strftime`, all of whose numbers have two digits.
const FORMS: [&[u8]; 3] =
    [b"%a, %d %b %C%y %H:%M:%S GMT", b"%A, %d-%b-%y %H:%M:%S GMT", b"%a %b %e %H:%M:%S %C%y"];

/// The names of the months.
const MONTHS: [[u8; 3]; 12] = [
    *b"Jan", *b"Feb", *b"Mar", *b"Apr", *b"May", *b"Jun", *b"Jul", *b"Aug", *b"Sep", *b"Oct", *b"Nov",
    *b"Dec",
];

/// The days of the week; three letters of each are its short name.
static DAYS: [&[u8]; 7] =
    [b"Monday", b"Tuesday", b"Wednesday", b"Thursday", b"Friday", b"Saturday", b"Sunday"];

/// Fifty mean years of the Gregorian calendar.
const FIFTY_YEARS: u64 = 50 * 31_556_952;

/// A moment named by a header, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HttpDate {
    unix: u64,
    two_digit_year: bool,
}

impl HttpDate {
    /// Reads the preferred form (`Sun, 06 Nov 1994 08:49:37 GMT`) and the two obsolete ones
    /// (`Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`).
    ///
    /// The day of the week must be one, but need not be the right one. The second may be 60. `None`: malformed, no
    /// day of the calendar, or before 1970.
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
        FORMS.into_iter().find_map(|form| Self::parse_form(form, value))
    }

    /// Seconds of Unix time. A year of two digits is read as one of this century.
    pub(super) const fn unix(self) -> u64 {
        self.unix
    }

    /// How many seconds after `now` (Unix time) this is; zero when it has passed.
    ///
    /// A year of two digits that seems to be more than fifty years ahead is one of the past, as RFC 9110 asks.
    pub(super) const fn seconds_after(self, now: u64) -> u64 {
        let ahead = self.unix.saturating_sub(now);
        if self.two_digit_year && ahead > FIFTY_YEARS { 0 } else { ahead }
    }

    fn parse_form(form: &[u8], value: &[u8]) -> Option<Self> {
        let mut rest = Rest(value);
        let mut form = form;
        // The century, unless another is said.
        let mut date = Date([20, 0, 0, 0, 0, 0, 0, 0]);
        let mut two_digit_year = false;
        while let Some((&symbol, behind)) = form.split_first() {
            form = behind;
            if symbol != b'%' {
                rest.literal(symbol)?;
                continue;
            }
            let (&conversion, behind) = form.split_first()?;
            form = behind;
            let number = match conversion {
                b'a' | b'A' => {
                    rest.weekday(conversion == b'a')?;
                    // The form with whole names is the one without a century.
                    two_digit_year = conversion == b'A';
                    continue;
                }
                b'b' => rest.month()?,
                b'e' if rest.literal(b' ').is_some() => rest.digit()?,
                _ => rest.digit()?.wrapping_mul(10).wrapping_add(rest.digit()?),
            };
            for (known, slot) in NUMBERS.iter().zip(&mut date.0) {
                if *known == conversion {
                    *slot = number;
                }
            }
        }
        let unix = if rest.0.is_empty() { date.unix()? } else { return None };
        Some(Self { unix, two_digit_year })
    }
}

/// What of a date is a number, in the notation of [`FORMS`].
const NUMBERS: [u8; 8] = *b"CybdeHMS";

/// The numbers of a date, each of two digits at most: nothing overflows.
struct Date([u32; NUMBERS.len()]);

impl Date {
    /// Unix time. `None`: there is no such moment, or it is before 1970.
    fn unix(&self) -> Option<u64> {
        let [century, of_century, month, day, padded_day, hour, minute, second] = self.0;
        // Only one of them is in a form.
        let day = day | padded_day;
        let year = century.wrapping_mul(100).wrapping_add(of_century);
        let is_leap = if of_century == 0 { century } else { of_century } % 4 == 0;
        // How much shorter than 30 days February is.
        let missing = if is_leap { 1 } else { 2 };
        let length = match month {
            2 => 30_u32.wrapping_sub(missing),
            // They take turns, but for July and August.
            _ => 30 | (month ^ month >> 3) & 1,
        };
        // A leap second is second 60; Unix time has none, so it falls on the second that follows.
        if year < 1970 || day == 0 || day > length || hour >= 24 || minute >= 60 || second > 60 {
            return None;
        }
        // The days of the year before this month, if February had 30.
        let before = month.wrapping_mul(367).wrapping_sub(362) / 12;
        let days = year
            .wrapping_sub(1970)
            .wrapping_mul(365)
            .wrapping_add(leap_years_through(year.wrapping_sub(1)))
            .wrapping_sub(const { leap_years_through(1969) })
            .wrapping_add(before)
            .wrapping_sub(if month > 2 { missing } else { 0 })
            .wrapping_add(day.wrapping_sub(1));
        let seconds = hour.wrapping_mul(60).wrapping_add(minute).wrapping_mul(60).wrapping_add(second);
        Some(u64::from(days).wrapping_mul(86_400).wrapping_add(seconds.into()))
    }
}

const fn leap_years_through(year: u32) -> u32 {
    let centuries = year / 100;
    (year / 4).wrapping_sub(centuries).wrapping_add(centuries / 4)
}

/// The part of a date that has not been read yet. Each call takes one field off its front.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn literal(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        (*first == byte).then(|| self.0 = rest)
    }

    fn digit(&mut self) -> Option<u32> {
        let (digit, rest) = self.0.split_first()?;
        self.0 = rest;
        digit.is_ascii_digit().then_some(u32::from(digit.wrapping_sub(b'0')))
    }

    fn weekday(&mut self, is_short: bool) -> Option<()> {
        self.0 = DAYS.iter().find_map(|name| {
            self.0.strip_prefix(if is_short { name.get(..3).unwrap_or_default() } else { name })
        })?;
        Some(())
    }

    fn month(&mut self) -> Option<u32> {
        let (name, rest) = self.0.split_first_chunk::<3>()?;
        self.0 = rest;
        let (number, _) = (1..).zip(&MONTHS).find(|(_, month)| *month == name)?;
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::format;
    use std::time::SystemTime;

    use proptest::prelude::*;

    use super::*;

    fn unix_of(text: &str) -> Option<u64> {
        HttpDate::parse(text.as_bytes()).map(HttpDate::unix)
    }

    #[test]
    fn all_three_forms_name_the_same_moment() {
        // The example of RFC 9110, section 5.6.7.
        assert_eq!(unix_of("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(unix_of("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        // The year 94 is read as 2094 and is the past again once compared.
        let old = HttpDate::parse(b"Sunday, 06-Nov-94 08:49:37 GMT").unwrap();
        assert_eq!(old.seconds_after(1_750_000_000), 0);

        assert_eq!(unix_of("Tue, 15 Jul 2025 00:00:05 GMT"), Some(1_752_537_605));
        assert_eq!(unix_of("Tuesday, 15-Jul-25 00:00:05 GMT"), Some(1_752_537_605));
        assert_eq!(unix_of("Tue Jul 15 00:00:05 2025"), Some(1_752_537_605));
    }

    #[test]
    fn calendar() {
        let cases: &[(&str, Option<u64>)] = &[
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", None),
            ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
            ("Wed, 01 Mar 2000 00:00:00 GMT", Some(951_868_800)),
            ("Thu, 29 Feb 2024 23:59:59 GMT", Some(1_709_251_199)),
            ("Sat, 29 Feb 2025 00:00:00 GMT", None),
            ("Mon, 29 Feb 2100 00:00:00 GMT", None),
            ("Mon, 01 Mar 2100 00:00:00 GMT", Some(4_107_542_400)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
            ("Fri, 30 Feb 2024 00:00:00 GMT", None),
            ("Thu, 31 Apr 2025 00:00:00 GMT", None),
            ("Thu, 00 May 2025 00:00:00 GMT", None),
            ("Thu, 32 May 2025 00:00:00 GMT", None),
            ("Sat, 31 Dec 2016 23:59:60 GMT", Some(1_483_228_800)),
            ("Sat, 31 Dec 2016 23:59:61 GMT", None),
            ("Sat, 31 Dec 2016 23:60:00 GMT", None),
            ("Sat, 31 Dec 2016 24:00:00 GMT", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unix_of(text), *expected, "{text}");
        }
    }

    #[test]
    fn malformed_dates_are_none() {
        let cases = [
            "",
            "Sun",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
            "sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Son, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 06 Nov 0094 08:49:37 GMT",
            "Sun, 06 Nov 2o94 08:49:37 GMT",
            "Sunday, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06-Nov-94 08:49:37 GMT",
            "Sunsday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994",
            "Sun Nov  6 08:49:37 1994 GMT",
            "Sun Nov 06  08:49:37 1994",
            "1994-11-06T08:49:37Z",
        ];
        for text in cases {
            assert_eq!(HttpDate::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn every_prefix_of_a_date_is_malformed() {
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            for end in 0..text.len() {
                assert_eq!(HttpDate::parse(&text.as_bytes()[..end]), None, "{}", &text[..end]);
            }
        }
    }

    #[test]
    fn a_two_digit_year_over_fifty_years_ahead_is_past() {
        let now = 1_752_537_600; // 2025-07-15
        let near = HttpDate::parse(b"Monday, 15-Jul-75 00:00:00 GMT").unwrap();
        assert_eq!(near.seconds_after(now), 1_577_836_800);
        let far = HttpDate::parse(b"Wednesday, 15-Jul-76 00:00:00 GMT").unwrap();
        assert_eq!(far.seconds_after(now), 0);
        let spelled_out = HttpDate::parse(b"Wed, 15 Jul 2076 00:00:00 GMT").unwrap();
        assert_eq!(spelled_out.seconds_after(now), 1_609_459_200);
    }

    fn reference(text: &str) -> Option<u64> {
        let time = httpdate::parse_http_date(text).ok()?;
        Some(time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    const SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const LONG: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    proptest! {
        #[test]
        fn what_the_reference_writes_is_read_back(unix in 0u64..=253_402_300_799) {
            let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(unix));
            prop_assert_eq!(unix_of(&text), Some(unix));
        }

        #[test]
        fn the_reference_agrees_on_fields(
            day in 0u32..=32, month in 0usize..12, year in 1970u32..=9999,
            hour in 0u32..=24, minute in 0u32..=60, second in 0u32..=59,
        ) {
            let month = NAMES[month];
            let time = format!("{hour:02}:{minute:02}:{second:02}");
            let imf = |weekday: usize| format!("{}, {day:02} {month} {year} {time} GMT", SHORT[weekday]);
            let asctime = |weekday: usize| format!("{} {month} {day:2} {time} {year}", SHORT[weekday]);
            let rfc850 = |weekday: usize| {
                format!("{}, {day:02}-{month}-{:02} {time} GMT", LONG[weekday], year % 100)
            };
            // The reference wants the right weekday.
            let expected = (0..7).find_map(|weekday| reference(&imf(weekday)));
            for weekday in 0..7 {
                prop_assert_eq!(unix_of(&imf(weekday)), expected);
                prop_assert_eq!(unix_of(&asctime(weekday)), expected);
            }
            // The reference reads the years 70 to 99 as the last century's.
            if year % 100 < 70 {
                let expected = (0..7).find_map(|weekday| reference(&rfc850(weekday)));
                prop_assert_eq!(unix_of(&rfc850(day as usize % 7)), expected);
            }
        }

        #[test]
        fn no_bytes_panic(value in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = HttpDate::parse(&value);
        }
    }
}
