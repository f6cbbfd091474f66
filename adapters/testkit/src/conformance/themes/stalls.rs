//! Silence, and talk that is no progress.
//!
//! Deadlines are real here. Each is met by a server that is silent for good, so that a busy machine can only make the
//! call take longer, not come out otherwise.

use std::time::Duration;

use choreoai::ErrorKind;

use crate::conformance::Ability::ConnectDeadline;
use crate::conformance::behaviour::{Behaviour, Case, Place, Settings};
use crate::conformance::bodies::{CHUNKED, DONE, answer, chunk, content, event, events, raw, role, stop};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;
use crate::{Answer, Step};

/// A deadline that is to pass.
const SHORT: Duration = Duration::from_millis(60);
/// The pause between two pieces of a flood.
const PACE: Duration = Duration::from_millis(3);

/// The answer does not begin.
fn no_beginning(name: &'static str, answer: Answer) -> Behaviour {
    let settings = Settings { first_event: Some(SHORT), max_retries: Some(0), ..Settings::default() };
    // On a busy machine it may pass before the connection stands.
    let expect = Expect::error(ErrorKind::TimeoutFirstEvent).requests(None).retryable(true);
    timed_out(name, answer, settings, expect)
}

/// The answer begins, says so much, and does not go on.
fn no_progress(name: &'static str, answer: Answer, text: &str) -> Behaviour {
    let settings = Settings { idle: Some(SHORT), ..Settings::default() };
    timed_out(name, answer, settings, Expect::error(ErrorKind::TimeoutIdle).after(text).retryable(true))
}

fn timed_out(name: &'static str, answer: Answer, settings: Settings, expect: Expect) -> Behaviour {
    Behaviour::new(name, move || {
        let case = |way| Case::new(way).settings(settings.clone()).answer(answer.clone());
        vec![case("stream").stream(expect.clone()), case("create").create(expect.clone())]
    })
}

/// An event stream that begins so and then says this for ever.
fn flood(start: &str, what: &str) -> Answer {
    let start = if start.is_empty() { Vec::new() } else { chunk(start) };
    raw([CHUNKED.as_bytes(), &start].concat()).flood(chunk(what), PACE)
}

fn stream(body: impl Into<Vec<u8>>) -> Answer {
    Answer::event_stream().body(body)
}

pub(super) fn behaviours() -> Vec<Behaviour> {
    let half = |text: &str| text[..text.len() / 2].to_owned();
    let hello = content("Hello");
    vec![
        Behaviour::one("does not accept the connection", || {
            let settings = Settings { connect: Some(SHORT), ..Settings::default() };
            let expect = Expect::error(ErrorKind::TimeoutConnect)
                .waits([0, 1].map(Wait::backoff))
                .requests(Some(0))
                .says("the connect timeout is 60ms");
            Case::new("stream").at(Place::Deaf).settings(settings).stream(expect.retryable(true))
        })
        .needs(ConnectDeadline),
        no_beginning("is silent", Answer::raw([Step::Stall])),
        no_beginning("falls silent within the status line", raw("HTTP/1.1 20").stall()),
        no_beginning("falls silent within a field", raw("HTTP/1.1 200 OK\r\ncontent-ty").stall()),
        no_beginning("falls silent after an interim response", raw("HTTP/1.1 100 Continue\r\n\r\n").stall()),
        no_beginning("falls silent after the head", Answer::event_stream().stall()),
        no_beginning("falls silent within a chunk's size", raw(format!("{CHUNKED}1")).stall()),
        no_beginning("falls silent after a comment", stream(": one moment\n\n").stall()),
        no_beginning("falls silent before an event's data", stream("data: ").stall()),
        no_beginning("sends comments for ever", flood("", ": keep-alive\n\n")),
        no_beginning("sends blank events for ever", flood("", "data:\n\n")),
        no_beginning("sends comments in data for ever", flood("", "data: : keepalive\n\n")),
        no_beginning("sends blank lines for ever", flood("", "\n")),
        no_progress("falls silent within the first event", stream("data: {\"id\": \"x\", ").stall(), ""),
        no_progress("falls silent after the role", stream(role()).stall(), ""),
        no_progress("falls silent after some content", stream(hello.clone()).stall(), "Hello"),
        no_progress(
            "falls silent within the second event",
            stream(hello.clone() + &half(&content("")).replace("\"content\"", "\"other\"")).stall(),
            "Hello",
        ),
        no_progress("falls silent after the reason", stream(hello.clone() + &stop()).stall(), "Hello"),
        no_progress("sends comments for ever after content", flood(&hello, ": keep-alive\n\n"), "Hello"),
        no_progress("sends blank events for ever after content", flood(&hello, "data:\n\n"), "Hello"),
        no_progress("sends the role for ever after content", flood(&hello, &role()), "Hello"),
        no_progress("sends empty choices for ever", flood(&hello, &event("{\"choices\":[]}")), "Hello"),
        Behaviour::one("falls silent after [DONE]", || {
            let settings = Settings { idle: Some(SHORT), ..Settings::default() };
            let answer = stream(events()).stall();
            Case::new("stream").settings(settings).answer(answer).stream(Expect::answer().closed())
        }),
        timed_out(
            "goes on for ever",
            flood("", &content("x")),
            Settings { total: Some(3 * SHORT), ..Settings::default() },
            Expect::error(ErrorKind::TimeoutTotal).after_any().requests(None).retryable(true),
        ),
        Behaviour::one("answers the second request only", || {
            // Long enough for the second answer on a busy machine.
            let settings = Settings { first_event: Some(Duration::from_secs(2)), ..Settings::default() };
            Case::new("stream")
                .settings(settings)
                .answer(Answer::raw([Step::Stall]))
                .answer(answer())
                .stream(Expect::answer().waits([Wait::backoff(0)]))
        }),
        Behaviour::one("pauses for less than the deadline allows", || {
            let settings = Settings { idle: Some(Duration::from_secs(20)), ..Settings::default() };
            let pause = Duration::from_millis(20);
            let answer =
                Answer::event_stream().body(content("Hello")).pause(pause).body(": x\n\n").pause(pause);
            let answer = answer.body(content(" world")).pause(pause).body(stop()).body(DONE);
            Case::new("stream").settings(settings).answer(answer).stream(Expect::answer())
        }),
    ]
}
