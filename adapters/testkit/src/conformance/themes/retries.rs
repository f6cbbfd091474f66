//! What is sent again, after which wait, and what never is.

use std::time::Duration;

use choreoai::ErrorKind;

use crate::conformance::behaviour::{Behaviour, Case, Place, Settings};
use crate::conformance::bodies::{answer, content};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Gate, Step, wire};

pub(super) fn behaviours() -> Vec<Behaviour> {
    [statuses(), codes(), hints(), connections(), answers()].into_iter().flatten().collect()
}

/// Refuses once, by an answer that is to be retried after this wait.
fn retried(name: &'static str, refusal: Answer, wait: Wait) -> Behaviour {
    Behaviour::new(name, move || {
        let case = |way| Case::new(way).answer(refusal.clone()).answer(answer());
        let expect = Expect::answer().waits([wait]);
        vec![case("stream").stream(expect.clone()), case("create").create(expect)]
    })
}

/// Refuses in a way that is final.
fn final_(name: &'static str, refusal: Answer, expect: Expect) -> Behaviour {
    Behaviour::both(name, refusal, expect)
}

fn coded(status: u16, code: &str) -> Answer {
    Answer::json(status, wire::error("No.", "some_error", Some(code), None))
}

fn statuses() -> Vec<Behaviour> {
    let transient = |name, status| retried(name, Answer::json(status, "{}"), Wait::backoff(0));
    let mut behaviours = vec![
        transient("answers 408 once", 408),
        transient("answers 409 once", 409),
        transient("answers 429 once", 429),
        transient("answers 500 once", 500),
        transient("answers 502 once", 502),
        transient("answers 503 once", 503),
        transient("answers 504 once", 504),
        transient("answers 520 once", 520),
        transient("answers 529 once", 529),
        final_("answers 501", Answer::json(501, "{}"), Expect::status(501).retryable(false)),
    ];
    behaviours.push(Behaviour::new("answers 503 again and again", || {
        let refused =
            Expect::status(503).waits([0, 1].map(Wait::backoff)).retryable(true).says("after 3 attempts");
        let none = Settings { max_retries: Some(0), ..Settings::default() };
        let four = Settings { max_retries: Some(6), ..Settings::default() };
        // 0.5, 1, 2, 4, and then the cap of 8 s.
        let waits = [0, 1, 2, 3, 4, 4].map(Wait::backoff);
        let busy = coded(503, "service_overloaded");
        vec![
            Case::new("stream").answers(3, &busy).stream(refused.clone()),
            Case::new("create").answers(3, &busy).create(refused),
            Case::new("no retries").settings(none).answer(busy.clone()).create(Expect::status(503)),
            Case::new("six retries")
                .settings(four)
                .answers(7, &busy)
                .create(Expect::status(503).waits(waits)),
        ]
    }));
    behaviours
}

fn codes() -> Vec<Behaviour> {
    let hopeless = |name, status, code: &'static str| {
        final_(name, coded(status, code), Expect::status(status).code(code).retryable(false))
    };
    let transient = |name, status, code| retried(name, coded(status, code), Wait::backoff(0));
    vec![
        transient("says rate_limit_exceeded", 429, "rate_limit_exceeded"),
        transient("says provider_timeout", 502, "provider_timeout"),
        transient("says maintenance_mode", 503, "maintenance_mode"),
        hopeless("says insufficient_quota", 429, "insufficient_quota"),
        hopeless("says quota_exceeded", 429, "quota_exceeded"),
        hopeless("says configuration_error", 500, "configuration_error"),
        hopeless("says provider_not_configured", 502, "provider_not_configured"),
        hopeless("says invalid_api_key under a status that heals", 503, "invalid_api_key"),
        final_(
            "says quota_exceeded as the type",
            Answer::json(429, wire::error("No.", "quota_exceeded", None, None)),
            Expect::status(429).error_type("quota_exceeded").retryable(false),
        ),
    ]
}

fn hints() -> Vec<Behaviour> {
    let ms = Duration::from_millis;
    let hinted = |name, headers: &[(&str, &str)], wait| {
        let refusal =
            headers.iter().fold(Answer::json(429, "{}"), |answer, (name, value)| answer.header(name, value));
        retried(name, refusal, wait)
    };
    let exactly = |milliseconds| Wait::exactly(ms(milliseconds));
    let none = Wait::backoff(0);
    let date = ("date", "Tue, 15 Jul 2025 08:49:37 GMT");
    let long = |name, hint: &'static str, wait| {
        final_(
            name,
            Answer::json(429, "{}").header("retry-after", hint),
            Expect::status(429)
                .retry_after(Some(wait))
                .retryable(true)
                .says("wait longer than the client may"),
        )
    };
    vec![
        hinted("asks for a wait in seconds", &[("retry-after", "7")], exactly(7000)),
        hinted("asks for a wait with a fraction", &[("Retry-After", "1.25")], exactly(1250)),
        hinted("asks for a wait of a minute", &[("retry-after", "60")], exactly(60_000)),
        hinted("asks for a wait in milliseconds", &[("retry-after-ms", "120")], exactly(120)),
        hinted(
            "asks for a wait in both units",
            &[("retry-after", "30"), ("retry-after-ms", "120")],
            exactly(120),
        ),
        hinted(
            "asks for a wait until a date",
            &[date, ("retry-after", "Tue, 15 Jul 2025 08:49:47 GMT")],
            exactly(10_000),
        ),
        hinted(
            "asks for a wait until a date of RFC 850",
            &[date, ("retry-after", "Tuesday, 15-Jul-25 08:49:47 GMT")],
            exactly(10_000),
        ),
        hinted(
            "asks for a wait until a date of asctime",
            &[date, ("retry-after", "Tue Jul 15 08:49:47 2025")],
            exactly(10_000),
        ),
        hinted(
            "asks for a wait until a date that has passed",
            &[date, ("retry-after", "Tue, 15 Jul 2025 08:49:36 GMT")],
            none,
        ),
        hinted("asks for no wait", &[("retry-after", "0")], none),
        hinted("asks for a negative wait", &[("retry-after", "-7")], none),
        hinted("asks for a wait that is no number", &[("retry-after", "soon")], none),
        hinted("asks for a wait with a unit", &[("retry-after", "7s")], none),
        hinted(
            "asks for a wait that is no number, and for one that is",
            &[("retry-after-ms", "NaN"), ("retry-after", "7")],
            exactly(7000),
        ),
        long("asks for a wait over a minute", "60.5", ms(60_500)),
        long("asks for a wait beyond all bounds", "99999999999999999999999", Duration::from_secs(u64::MAX)),
        Behaviour::one("asks for more waits than the budget has", || {
            let busy = Answer::json(503, "{}").header("retry-after", "40");
            let expect =
                Expect::status(503).waits([Wait::exactly(Duration::from_secs(40))]).says("exceed the budget");
            Case::new("create").answers(2, &busy).create(expect)
        }),
        Behaviour::one("asks for a wait past the total deadline", || {
            let settings = Settings { total: Some(Duration::from_secs(30)), ..Settings::default() };
            let busy = Answer::json(503, "{}").header("retry-after", "31");
            let expect = Expect::status(503).says("not end before the total deadline").retryable(true);
            Case::new("create").settings(settings).answer(busy).create(expect)
        }),
        hinted("asks for a retry", &[("x-should-retry", "true"), ("retry-after-ms", "5.5")], {
            Wait::exactly(Duration::from_micros(5500))
        }),
        retried(
            "asks for a retry of what is hopeless",
            coded(400, "invalid_json").header("x-should-retry", "TRUE"),
            none,
        ),
        final_(
            "asks for no retry",
            Answer::json(503, "{}").header("x-should-retry", "false").header("retry-after", "1"),
            Expect::status(503).retryable(false),
        ),
        hinted("asks neither for a retry nor for none", &[("x-should-retry", "maybe")], none),
    ]
}

fn connections() -> Vec<Behaviour> {
    let greeted = |name, first: Answer| {
        Behaviour::new(name, move || {
            let (first, all) = (first.clone(), first.clone());
            let once = Expect::answer().waits([Wait::backoff(0)]).requests(Some(1));
            let always = Expect::error(ErrorKind::Connect).waits([0, 1].map(Wait::backoff)).requests(Some(0));
            vec![
                Case::new("once")
                    .greeting(move |connection| (connection == 0).then(|| first.clone()))
                    .answer(answer())
                    .stream(once),
                Case::new("three times")
                    .greeting(move |connection| (connection < 3).then(|| all.clone()))
                    .create(always.retryable(true)),
            ]
        })
    };
    let unanswered = |name, end: Step| {
        Behaviour::one(name, move || {
            let gone = Answer::raw([end.clone()]);
            let expect = Expect::answer().waits([0, 1].map(Wait::backoff));
            Case::new("twice").answers(2, &gone).answer(answer()).stream(expect)
        })
    };
    vec![
        Behaviour::one("is not there", || {
            let expect = Expect::error(ErrorKind::Connect).waits([0, 1].map(Wait::backoff)).requests(Some(0));
            Case::new("create").at(Place::Nobody).create(expect.says("could not connect").retryable(true))
        }),
        greeted("closes the connection at once", Answer::raw([Step::Close])),
        greeted("resets the connection at once", Answer::raw([Step::Reset])),
        unanswered("closes the connection after the request", Step::Close),
        unanswered("resets the connection after the request", Step::Reset),
        Behaviour::one("closes within the head", || {
            let cut = Answer::raw([Step::Send(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()), Step::Close]);
            Case::new("once").answer(cut).answer(answer()).create(Expect::answer().waits([Wait::backoff(0)]))
        }),
    ]
}

/// Nothing is sent again once a success has begun.
fn answers() -> Vec<Behaviour> {
    let gate = Gate::new();
    let reset = Answer::event_stream().body(content("Hello")).gate(&gate).reset();
    let truncated = || Expect::error(ErrorKind::Truncated).closed();
    vec![
        Behaviour::both("closes after the head of a success", Answer::event_stream().close(), truncated()),
        Behaviour::both(
            "closes after the first chunk",
            Answer::event_stream().body(content("Hello")).close(),
            truncated().after("Hello"),
        ),
        Behaviour::one("resets after the first chunk", move || {
            Case::new("stream").answer(reset.clone()).stream_opening(
                "Hello",
                &gate,
                truncated().after("Hello"),
            )
        }),
        Behaviour::both(
            "ends its side alone after the first chunk",
            Answer::event_stream().body(content("Hello")).half_close().stall(),
            truncated().after("Hello"),
        ),
        Behaviour::both(
            "asks for a retry after the head of a success",
            Answer::event_stream().header("x-should-retry", "true").header("retry-after", "1").close(),
            truncated(),
        ),
    ]
}
