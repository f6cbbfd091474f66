//! Floods without end. What a call may hold is counted, and so is what the server was able to send.

use std::time::Duration;

use choreoai::ErrorKind;

use crate::Answer;
use crate::conformance::Ability::{self, Bounds, FramingBounds, InterimBounds};
use crate::conformance::behaviour::{Behaviour, Case, Settings};
use crate::conformance::bodies::{CHUNKED, DONE, chunk, content, event, gzip_bomb, raw, stop, stream_of};
use crate::conformance::expect::Expect;

/// What sockets may hold on the way, and a good deal more.
const ON_THE_WAY: u64 = 32 << 20;
/// What a call may hold in all: its buffers, and what is kept of an answer.
const MUCH: u64 = 256 << 20;
const PIECE: usize = 16 << 10;

pub(super) fn behaviours() -> Vec<Behaviour> {
    [heads(), streams(), contents(), errors()].into_iter().flatten().collect()
}

fn forever(start: impl Into<Vec<u8>>, what: impl AsRef<[u8]>) -> Answer {
    let what = what.as_ref();
    raw(start).flood(what.repeat(PIECE.div_ceil(what.len())), Duration::ZERO)
}

/// A flood that a bound ends.
fn bounded(ability: Ability, name: &'static str, answer: Answer, text: &str) -> Behaviour {
    let expect = Expect::error(ErrorKind::Limit).after(text).retryable(false).cut_off_before(ON_THE_WAY);
    Behaviour::both(name, answer, expect).needs(ability)
}

fn heads() -> Vec<Behaviour> {
    let chunked = |rest: &str| [CHUNKED.as_bytes(), &chunk(content("Hello")), rest.as_bytes()].concat();
    let head = |name, answer| bounded(Bounds, name, answer, "");
    let framing = |name, answer| bounded(FramingBounds, name, answer, "Hello");
    let hundred = "HTTP/1.1 100 Continue\r\n\r\n";
    vec![
        head("sends a reason without end", forever("HTTP/1.1 200 ", "x")),
        head("sends a field's name without end", forever("HTTP/1.1 200 OK\r\n", "x")),
        head("sends a field's value without end", forever("HTTP/1.1 200 OK\r\nx: ", "y")),
        head("sends fields without end", forever("HTTP/1.1 200 OK\r\n", "x: y\r\n")),
        head("sends empty fields without end", forever("HTTP/1.1 200 OK\r\n", "x:\r\n")),
        head("folds a field without end", forever("HTTP/1.1 200 OK\r\nx: y\r\n", " z\r\n")),
        bounded(InterimBounds, "sends interim responses without end", forever("", hundred), ""),
        head("sends blank lines without end", forever("", "\r\n")),
        framing("writes a chunk's extension without end", forever(chunked("5;"), "x")),
        framing("writes a chunk's size without end", forever(chunked(""), "0")),
        framing("writes trailers without end", forever(chunked("0\r\n"), "x: y\r\n")),
    ]
}

/// A flood at full speed that only a deadline ends, in little memory.
fn streams() -> Vec<Behaviour> {
    let deadline = Some(Duration::from_millis(100));
    let endless = |name, start: &'static str, what: &'static str| {
        Behaviour::one(name, move || {
            let settings = Settings { total: deadline, ..Settings::default() };
            let start = if start.is_empty() { Vec::new() } else { chunk(start) };
            let flood = chunk(what.repeat(PIECE.div_ceil(what.len())));
            let answer = raw([CHUNKED.as_bytes(), &start].concat()).flood(flood, Duration::ZERO);
            Case::new("stream")
                .settings(settings)
                .answer(answer)
                .stream(Expect::error(ErrorKind::TimeoutTotal).requests(None))
        })
    };
    vec![
        endless("sends a comment without end", ":", "x"),
        endless("sends comments at full speed", "", ": keep-alive\n\n"),
        endless("sends blank lines at full speed", "", "\n"),
        endless("sends a field that nobody knows without end", "", "x"),
        endless("sends white space in data without end", "data: ", " "),
        endless("sends white space in JSON without end", "data: {", " \r"),
        endless("sends an unknown member without end", "data: {\"x\": \"", "y"),
        endless("sends an unknown array without end", "data: {\"x\": [0", ",0"),
        endless("sends a member's name without end", "data: {\"", "y"),
        endless("sends chunks without choices at full speed", "", "data: {\"choices\":[]}\n\n"),
    ]
}

fn contents() -> Vec<Behaviour> {
    // What may be kept of an answer is 64 MiB.
    let endless = || {
        Expect::error(ErrorKind::Limit).retryable(false).memory(MUCH).cut_off_before((64 << 20) + ON_THE_WAY)
    };
    let long = "x".repeat(10 << 20);
    let megabytes = content(&long) + &stop() + DONE;
    vec![
        Behaviour::both("sends 10 MiB in one event", stream_of(megabytes), Expect::text(long).memory(MUCH)),
        Behaviour::one("sends an id without end", move || {
            let start = [CHUNKED.as_bytes(), &chunk("data: {\"id\": \"")].concat();
            let answer = raw(start).flood(chunk("x".repeat(1 << 20)), Duration::ZERO);
            Case::new("stream").answer(answer).stream(endless().after(""))
        }),
        Behaviour::one("sends one content without end", move || {
            let start = chunk("data: {\"choices\": [{\"delta\": {\"content\": \"");
            let answer = raw([CHUNKED.as_bytes(), &start].concat());
            let answer = answer.flood(chunk("x".repeat(1 << 20)), Duration::ZERO);
            Case::new("stream").answer(answer).stream(endless().after_any())
        }),
        Behaviour::one("sends contents without end", move || {
            let answer = raw(CHUNKED).flood(chunk(content(&"x".repeat(1 << 20))), Duration::ZERO);
            Case::new("create").answer(answer).create(endless().after_any())
        }),
        Behaviour::both(
            "nests a chunk beyond all bounds",
            stream_of(format!("data: {{\"x\": {}", "[".repeat(1 << 16))),
            Expect::error(ErrorKind::Limit).says("127 levels"),
        ),
        Behaviour::both(
            "nests a chunk just within the bound",
            stream_of(
                event(&format!("{{\"x\": {}{}}}", "[".repeat(126), "]".repeat(126)))
                    + &content("Hi")
                    + &stop(),
            ),
            Expect::text("Hi"),
        ),
    ]
}

fn errors() -> Vec<Behaviour> {
    vec![
        Behaviour::both(
            "answers an error of 20 MiB",
            Answer::new(400).body("x".repeat(20 << 20)),
            Expect::status(400).body(64 << 10, true).closed(),
        ),
        Behaviour::both(
            "answers an error without end",
            raw("HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n")
                .flood(chunk("x".repeat(PIECE)), Duration::ZERO),
            Expect::status(400).body(64 << 10, true).cut_off_before(ON_THE_WAY),
        ),
        Behaviour::both(
            "answers an error that inflates to 20 MiB",
            Answer::new(400).header("content-encoding", "gzip").body(gzip_bomb(b'x', 20 << 20)),
            Expect::status(400).body(64 << 10, true).closed(),
        ),
        Behaviour::both(
            "answers with blank lines that inflate to 20 MiB, and no more",
            Answer::event_stream().body(gzip_bomb(b'\n', 20 << 20)),
            Expect::error(ErrorKind::Truncated).kept(),
        ),
        Behaviour::both(
            "answers with a page of 20 MiB",
            Answer::new(200).body(format!("<html>{}", " ".repeat(20 << 20))),
            Expect::error(ErrorKind::Protocol).says("it begins: <html>"),
        ),
    ]
}
