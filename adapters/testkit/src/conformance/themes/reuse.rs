//! Which connection the next request goes over.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::conformance::Ability::{KeepAlive, Reuse, Stale};
use crate::conformance::behaviour::{Act, Behaviour, Case};
use crate::conformance::bodies::{CHUNKED, answer, chunk, document, events, raw};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Gate, Gateway, Outcome, Step};

pub(super) fn behaviours() -> Vec<Behaviour> {
    [kept(), shared(), rests(), stale()].into_iter().flatten().collect()
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

/// Requests do without a connection of their own, even if one is not back by the very next request.
fn shared() -> Vec<Behaviour> {
    const REQUESTS: usize = 24;
    let at_most_half = |gateway: &Gateway, _: &Gateway| {
        let requests = gateway.requests();
        let connections: HashSet<usize> = requests.iter().map(|request| request.connection).collect();
        let count = connections.len();
        if count <= REQUESTS / 2 {
            Ok(())
        } else {
            Err(format!("the requests came over {count} connections"))
        }
    };
    vec![
        Behaviour::one("keeps connections for many streams", move || {
            let case = Case::new("many").answers(REQUESTS, &answer());
            let case = (0..REQUESTS).fold(case, |case, request| {
                case.stream(Expect::answer()).act(Act::Await(request, Outcome::Complete))
            });
            case.check(at_most_half)
        }),
        Behaviour::one("keeps connections for many whole answers", move || {
            let case = Case::new("many").answers(REQUESTS, &Answer::json(200, document()));
            (0..REQUESTS).fold(case, |case, _| case.create(Expect::answer())).check(at_most_half)
        }),
    ]
    .into_iter()
    .map(|behaviour| behaviour.needs(KeepAlive))
    .collect()
}

/// What comes after `[DONE]`.
fn rests() -> Vec<Behaviour> {
    let rest = |length: usize| events() + &": x\n".repeat(length / 4);
    let one = |name, answer: Answer, expect: Expect| {
        Behaviour::one(name, move || Case::new("stream").answer(answer.clone()).stream(expect.clone()))
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
        }),
    ]
}

/// A whole answer, and then something when the gate opens.
fn document_then(gate: &Gate) -> Answer {
    let document = document();
    raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{document}", document.len())).gate(gate)
}

/// What happens to a connection while nobody uses it. Whoever is told of it by a task of the connection may come too late
/// for the next request.
fn idle(name: &'static str, end: fn(Answer) -> Answer, until: fn() -> Act) -> Behaviour {
    Behaviour::one(name, move || {
        let gate = Gate::new();
        let open = gate.clone();
        Case::new("two calls")
            .answer(end(document_then(&gate)))
            .answer(answer())
            .create(Expect::answer())
            .check(move |_, _| {
                open.open();
                Ok(())
            })
            .act(until())
            .create(Expect::answer())
            .check(over(&[0, 1]))
    })
}

/// Ends the second request of its first connection so.
fn second(name: &'static str, steps: fn() -> Vec<Step>, expect: Expect) -> Behaviour {
    Behaviour::one(name, move || {
        let asked = AtomicUsize::new(0);
        Case::new("two calls")
            .reply(move |_, _| {
                let number = asked.fetch_add(1, Ordering::Relaxed);
                if number == 1 { Answer::raw(steps()) } else { answer() }
            })
            .stream(Expect::answer())
            .act(Act::Await(0, Outcome::Complete))
            .stream(expect.clone())
            .check(over(&[0, 0, 1]))
    })
}

fn stale() -> Vec<Behaviour> {
    // It is sent once more without a wait, and does not count.
    let unnoticed = || Expect::answer().requests(Some(2));
    vec![
        idle("closes its idle connection", Answer::close, || Act::AwaitClosed).needs(Stale),
        idle("resets its idle connection", Answer::reset, || Act::AwaitClosed).needs(Stale),
        idle(
            "speaks unasked on its idle connection",
            |answer| {
                answer.send("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            },
            || Act::Await(0, Outcome::Complete),
        )
        .needs(Reuse),
        second("closes a reused connection at the request", || vec![Step::Close], unnoticed()).needs(Stale),
        second("resets a reused connection at the request", || vec![Step::Reset], unnoticed()).needs(Stale),
        second(
            "closes a reused connection after a byte",
            || vec![Step::Send(b"H".to_vec()), Step::Close],
            Expect::answer().waits([Wait::backoff(0)]),
        )
        .needs(Reuse),
    ]
}
