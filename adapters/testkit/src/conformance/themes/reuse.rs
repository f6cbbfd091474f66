//! Which connection the next request goes over.

use std::sync::Arc;

use crate::conformance::Ability::{Reuse, Stale};
use crate::conformance::behaviour::{Act, Behaviour, Case};
use crate::conformance::bodies::{CHUNKED, answer, chunk, document, events, raw};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Gate, Gateway, Outcome, RecordedRequest, Step};

pub(super) fn behaviours() -> Vec<Behaviour> {
    [kept(), rests(), stale()].into_iter().flatten().collect()
}

/// Each request came over this connection.
fn over(connections: &'static [usize]) -> impl Fn(&Gateway, &Gateway) -> Result<(), String> {
    move |gateway, _| {
        let came: Vec<usize> = gateway.requests().iter().map(|request| request.connection).collect();
        if came == connections { Ok(()) } else { Err(format!("the requests came over {came:?}")) }
    }
}

fn kept() -> Vec<Behaviour> {
    vec![
        Behaviour::one("keeps its connection for streams", || {
            let case = Case::new("three").answers(3, &answer());
            let case = (0..3).fold(case, |case, request| {
                case.stream(Expect::answer()).act(Act::Await(request, Outcome::Complete))
            });
            case.check(over(&[0, 0, 0]))
        }),
        Behaviour::one("keeps its connection for whole answers", || {
            let case = Case::new("three").answers(3, &Answer::json(200, document()));
            (0..3).fold(case, |case, _| case.create(Expect::answer())).check(over(&[0, 0, 0]))
        }),
        Behaviour::one("keeps its connection after an error", || {
            Case::new("error and answer")
                .answer(Answer::json(400, "{\"detail\": \"No.\"}"))
                .answer(answer())
                .create(Expect::status(400))
                .create(Expect::answer())
                .check(over(&[0, 0]))
        }),
        Behaviour::one("keeps its connection while it is busy", || {
            let busy = Answer::json(503, "{}");
            Case::new("retries")
                .answers(2, &busy)
                .answer(answer())
                .create(Expect::answer().waits([0, 1].map(Wait::backoff)))
                .check(over(&[0, 0, 0]))
        }),
    ]
    .into_iter()
    .map(|behaviour| behaviour.needs(Reuse))
    .collect()
}

/// What comes after `[DONE]`.
fn rests() -> Vec<Behaviour> {
    let rest = |length: usize| events() + &": x\n".repeat(length / 4);
    let one = |name, answer: Answer, expect: Expect| {
        Behaviour::one(name, move || Case::new("stream").answer(answer.clone()).stream(expect.clone()))
            .needs(Reuse)
    };
    let text = Expect::answer;
    vec![
        one("says a little more after [DONE]", Answer::event_stream().body(rest(8 << 10)), text()),
        one("owes a little more after [DONE]", Answer::new(200).body(rest(8 << 10)), text()),
        one("says much more after [DONE]", Answer::new(200).body(rest(200 << 10)), text().closed()),
        one(
            "says much more after [DONE] in chunks",
            Answer::event_stream().body(events()).body(rest(400 << 10)),
            text().closed(),
        ),
        one(
            "breaks the framing after [DONE]",
            raw([CHUNKED.as_bytes(), &chunk(events()), b"xyz\r\n"].concat()),
            text().closed(),
        ),
        one(
            "closes after [DONE]",
            raw([CHUNKED.as_bytes(), &chunk(events())].concat()).close(),
            text().closed(),
        ),
        Behaviour::one("sends the last chunk late", || {
            let gate = Gate::new();
            let open = gate.clone();
            let late = Answer::event_stream().body(events()).gate(&gate);
            // The second request does not wait for it.
            Case::new("stream")
                .answer(late)
                .answer(answer())
                .stream(Expect::answer())
                .stream(Expect::answer())
                .act(Act::Await(0, Outcome::PeerClosed))
                .check(over(&[0, 1]))
                .check(move |_, _| {
                    open.open();
                    Ok(())
                })
        })
        .needs(Reuse),
    ]
}

fn stale() -> Vec<Behaviour> {
    let second = |request: &RecordedRequest, count: &std::sync::atomic::AtomicUsize| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        request.connection == 0 && number == 1
    };
    // Leaves the second request of its first connection so.
    let leaves = move |name, step: fn() -> Vec<Step>, expect: Expect| {
        Behaviour::one(name, move || {
            let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
            Case::new("two calls")
                .reply(move |request, _| if second(request, &count) { Answer::raw(step()) } else { answer() })
                .stream(Expect::answer())
                .act(Act::Await(0, Outcome::Complete))
                .stream(expect.clone())
                .check(over(&[0, 0, 1]))
        })
        .needs(Stale)
    };
    let unnoticed = || Expect::answer().requests(Some(2));
    vec![
        Behaviour::one("closes its idle connection", || {
            let closing = Answer::json(200, document()).step(Step::Send(Vec::new())).content_length();
            let gate = Gate::new();
            let open = gate.clone();
            Case::new("two calls")
                .answer(
                    raw(format!(
                        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}",
                        document().len(),
                        document()
                    ))
                    .gate(&gate)
                    .close(),
                )
                .answer(closing)
                .create(Expect::answer())
                .check(move |_, _| {
                    open.open();
                    Ok(())
                })
                .act(Act::AwaitClosed)
                .create(Expect::answer())
                .check(over(&[0, 1]))
        }),
        Behaviour::one("speaks unasked on its idle connection", || {
            let timeout = "HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            let gate = Gate::new();
            let open = gate.clone();
            Case::new("two calls")
                .answer(
                    raw(format!(
                        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}",
                        document().len(),
                        document()
                    ))
                    .gate(&gate)
                    .send(timeout),
                )
                .answer(answer())
                .create(Expect::answer())
                .check(move |_, _| {
                    open.open();
                    Ok(())
                })
                .act(Act::Await(0, Outcome::Complete))
                .create(Expect::answer())
                .check(over(&[0, 1]))
        })
        .needs(Reuse),
        leaves("closes a reused connection at the request", || vec![Step::Close], unnoticed()),
        leaves("resets a reused connection at the request", || vec![Step::Reset], unnoticed()),
        leaves(
            "closes a reused connection after a byte",
            || vec![Step::Send(b"H".to_vec()), Step::Close],
            Expect::answer().waits([Wait::backoff(0)]),
        ),
    ]
}
