use core::time::Duration;
use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::deadline::{Clock, DeadlineKind, Deadlines};

/// Tue, 15 Jul 2025 00:00:00 GMT
const NOW: Option<u64> = Some(1_752_537_600);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn hints(headers: &[(&str, &str)]) -> Hints {
    let mut hints = Hints::default();
    for (name, value) in headers {
        assert!(hints.header(name, value.as_bytes()), "{name}");
    }
    hints
}

fn status(status: u16) -> Outcome<'static> {
    Outcome::Refused { status, code: None, error_type: None, hints: Hints::default() }
}

fn with_code(status: u16, code: &str) -> Outcome<'_> {
    Outcome::Refused { status, code: Some(code), error_type: None, hints: Hints::default() }
}

fn with_headers(status: u16, headers: &[(&str, &str)]) -> Outcome<'static> {
    Outcome::Refused { status, code: None, error_type: None, hints: hints(headers) }
}

/// What a fresh call with the default policy decides, without jitter.
fn first(outcome: Outcome<'_>) -> Decision {
    Retry::new(Policy::new()).decide(&outcome, 0, NOW, None)
}

const BACKOFF: Decision = Decision::Wait(ms(500));
const PERMANENT: Decision = Decision::GiveUp(Why::Permanent);

#[test]
fn every_status() {
    for code in 400..=599 {
        let retried = match code {
            408 | 409 | 429 => true,
            500 | 502 | 503 | 504 => true,
            501 => false,
            other => other >= 505,
        };
        assert_eq!(first(status(code)), if retried { BACKOFF } else { PERMANENT }, "{code}");
    }
    for code in [300, 304, 307, 399, 600, 999, u16::MAX] {
        assert_eq!(first(status(code)), PERMANENT, "{code}");
    }
}

#[test]
fn a_success_is_never_repeated() {
    for code in [0, 100, 199, 200, 204, 299] {
        let said_to = with_headers(code, &[("x-should-retry", "true"), ("retry-after", "1")]);
        assert_eq!(first(said_to), Decision::GiveUp(Why::Committed), "{code}");
    }
    assert_eq!(first(Outcome::Committed), Decision::GiveUp(Why::Committed));
}

#[test]
fn failures_without_a_response() {
    assert_eq!(first(Outcome::ConnectionFailed), BACKOFF);
    assert_eq!(first(Outcome::ConnectTimeout), BACKOFF);
    assert_eq!(first(Outcome::FirstEventTimeout), BACKOFF);
    assert_eq!(first(Outcome::Permanent), PERMANENT);
}

#[test]
fn every_documented_code() {
    let codes: &[(u16, &[&str], &[&str])] = &[
        (
            400,
            &[],
            &[
                "missing_parameter",
                "invalid_parameter_value",
                "invalid_parameter_type",
                "model_not_found",
                "context_length_exceeded",
                "invalid_messages_format",
                "invalid_json",
            ],
        ),
        (
            401,
            &[],
            &["invalid_api_key", "missing_authorization", "malformed_authorization", "api_key_expired"],
        ),
        (404, &[], &["endpoint_not_found", "resource_not_found"]),
        (429, &["rate_limit_exceeded"], &["quota_exceeded", "insufficient_quota"]),
        (500, &["internal_error"], &["configuration_error"]),
        (
            502,
            &["provider_timeout", "provider_service_unavailable", "provider_api_error"],
            &["provider_not_configured"],
        ),
        (503, &["service_overloaded", "maintenance_mode"], &[]),
    ];
    for (documented, retried, refused) in codes {
        for code in *retried {
            assert_eq!(first(with_code(*documented, code)), BACKOFF, "{documented} {code}");
            assert_eq!(first(with_code(400, code)), PERMANENT, "a code does not make 400 pass: {code}");
        }
        for code in *refused {
            for status in [*documented, 408, 409, 429, 500, 502, 503, 504, 599] {
                assert_eq!(first(with_code(status, code)), PERMANENT, "{status} {code}");
                let as_type =
                    Outcome::Refused { status, code: None, error_type: Some(code), hints: Hints::default() };
                assert_eq!(first(as_type), PERMANENT, "{status} type {code}");
            }
        }
    }
    let permission = Outcome::Refused {
        status: 403,
        code: None,
        error_type: Some("permission_error"),
        hints: Hints::default(),
    };
    assert_eq!(first(permission), PERMANENT);
    assert_eq!(first(with_code(429, "")), BACKOFF);
    assert_eq!(first(with_code(429, "something_new")), BACKOFF);
}

#[test]
fn should_retry_overrides_status_and_code() {
    let cases = [
        ("true", 400, None, BACKOFF),
        ("true", 401, None, BACKOFF),
        ("true", 501, None, BACKOFF),
        ("true", 429, Some("insufficient_quota"), BACKOFF),
        ("true", 502, Some("provider_not_configured"), BACKOFF),
        ("false", 408, None, PERMANENT),
        ("false", 429, Some("rate_limit_exceeded"), PERMANENT),
        ("false", 500, None, PERMANENT),
        ("false", 503, Some("service_overloaded"), PERMANENT),
        ("maybe", 503, None, BACKOFF),
        ("maybe", 400, None, PERMANENT),
        ("maybe", 429, Some("quota_exceeded"), PERMANENT),
    ];
    for (value, status, code, expected) in cases {
        let outcome =
            Outcome::Refused { status, code, error_type: None, hints: hints(&[("x-should-retry", value)]) };
        assert_eq!(first(outcome), expected, "{value} {status} {code:?}");
    }
}

#[test]
fn should_retry_does_not_override_the_bounds() {
    let outcome = with_headers(503, &[("x-should-retry", "true"), ("retry-after", "61")]);
    assert_eq!(first(outcome), Decision::GiveUp(Why::HintTooLong(ms(61_000))));

    let mut none_allowed = Retry::new(Policy { max_retries: 0, ..Policy::new() });
    let outcome = with_headers(503, &[("x-should-retry", "true")]);
    assert_eq!(none_allowed.decide(&outcome, 0, NOW, None), Decision::GiveUp(Why::Exhausted));
}

#[test]
fn each_form_of_a_hint() {
    let wait = |milliseconds| Decision::Wait(ms(milliseconds));
    let too_long = |milliseconds| Decision::GiveUp(Why::HintTooLong(ms(milliseconds)));
    let cases = [
        ("retry-after", "5", wait(5_000)),
        ("retry-after", "0.125", wait(125)),
        ("retry-after", "60", wait(60_000)),
        ("retry-after", "60.001", too_long(60_001)),
        ("retry-after", "3600", too_long(3_600_000)),
        ("retry-after", "0", BACKOFF),
        ("retry-after", "-7", BACKOFF),
        ("retry-after", "soon", BACKOFF),
        ("retry-after", "Tue, 15 Jul 2025 00:00:07 GMT", wait(7_000)),
        ("retry-after", "Tuesday, 15-Jul-25 00:00:07 GMT", wait(7_000)),
        ("retry-after", "Tue Jul 15 00:00:07 2025", wait(7_000)),
        ("retry-after", "Tue, 15 Jul 2025 00:01:00 GMT", wait(60_000)),
        ("retry-after", "Tue, 15 Jul 2025 00:01:01 GMT", too_long(61_000)),
        ("retry-after", "Tue, 15 Jul 2025 00:00:00 GMT", BACKOFF),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", BACKOFF),
        ("retry-after", "Sunday, 06-Nov-94 08:49:37 GMT", BACKOFF),
        ("retry-after", "Tue, 31 Jun 2025 00:00:07 GMT", BACKOFF),
        ("retry-after-ms", "20", wait(20)),
        ("retry-after-ms", "60000", wait(60_000)),
        ("retry-after-ms", "60001", too_long(60_001)),
        ("retry-after-ms", "0", BACKOFF),
        ("retry-after-ms", "-20", BACKOFF),
        ("retry-after-ms", "20ms", BACKOFF),
    ];
    for (name, value, expected) in cases {
        assert_eq!(first(with_headers(429, &[(name, value)])), expected, "{name}: {value}");
    }
    let huge = with_headers(429, &[("retry-after", "99999999999999999999999")]);
    assert_eq!(first(huge), Decision::GiveUp(Why::HintTooLong(Duration::from_secs(u64::MAX))));
}

#[test]
fn a_hint_does_not_make_a_refusal_pass() {
    assert_eq!(first(with_headers(400, &[("retry-after", "1")])), PERMANENT);
    assert_eq!(first(with_headers(501, &[("retry-after-ms", "1")])), PERMANENT);
}

#[test]
fn a_hint_has_no_jitter() {
    for entropy in [0, 1, u32::MAX / 2, u32::MAX] {
        let decision =
            Retry::new(Policy::new()).decide(&with_headers(429, &[("retry-after", "4")]), entropy, NOW, None);
        assert_eq!(decision, Decision::Wait(ms(4_000)));
    }
}

/// The waits of a call that always fails.
fn waits(policy: Policy, outcome: Outcome<'_>, entropy: u32) -> (Vec<Duration>, Why, u32) {
    let mut retry = Retry::new(policy);
    let mut waits = Vec::new();
    loop {
        assert_eq!(retry.attempts() as usize, waits.len() + 1);
        assert_eq!(retry.waited(), waits.iter().sum::<Duration>());
        match retry.decide(&outcome, entropy, NOW, None) {
            Decision::Wait(wait) => waits.push(wait),
            Decision::GiveUp(why) => return (waits, why, retry.attempts()),
        }
    }
}

#[test]
fn two_retries_by_default() {
    let (waits, why, attempts) = waits(Policy::new(), Outcome::ConnectionFailed, 0);
    assert_eq!(waits, [ms(500), ms(1_000)]);
    assert_eq!(why, Why::Exhausted);
    assert_eq!(attempts, 3);
}

#[test]
fn a_refusal_for_good_is_one_attempt() {
    let (waits, why, attempts) = waits(Policy::new(), status(404), 0);
    assert!(waits.is_empty());
    assert_eq!((why, attempts), (Why::Permanent, 1));
}

#[test]
fn the_backoff_doubles_up_to_its_cap() {
    let policy = Policy { max_retries: 7, ..Policy::new() };
    let expected: Vec<_> = [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000].map(ms).into();
    assert_eq!(waits(policy, status(503), 0), (expected, Why::Exhausted, 8));
}

#[test]
fn jitter_takes_off_up_to_a_quarter() {
    let policy = Policy { max_retries: 6, ..Policy::new() };
    // Half of the range takes off an eighth.
    let (half, ..) = waits(policy, status(503), 1 << 31);
    let expected: Vec<_> =
        [437_500, 875_000, 1_750_000, 3_500_000, 7_000_000, 7_000_000].map(Duration::from_micros).into();
    assert_eq!(half, expected);
    // A quarter is never reached, but for what a nanosecond cannot express.
    let (most, ..) = waits(policy, status(503), u32::MAX);
    let floor = [375, 750, 1_500, 3_000, 6_000, 6_000].map(ms);
    for (wait, floor) in most.into_iter().zip(floor) {
        assert!(wait > floor && wait <= floor + Duration::from_nanos(2), "{wait:?} for {floor:?}");
    }
}

#[test]
fn one_budget_bounds_all_waits() {
    // 0.5 + 1 + 2 + 4 + 6 * 8 = 55.5 s; the next 8 s do not fit 60 s.
    let policy = Policy { max_retries: 100, ..Policy::new() };
    let (waited, why, attempts) = waits(policy, status(500), 0);
    assert_eq!(waited.len(), 10);
    assert_eq!(waited.iter().sum::<Duration>(), ms(55_500));
    assert_eq!((why, attempts), (Why::Budget(ms(8_000)), 11));

    // Hints and backoff share it.
    let mut retry = Retry::new(policy);
    let hinted = with_headers(429, &[("retry-after", "59")]);
    assert_eq!(retry.decide(&hinted, 0, NOW, None), Decision::Wait(ms(59_000)));
    assert_eq!(retry.decide(&hinted, 0, NOW, None), Decision::GiveUp(Why::Budget(ms(59_000))));
    assert_eq!(retry.decide(&status(500), 0, NOW, None), Decision::Wait(ms(1_000)));
    assert_eq!(retry.waited(), ms(60_000));
    assert_eq!(retry.decide(&status(500), 0, NOW, None), Decision::GiveUp(Why::Budget(ms(2_000))));
    assert_eq!(retry.attempts(), 3);
}

#[test]
fn a_hint_may_fill_the_budget() {
    let policy = Policy { max_retries: 3, ..Policy::new() };
    let (waited, why, _) = waits(policy, with_headers(429, &[("retry-after", "60")]), 0);
    assert_eq!(waited, [ms(60_000)]);
    assert_eq!(why, Why::Budget(ms(60_000)));
}

#[test]
fn a_wait_ends_before_the_total_deadline() {
    let hinted = with_headers(429, &[("retry-after", "5")]);
    let decide = |left| Retry::new(Policy::new()).decide(&hinted, 0, NOW, Some(left));
    assert_eq!(decide(ms(5_001)), Decision::Wait(ms(5_000)));
    assert_eq!(decide(ms(5_000)), Decision::GiveUp(Why::Deadline(ms(5_000))));
    assert_eq!(decide(Duration::ZERO), Decision::GiveUp(Why::Deadline(ms(5_000))));
}

#[test]
fn a_whole_call_in_virtual_time() {
    // Nothing ever answers: three attempts of 10 s each would take longer than the 30 s of a call.
    let mut now = ms(1_000_000);
    let mut clock = Clock::start(Deadlines::create(), now);
    let mut retry = Retry::new(Policy { max_retries: 5, ..Policy::new() });
    let mut log = Vec::new();
    loop {
        let (moment, kind) = clock.next().unwrap();
        now = moment;
        assert_eq!(clock.expired(now), Some(kind));
        log.push((now - ms(1_000_000), kind));
        if kind == DeadlineKind::Total {
            break;
        }
        clock.attempt_failed();
        let Decision::Wait(wait) = retry.decide(&Outcome::ConnectTimeout, 0, NOW, clock.time_left(now))
        else {
            panic!("gave up at {now:?}");
        };
        now += wait;
        assert_eq!(clock.expired(now), None);
        clock.attempt_started(now);
    }
    let expected = [
        (ms(10_000), DeadlineKind::Connect),
        (ms(20_500), DeadlineKind::Connect),
        (ms(30_000), DeadlineKind::Total),
    ];
    assert_eq!(log, expected);
    assert_eq!(retry.attempts(), 3);
}

#[test]
fn extreme_policies() {
    let endless = Policy {
        max_retries: u32::MAX,
        budget: Duration::MAX,
        hint_limit: Duration::MAX,
        base: Duration::MAX,
        cap: Duration::MAX,
    };
    for retry in [0, 1, 31, 32, u32::MAX] {
        assert_eq!(endless.backoff(retry, 0), Duration::from_nanos(u64::MAX));
        assert!(endless.backoff(retry, u32::MAX) > Duration::from_nanos(u64::MAX / 4 * 3));
        assert_eq!(Policy::new().backoff(retry.max(4), 0), ms(8_000));
    }
    let nothing = Policy {
        base: Duration::ZERO,
        cap: Duration::ZERO,
        budget: Duration::ZERO,
        hint_limit: Duration::ZERO,
        ..endless
    };
    let mut retry = Retry::new(nothing);
    assert_eq!(retry.decide(&status(500), u32::MAX, NOW, None), Decision::Wait(Duration::ZERO));
    let hinted = with_headers(500, &[("retry-after-ms", "1")]);
    assert_eq!(retry.decide(&hinted, 0, NOW, None), Decision::GiveUp(Why::HintTooLong(ms(1))));

    // Even the largest hint is added without overflow.
    let mut retry = Retry::new(endless);
    let huge = with_headers(500, &[("retry-after", "99999999999999999999999.999999999")]);
    assert_eq!(retry.decide(&huge, 0, NOW, None), Decision::Wait(Duration::MAX));
    assert_eq!(retry.decide(&huge, 0, NOW, None), Decision::GiveUp(Why::Budget(Duration::MAX)));
}

#[test]
fn reasons_are_told_apart_for_people() {
    let reasons = [
        Why::Permanent,
        Why::Committed,
        Why::Exhausted,
        Why::HintTooLong(ms(1)),
        Why::Budget(ms(1)),
        Why::Deadline(ms(1)),
    ];
    for (at, why) in reasons.iter().enumerate() {
        for other in &reasons[..at] {
            assert_ne!(why.to_string(), other.to_string());
        }
    }
}

proptest! {
    #[test]
    fn jitter_stays_within_its_quarter(
        retry in 0u32..40, entropy in any::<u32>(), base in 0u64..10_000, cap in 0u64..100_000,
    ) {
        let policy = Policy { base: ms(base), cap: ms(cap), ..Policy::new() };
        let full = ms(base.saturating_mul(1 << retry).min(cap));
        let wait = policy.backoff(retry, entropy);
        prop_assert!(wait <= full);
        prop_assert!(wait >= full / 4 * 3);
    }

    #[test]
    fn waits_never_exceed_the_budget(
        entropies in proptest::collection::vec(any::<u32>(), 1..40), seconds in 0u64..70,
    ) {
        let mut retry = Retry::new(Policy { max_retries: u32::MAX, ..Policy::new() });
        let hinted = hints(&[("retry-after", &seconds.to_string())]);
        for entropy in entropies {
            let outcome = match entropy % 3 {
                0 => Outcome::Refused { status: 429, code: None, error_type: None, hints: hinted },
                _ => Outcome::ConnectionFailed,
            };
            let before = (retry.attempts(), retry.waited());
            let expected = match retry.decide(&outcome, entropy, NOW, None) {
                Decision::Wait(wait) => (before.0 + 1, before.1 + wait),
                Decision::GiveUp(_) => before,
            };
            prop_assert_eq!((retry.attempts(), retry.waited()), expected);
            prop_assert!(retry.waited() <= ms(60_000));
        }
    }
}
