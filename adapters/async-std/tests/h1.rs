//! surf's own backend, `h1-client`: what this crate's documentation says of it is so.

#![cfg(feature = "surf")]

mod support;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::time::Duration;

use async_std::task;
use choreoai_async_std::{
    AsyncStdTimer, AsyncStdTransport, ResponseBody, Transport, TransportErrorKind as Kind,
};
use choreoai_testkit::conformance::{Ability, Fate, Subject, Theme, run};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, Step};
use futures_lite::future;
use http::Request;
use support::{PATIENCE, explain, next, post, read, read_ok};

fn h1(keep_alive: bool) -> AsyncStdTransport {
    let config = surf::Config::new().set_http_keep_alive(keep_alive).set_timeout(None);
    AsyncStdTransport::with_surf(surf::Client::try_from(config).unwrap())
}

/// It with keep-alive off, and how long a behaviour may take.
struct H1(Duration);

impl Subject for H1 {
    type Transport = AsyncStdTransport;
    type Timer = AsyncStdTimer;

    fn transport(&self) -> AsyncStdTransport {
        h1(false)
    }

    fn timer(&self) -> AsyncStdTimer {
        AsyncStdTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        task::block_on(future)
    }

    fn patience(&self) -> Duration {
        self.0
    }

    /// Of what it may do or not, how it reads bodies alone is looked at. (A response that is early is heard only because the gateway
    /// goes on reading.)
    fn is_able(&self, ability: Ability) -> bool {
        matches!(ability, Ability::BrokenBodies | Ability::Surplus)
    }
}

/// When the last line end of the chunks comes in two pieces, that is not noticed; whether it does is chance.
const CHANCE: &str = "sends each byte as a segment";

/// These behaviours fail over it, and no others.
fn fails(theme: Theme, expected: &[&str]) {
    // Of the framing nothing takes any time but waits for what never comes.
    let patience = if theme == Theme::Framing { 5 } else { 60 };
    let report = run(H1(Duration::from_secs(patience)), theme);
    let failed = report.runs().iter().filter(|run| matches!(run.fate, Fate::Failed(_)) && run.name != CHANCE);
    assert_eq!(failed.map(|run| run.name).collect::<Vec<_>>(), expected, "{report}");
}

#[test]
fn without_keep_alive_some_framing_is_not_read() {
    let misread = [
        "ends the body with the connection",
        "answers 204 with a body",
        // It waits for the body that the length speaks of.
        "answers 304",
        "gives the same length in a list",
        "gives a length beside chunks",
        "writes chunk extensions",
        "names the transfer coding in capitals",
        "sends bytes beyond ASCII in a field",
        "speaks HTTP/1.0",
        "speaks HTTP/1.0 and gives no length",
    ];
    fails(Theme::Framing, &misread);
}

#[test]
fn without_keep_alive_statuses_must_be_known() {
    fails(Theme::Errors, &["ends the error with the connection", "answers a status that nobody knows"]);
}

#[test]
fn without_keep_alive_an_interim_response_is_taken_for_the_answer() {
    fails(Theme::Stalls, &["falls silent after an interim response"]);
}

#[test]
fn without_keep_alive_all_else_is_in_order() {
    for theme in [
        Theme::EventStream,
        Theme::Chunks,
        Theme::Retries,
        Theme::Redirects,
        Theme::Reuse,
        Theme::Bombs,
        Theme::Cancel,
    ] {
        fails(theme, &[]);
    }
}

/// Leaves a stream after its first event, although more of it has arrived than any buffer has taken.
fn leave_a_stream(transport: &AsyncStdTransport) -> Gateway {
    let stream = Answer::event_stream().event("one").body("x".repeat(40_000));
    let gateway = Gateway::start(Script::sequence([stream, Answer::json(200, "{}")])).unwrap();
    let mut response = post(transport, &gateway.base_url(), "{}").unwrap();
    assert_eq!(next(response.body_mut(), 11).unwrap(), b"data: one\n\n");
    // Whoever closes now closes too late for the gateway to see it.
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
    drop(response);
    gateway
}

#[test]
fn with_keep_alive_what_was_left_unread_is_taken_for_the_next_answer() {
    let transport = h1(true);
    let gateway = leave_a_stream(&transport);
    let error = post(&transport, &gateway.base_url(), "{}").unwrap_err();
    assert!(explain(&error).ends_with("Head byte length should be less than 8kb"), "{}", explain(&error));
    assert_eq!((gateway.wait_for_requests(2).len(), gateway.connections()), (2, 1));

    for transport in [h1(false), AsyncStdTransport::default()] {
        let gateway = leave_a_stream(&transport);
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
        assert_eq!(gateway.connections(), 2);
    }
}

/// Asks, goes away before there is an answer, asks something else, and says what it was answered.
fn ask_again(transport: &AsyncStdTransport) -> String {
    let gate = Gate::new();
    let held = gate.clone();
    let script = Script::new(move |request| match request.target.as_str() {
        "/first" => Answer::raw([Step::WaitFor(held.clone())]).send(ok("the first answer")),
        _ => Answer::raw([Step::Send(ok("the second answer"))]),
    });
    let gateway = Gateway::start(script).unwrap();
    let ask = |path| {
        let request =
            Request::get(format!("{}{path}", gateway.base_url())).body(bytes::Bytes::new()).unwrap();
        transport.send(request, PATIENCE)
    };
    let response = task::block_on(async {
        let arrived = gate.clone();
        let arrival = task::spawn_blocking(move || arrived.wait_for_arrivals(1));
        let first =
            async { panic!("it was answered {:?}", ask("/first").await.map(|response| response.status())) };
        future::or(first, arrival).await;
        let mut second = pin!(ask("/second"));
        // It has its connection when the first answer comes.
        assert!(future::poll_once(second.as_mut()).await.is_none());
        gate.open();
        second.await.unwrap()
    });
    read_ok(response)
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn with_keep_alive_the_answer_to_one_request_is_given_to_the_next() {
    assert_eq!(ask_again(&h1(true)), "the first answer");
    for transport in [h1(false), AsyncStdTransport::default()] {
        assert_eq!(ask_again(&transport), "the second answer");
    }
}

#[test]
fn with_keep_alive_a_stream_that_is_left_is_not_cancelled() {
    let gate = Gate::new();
    let gateway = Gateway::start(Answer::event_stream().event("one").gate(&gate).event("two")).unwrap();
    let transport = h1(true);
    let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
    assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: one\n\n");
    drop(response);
    gate.open();
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete, "the gateway worked to the end for nobody");
}

#[test]
fn a_status_that_nobody_knows_is_an_error() {
    let gateway = Gateway::start(Answer::json(529, "{}")).unwrap();
    for keep_alive in [true, false] {
        let error = post(&h1(keep_alive), &gateway.base_url(), "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::Io);
        assert!(explain(&error).ends_with("Invalid status code"), "{}", explain(&error));
    }
}

#[test]
fn the_end_of_a_body_may_wake_nobody() {
    let cut = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r".to_vec();
    let gateway = Gateway::start(Answer::raw([Step::Send(cut)]).half_close().stall()).unwrap();
    for keep_alive in [true, false] {
        let mut response = post(&h1(keep_alive), &gateway.base_url(), "{}").unwrap();
        let end = poll_fn(|cx| Pin::new(response.body_mut()).poll_data(cx).map(|end| end.map(<[u8]>::len)));
        // It would find the end if it were asked again; so the time is looked at first.
        let time = async {
            task::sleep(Duration::from_millis(100)).await;
            None
        };
        let outcome = task::block_on(future::or(time, async { Some(end.await) }));
        assert!(outcome.is_none(), "{outcome:?}");
    }
    let (_, end) = read(post(&AsyncStdTransport::default(), &gateway.base_url(), "{}").unwrap());
    assert_eq!(end.unwrap_err().kind(), Kind::Truncated);
}
