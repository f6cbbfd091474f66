//! What is sent again, when, and what never is.

use std::time::Duration;

use choreoai::{Error, ErrorKind, TransportErrorKind};

use crate::support::*;

/// The outcome with default settings, and when each request was sent.
fn outcome(replies: impl IntoIterator<Item = Reply>) -> (Option<Error>, Vec<Duration>) {
    let script = Script::new(replies);
    let (text, failure) = stream(&script, &script.client());
    if failure.is_none() {
        assert_eq!(text, "Hello world");
    }
    let times = script.played().times.clone();
    (failure, times)
}

#[test]
fn a_failure_before_the_answer_is_retried() {
    type Make = fn() -> Reply;
    let cases: [(&str, Make, bool); 15] = [
        ("connect", || Reply::fail(TransportErrorKind::Connect), true),
        ("connect timeout", || Reply::fail(TransportErrorKind::ConnectTimeout), true),
        ("reset", || Reply::fail(TransportErrorKind::Io), true),
        ("no head", || Reply::fail(TransportErrorKind::Truncated), true),
        ("tls", || Reply::fail(TransportErrorKind::Tls), false),
        ("no HTTP", || Reply::fail(TransportErrorKind::Protocol), false),
        ("endless head", || Reply::fail(TransportErrorKind::Limit), false),
        ("500", || Reply::status(500), true),
        ("503", || Reply::status(503), true),
        ("408", || Reply::status(408), true),
        ("429", || Reply::status(429), true),
        ("501", || Reply::status(501), false),
        ("400", || Reply::status(400), false),
        (
            "no quota",
            || Reply::status(429).data(r#"{"error": {"message": "pay", "code": "insufficient_quota"}}"#),
            false,
        ),
        ("told to", || Reply::status(400).header("x-should-retry", "true"), true),
    ];
    for (name, make, retried) in cases {
        let (failure, times) = outcome([make(), Reply::body(answer())]);
        assert_eq!((failure.is_none(), times.len()), (retried, 1 + usize::from(retried)), "{name}");
    }
}

#[test]
fn waits_grow_and_are_less_by_up_to_a_quarter() {
    let (failure, times) = outcome([Reply::status(500), Reply::status(500), Reply::status(500)]);
    let failure = failure.unwrap();
    assert_eq!((failure.kind(), failure.attempts()), (ErrorKind::Http, 3));
    assert_eq!(failure.to_string(), "the gateway answered 500 Internal Server Error (after 3 attempts)");
    let waits = [times[1], times[2] - times[1]];
    for (wait, most) in waits.into_iter().zip([500, 1000]) {
        let most = Duration::from_millis(most);
        assert!(most * 3 / 4 <= wait && wait <= most, "{wait:?}");
    }
}

#[test]
fn the_server_s_hint_is_kept_to() {
    for (name, value, wait) in [
        ("retry-after", "7", Some(7000)),
        ("retry-after", "1.5", Some(1500)),
        ("retry-after-ms", "20", Some(20)),
        ("retry-after", "61", None),
    ] {
        let (failure, times) = outcome([Reply::status(429).header(name, value), Reply::body(answer())]);
        assert_eq!(times.get(1).copied(), wait.map(Duration::from_millis), "{name}: {value}");
        if let Some(failure) = failure {
            assert_eq!(failure.retry_after(), Some(seconds(61)));
            assert!(failure.is_retryable());
        }
    }
}

#[test]
fn a_hint_that_is_a_date_counts_by_the_server_s_clock() {
    let (failure, times) = outcome([
        Reply::status(503)
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .header("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"),
        Reply::body(answer()),
    ]);
    assert!(failure.is_none());
    assert_eq!(times[1], seconds(10));
}

#[test]
fn a_late_first_event_is_retried_unseen() {
    for late in
        [Reply::hang(), Reply::status(200).step(Step::Hang), Reply::body(": keep-alive\n\n").step(Step::Hang)]
    {
        // The deadline begins anew with the second request.
        let (failure, times) = outcome([late, Reply::body(answer()).after(seconds(29))]);
        assert!(failure.is_none(), "{failure:?}");
        assert!(times[1] >= seconds(30) && times[1] < seconds(31));
    }
}

#[test]
fn nothing_is_retried_once_something_came() {
    let half = |step| Reply::body(content("Hello")).step(step);
    for (reply, kind) in [
        (half(Step::Fail(TransportErrorKind::Io)), ErrorKind::Truncated),
        (half(Step::Hang), ErrorKind::TimeoutIdle),
        (Reply::body(""), ErrorKind::Truncated),
        (Reply::body("data: {\"id\": \"x\", ").step(Step::Hang), ErrorKind::TimeoutIdle),
        (Reply::body("{\"error\": {\"message\": \"x\", \"code\": \"internal_error\"}}"), ErrorKind::Server),
    ] {
        let (failure, times) = outcome([reply]);
        let failure = failure.unwrap();
        assert_eq!((failure.kind(), times.len(), failure.attempts()), (kind, 1, 1));
    }
}

#[test]
fn create_is_retried_alike() {
    let script =
        Script::new([Reply::fail(TransportErrorKind::Connect), Reply::status(503), Reply::body(answer())]);
    let client = script.client();
    let completion = script.run(client.chat().create(&request())).unwrap();
    assert_eq!(completion.response().unwrap().attempts(), 3);
}

#[test]
fn every_request_is_the_same() {
    let script = Script::new([Reply::status(500), Reply::status(500), Reply::body(answer())]);
    let (_, failure) = stream(&script, &script.client());
    assert!(failure.is_none());
    let played = script.played();
    let bodies = played.requests.iter().map(|request| request.body()).collect::<Vec<_>>();
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[0], bodies[2]);
    assert!(!bodies[0].is_empty());
}

#[test]
fn retries_can_be_turned_off() {
    let script = Script::new([Reply::status(500)]);
    let client = script.builder().max_retries(0).build().unwrap();
    let (_, failure) = stream(&script, &client);
    assert_eq!(failure.unwrap().attempts(), 1);
}
