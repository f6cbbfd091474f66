//! What is sent again, when, and what never is.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use choreoai_embedded::chat::Verdict;
use choreoai_embedded::connect::{Connect, connect_with};
use choreoai_embedded::raw_json::writer::Part;
use choreoai_embedded::retry::Policy;
use choreoai_embedded::time::{DeadlineKind, Deadlines};
use choreoai_embedded::{Client, Error, StatusOnly};

use crate::support::*;

/// What a connection does, or why there is none.
#[derive(Clone, Debug)]
enum Dial {
    To(Vec<Step>),
    /// Takes only so many bytes of what is sent.
    Takes(usize, Vec<Step>),
    Refused,
    Silent,
}

/// A network on which each connection follows the next script.
struct Network {
    world: World,
    dials: RefCell<VecDeque<Dial>>,
    /// What was sent, on each connection.
    sent: RefCell<Vec<Rc<RefCell<Vec<u8>>>>>,
}

impl Network {
    fn new(dials: impl IntoIterator<Item = Dial>) -> Self {
        let dials = RefCell::new(dials.into_iter().collect());
        Self { world: World::default(), dials, sent: RefCell::default() }
    }

    fn connector(&self) -> impl Connect<Error = Broken, Socket = Script> {
        connect_with(async || {
            let dial = self.dials.borrow_mut().pop_front().unwrap_or(Dial::Refused);
            let takes = if let Dial::Takes(bytes, _) = dial { bytes } else { usize::MAX };
            match dial {
                Dial::To(steps) | Dial::Takes(_, steps) => {
                    let mut script = Script::new(&self.world, steps);
                    script.takes = takes;
                    self.sent.borrow_mut().push(script.sent.clone());
                    Ok(script)
                }
                Dial::Refused => Err(Broken("nobody listens")),
                Dial::Silent => std::future::pending().await,
            }
        })
    }

    /// How many requests were sent on each connection.
    fn requests(&self) -> Vec<usize> {
        let count =
            |sent: &Rc<RefCell<Vec<u8>>>| String::from_utf8_lossy(&sent.borrow()).matches("POST ").count();
        self.sent.borrow().iter().map(count).collect()
    }
}

fn good() -> Step {
    bytes(chunked(STREAM, 20))
}

fn refusal(status: &str, headers: &str, body: &str) -> Step {
    bytes(response(status, headers, body))
}

#[test]
fn one_call() {
    const FINE: Result<Verdict, Error<Broken>> = Ok(Verdict::Finished);
    let head = || bytes("HTTP/1.1 200 OK\r\n\r\n");
    let quota = r#"{"error": {"message": "no", "type": "rate_limit_error", "code": "insufficient_quota"}}"#;
    let limit = r#"{"error": {"message": "slow down", "code": "rate_limit_exceeded"}}"#;
    let to = |steps: &[Step]| Dial::To(steps.to_vec());
    // The entropy is 0, which takes nothing off: waits of 0.5 s and of 1 s. Then when it is over, in milliseconds.
    let cases = [
        ("at once", vec![to(&[good()])], FINE, vec![1], 0),
        ("no connection", vec![Dial::Refused, to(&[good()])], FINE, vec![1], 500),
        ("no connection at all", vec![], Err(Error::Connect(Broken("nobody listens"))), vec![], 1500),
        ("a silent address", vec![Dial::Silent, to(&[good()])], FINE, vec![1], 10_500),
        (
            "cut before the head",
            vec![to(&[Step::End]), to(&[Step::Fail]), to(&[good()])],
            FINE,
            vec![1, 1, 1],
            1500,
        ),
        ("cut in the head", vec![to(&[bytes("HTTP/1.1 200")]), to(&[good()])], FINE, vec![1, 1], 500),
        (
            "cut in a header of a refusal",
            vec![to(&[bytes("HTTP/1.1 503 Busy\r\nRetry-After: 7")]), to(&[good()])],
            FINE,
            vec![1, 1],
            500,
        ),
        (
            "busy, on the same connection",
            vec![to(&[refusal("503 Busy", "", "busy"), refusal("429 Too Many", "", limit), good()])],
            FINE,
            vec![3],
            1500,
        ),
        (
            "asked to wait",
            vec![to(&[refusal("429 Too Many", "Retry-After: 7\r\n", limit), good()])],
            FINE,
            vec![2],
            7000,
        ),
        (
            "asked to wait for too long",
            vec![to(&[refusal("429 Too Many", "Retry-After: 61\r\n", limit), good()])],
            Err(Error::Refused(429)),
            vec![1],
            0,
        ),
        (
            "out of quota",
            vec![to(&[refusal("429 Too Many", "", quota), good()])],
            Err(Error::Refused(429)),
            vec![1],
            0,
        ),
        (
            "told to try again",
            vec![to(&[refusal("400 Bad", "x-should-retry: true\r\n", ""), good()])],
            FINE,
            vec![2],
            500,
        ),
        (
            "told not to",
            vec![to(&[refusal("503 Busy", "x-should-retry: false\r\n", ""), good()])],
            Err(Error::Refused(503)),
            vec![1],
            0,
        ),
        ("wrong", vec![to(&[refusal("400 Bad", "", "{}"), good()])], Err(Error::Refused(400)), vec![1], 0),
        (
            "redirected",
            vec![to(&[refusal("307 Elsewhere", "Location: /\r\n", ""), good()])],
            Err(Error::Refused(307)),
            vec![1],
            0,
        ),
        (
            "busy for ever",
            vec![to(&[
                refusal("500 No", "", ""),
                refusal("500 No", "", ""),
                refusal("502 No", "", ""),
                good(),
            ])],
            Err(Error::Refused(502)),
            vec![3],
            1500,
        ),
        (
            "busy, and then closed",
            vec![to(&[refusal("503 Busy", "Connection: close\r\n", "")]), to(&[good()])],
            FINE,
            vec![1, 1],
            500,
        ),
        ("silent before the head", vec![to(&[Step::Stall]), to(&[good()])], FINE, vec![1, 1], 30_500),
        (
            "silent before the first event",
            vec![to(&[head(), Step::Stall]), to(&[good()])],
            FINE,
            vec![1, 1],
            30_500,
        ),
    ];
    for (name, dials, expected, requests, end) in cases {
        let network = Network::new(dials);
        let mut buffer = [0; 256];
        let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
        let outcome = network.world.run(async {
            match client.stream(&REQUEST).await {
                Ok(mut answer) => {
                    let (text, verdict) = read(&mut answer).await;
                    assert_eq!(text, TEXT, "{name}");
                    verdict
                }
                Err(error) => Err(error),
            }
        });
        assert_eq!(outcome, Some(expected), "{name}");
        assert_eq!(network.requests(), requests, "{name}");
        assert_eq!(network.world.now(), Duration::from_millis(end), "{name}");
    }
}

/// The server answers before it has taken all of the request.
#[test]
fn a_request_that_was_not_taken_whole_is_sent_again_from_its_beginning() {
    let call = |dials: Vec<Dial>, calls: usize| {
        let network = Network::new(dials);
        let mut buffer = [0; 64];
        let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
        for _ in 0..calls {
            let outcome = network
                .world
                .run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
            assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
        }
        let sent: Vec<Vec<u8>> = network.sent.borrow().iter().map(|sent| sent.borrow().clone()).collect();
        (sent, network.world.now())
    };
    let (whole, _) = call(vec![Dial::To(vec![good()])], 1);
    let whole = &whole[0];
    for taken in [0, 1, 100, whole.len() - 1] {
        // A refusal is obeyed; an answer counts, but the connection carries no other request.
        let hint = "Retry-After: 2\r\n";
        for (first, calls, end) in [(refusal("503 Busy", hint, "busy"), 1, 2), (good(), 2, 0)] {
            let (sent, now) = call(vec![Dial::Takes(taken, vec![first]), Dial::To(vec![good()])], calls);
            assert_eq!(sent, [&whole[..taken], &whole[..]], "{taken} taken");
            assert_eq!(now, Duration::from_secs(end), "{taken} taken");
        }
    }
}

#[test]
fn a_body_in_parts_is_made_anew_for_each_attempt() {
    let parts =
        [Part::Raw(r#"{"model":"gpt-4","messages":[{"content":"#), Part::Str("\"?"), Part::Raw("}]}")];
    let dials = [
        Dial::Takes(150, vec![refusal("503 Busy", "", "busy")]),
        Dial::To(vec![Step::End]),
        Dial::To(vec![good()]),
    ];
    let network = Network::new(dials);
    let mut buffer = [0; 64];
    let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
    let outcome = network
        .world
        .run(async { read(&mut client.send_parts(parts.iter().copied()).await.expect("an answer")).await });
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
    assert_eq!(client.attempts(), 3);
    let sent = network.sent.borrow();
    let whole = sent[2].borrow();
    assert!(whole.ends_with(b"\r\n\r\n{\"model\":\"gpt-4\",\"messages\":[{\"content\":\"\\\"?\"}]}"));
    assert_eq!(*sent[0].borrow(), whole[..150]);
    assert_eq!(*sent[1].borrow(), *whole);
}

#[test]
fn a_body_that_changes_is_not_sent_again() {
    let pass = Cell::new(0);
    let parts = (0..1).map(|_| {
        pass.set(pass.get() + 1);
        Part::Raw(if pass.get() < 2 { "[99]" } else { "[100]" })
    });
    let network = Network::new([Dial::To(vec![good()]), Dial::To(vec![good()])]);
    let mut buffer = [0; 64];
    let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
    let outcome = network.world.run(async { client.send_parts(parts).await.map(drop) });
    assert_eq!((outcome, client.attempts()), (Some(Err(Error::Body)), 1));
    // The next request has a connection of its own.
    let outcome =
        network.world.run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
    assert_eq!(network.requests(), [1, 1]);
}

#[test]
fn nothing_is_sent_again_once_the_answer_has_begun() {
    let body = |cut: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}", &STREAM[..cut]);
    for cut in 0..STREAM.len() - 8 {
        for (end, is_timeout) in [(Step::End, false), (Step::Fail, false), (Step::Stall, true)] {
            let network = Network::new([Dial::To(vec![bytes(body(cut)), end]), Dial::To(vec![good()])]);
            let mut buffer = [0; 64];
            let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
            let mut text = String::new();
            let outcome = network.world.run(async {
                match client.stream(&REQUEST).await {
                    Ok(mut answer) => {
                        let (got, verdict) = read(&mut answer).await;
                        text = got;
                        verdict
                    }
                    Err(error) => Err(error),
                }
            });
            // The first event of the body is where its first choice begins.
            let has_begun = cut > "data: {\"choices\": [".len();
            if is_timeout && !has_begun {
                assert_eq!(
                    (outcome, network.requests()),
                    (Some(Ok(Verdict::Finished)), vec![1, 1]),
                    "cut at {cut}"
                );
            } else {
                assert!(outcome.expect("it does not hang").is_err(), "cut at {cut}");
                assert!(TEXT.starts_with(&text), "{text}");
                assert_eq!(network.requests(), [1], "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_connection_that_went_stale_is_made_anew_at_once() {
    for end in [Step::End, Step::Fail] {
        let network = Network::new([Dial::To(vec![good(), end]), Dial::To(vec![good()])]);
        let mut buffer = [0; 256];
        let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
        for _ in 0..2 {
            let outcome = network
                .world
                .run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
            assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
            assert_eq!(client.attempts(), 1);
        }
        assert_eq!((network.requests(), network.world.now()), (vec![2, 1], Duration::ZERO));
    }
}

/// The second that the rest of a response may take is none of the next connection's.
#[test]
fn a_connection_that_takes_too_long_to_drain_is_made_anew() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let endless = vec![bytes(format!("{head}{:x}\r\n{STREAM}\r\n", STREAM.len())), Step::Stall];
    let network = Network::new([Dial::To(endless), Dial::To(vec![pause(3), good()])]);
    let mut buffer = [0; 256];
    let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
    for _ in 0..2 {
        let outcome =
            network.world.run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
        assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
        assert_eq!(client.attempts(), 1);
    }
    assert_eq!((network.requests(), network.world.now()), (vec![1, 1], Duration::from_secs(4)));
}

#[test]
fn calls_share_a_connection_and_an_abandoned_one_is_closed() {
    let network = Network::new([Dial::To(vec![good(), good(), good()]), Dial::To(vec![good()])]);
    let mut buffer = [0; 64];
    let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || 0);
    let mut call = async |events: usize| {
        let mut answer = client.stream(&REQUEST).await.expect("an answer");
        for _ in 0..events {
            answer.next().await.expect("an event");
        }
    };
    for (events, requests) in [(20, vec![1]), (20, vec![2]), (3, vec![3]), (20, vec![3, 1])] {
        network.world.run(call(events)).expect("it does not hang");
        assert_eq!(network.requests(), requests);
    }
    client.close();
    let outcome = network.world.run(async { client.stream(&REQUEST).await.map(drop) });
    assert_eq!(outcome, Some(Err(Error::Connect(Broken("nobody listens")))));
}

#[test]
fn the_total_deadline_runs_over_attempts_and_waits() {
    let busy = || refusal("503 Busy", "Retry-After: 4\r\n", "");
    let network = Network::new([Dial::To(vec![busy(), busy(), good()])]);
    let mut buffer = [0; 64];
    let deadlines = Deadlines { total: Some(Duration::from_secs(6)), ..Deadlines::stream() };
    let mut client =
        Client::new(network.connector(), &mut buffer, network.world.clone(), || 0).with_deadlines(deadlines);
    let outcome = network.world.run(async { client.stream(&REQUEST).await.map(drop) });
    assert_eq!(outcome, Some(Err(Error::Refused(503))));
    assert_eq!((client.attempts(), network.world.now()), (2, Duration::from_secs(4)));

    let network = Network::new([Dial::Silent]);
    let deadlines = Deadlines { connect: None, total: Some(Duration::from_secs(6)), ..Deadlines::stream() };
    let mut buffer = [0; 64];
    let mut client =
        Client::new(network.connector(), &mut buffer, network.world.clone(), || 0).with_deadlines(deadlines);
    let outcome = network.world.run(async { client.stream(&REQUEST).await.map(drop) });
    assert_eq!(outcome, Some(Err(Error::Deadline(DeadlineKind::Total))));
}

#[test]
fn entropy_shortens_the_waits_and_a_policy_bounds_them() {
    for (entropy, end) in [(0, 500), (u32::MAX, 375)] {
        let network = Network::new([Dial::Refused, Dial::To(vec![good()])]);
        let mut buffer = [0; 64];
        let mut client = Client::new(network.connector(), &mut buffer, network.world.clone(), || entropy);
        assert!(
            network.world.run(async { client.stream(&REQUEST).await.is_ok() }).expect("it does not hang")
        );
        assert_eq!(network.world.now().as_millis(), end, "{entropy}");
    }
    let network = Network::new([Dial::Refused, Dial::To(vec![good()])]);
    let mut buffer = [0; 64];
    let mut policy = Policy::new();
    policy.max_retries = 0;
    let mut client =
        Client::new(network.connector(), &mut buffer, network.world.clone(), || 0).with_policy(policy);
    assert!(network.world.run(async { client.stream(&REQUEST).await.is_err() }).expect("it does not hang"));
    assert_eq!(client.attempts(), 1);
}

#[test]
fn without_a_report_the_status_decides() {
    let busy = || refusal("503 Busy", "Retry-After: 9\r\n", "busy");
    let network = Network::new([Dial::To(vec![busy(), good()])]);
    let mut buffer = [0; 64];
    let mut client =
        Client::new(network.connector(), &mut buffer, network.world.clone(), || 0).with_report(StatusOnly);
    let outcome =
        network.world.run(async { read(&mut client.stream(&REQUEST).await.expect("an answer")).await });
    assert_eq!(outcome, Some((TEXT.to_owned(), Ok(Verdict::Finished))));
    assert_eq!((network.requests(), network.world.now()), (vec![2], Duration::from_millis(500)));
}
