//! Calls that the caller leaves early: the server is told at once.

use std::time::Duration;

use crate::conformance::behaviour::{Act, Behaviour, Case};
use crate::conformance::bodies::{CHUNKED, chunk, content, document, raw, role, stop};
use crate::conformance::expect::Expect;
use crate::{Answer, Gate, Outcome, Step};

/// What sockets may hold on the way, and a good deal more.
const ON_THE_WAY: u64 = 32 << 20;

pub(super) fn behaviours() -> Vec<Behaviour> {
    [streams(), calls()].into_iter().flatten().collect()
}

fn streams() -> Vec<Behaviour> {
    let dropped = |name, answer: Answer, sent| {
        Behaviour::one(name, move || {
            let expect = Expect::dropped().cut_off_before(sent);
            Case::new("stream").answer(answer.clone()).stream_dropped("Hello", expect)
        })
    };
    let hello = || Answer::event_stream().body(role()).body(content("Hello"));
    let started = || raw([CHUNKED.as_bytes(), &chunk(content("Hello"))].concat());
    vec![
        dropped("is left after a chunk while it is silent", hello().stall(), 4 << 10),
        dropped("is left within an event", hello().body("data: {\"choices\": [").stall(), 4 << 10),
        dropped("is left after the reason", hello().body(stop()).stall(), 4 << 10),
        dropped(
            "is left while it talks",
            started().flood(chunk(content(" and so on")), Duration::from_millis(1)),
            1 << 20,
        ),
        dropped(
            "is left while it talks at full speed",
            started().flood(chunk(content(&"x".repeat(16 << 10))), Duration::ZERO),
            ON_THE_WAY,
        ),
        dropped(
            "is left while it sends a body with a length",
            Answer::new(200).body(content("Hello")).body("x".repeat(64 << 20)),
            ON_THE_WAY,
        ),
    ]
}

/// The call itself is dropped, when the server has come to the gate.
fn calls() -> Vec<Behaviour> {
    let abandoned = |name, answer: fn(&Gate) -> Answer| {
        Behaviour::new(name, move || {
            let case = |way, streamed| {
                let gate = Gate::new();
                Case::new(way)
                    .answer(answer(&gate))
                    .act(Act::Abandon { streamed, at: gate })
                    .act(Act::Await(0, Outcome::PeerClosed))
            };
            vec![case("stream", true), case("create", false)]
        })
    };
    vec![
        abandoned("is left before the head", |gate| Answer::raw([Step::WaitFor(gate.clone())])),
        abandoned("is left within the head", |gate| raw("HTTP/1.1 200 OK\r\nx-a: ").gate(gate)),
        abandoned("is left after the head", |gate| Answer::event_stream().gate(gate)),
        abandoned("is left after a comment", |gate| Answer::event_stream().body(": wait\n\n").gate(gate)),
        Behaviour::one("is left within a document", || {
            let gate = Gate::new();
            let half = document()[..document().len() / 2].to_owned();
            Case::new("create")
                .answer(Answer::json(200, half).header("content-length", "4096").gate(&gate))
                .act(Act::Abandon { streamed: false, at: gate })
                .act(Act::Await(0, Outcome::PeerClosed))
        }),
        Behaviour::one("is left within an error", || {
            let gate = Gate::new();
            Case::new("create")
                .answer(Answer::json(500, "{\"detail\"").header("content-length", "4096").gate(&gate))
                .act(Act::Abandon { streamed: false, at: gate })
                .act(Act::Await(0, Outcome::PeerClosed))
        }),
    ]
}
