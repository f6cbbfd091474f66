//! Answers that end at every byte there is.

use choreoai::ErrorKind;

use crate::conformance::behaviour::{Behaviour, Case};
use crate::conformance::bodies::{answer, chunk, raw_and_close};
use crate::conformance::expect::Expect;
use crate::conformance::hurried::Wait;

/// Short, for there are many cuts; with the text before the index, as the gateway has it.
const HELLO: &str = "data: {\"choices\": [{\"delta\": {\"content\": \"Hello\"}, \"index\": 0}]}\n\n";
const WORLD: &str = "data: {\"choices\": [{\"delta\": {\"content\": \" world\"}, \"index\": 0}]}\n\n";
const STOP: &str = "data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\", \"index\": 0}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";
const DOCUMENT: &str = "{\"choices\": [{\"index\": 0, \"message\": {\"content\": \"Hello world\"}, \"finish_reason\": \"stop\"}]}";

/// How a response is asked for and framed.
#[derive(Clone, Copy)]
enum Framed {
    Length,
    Chunks,
    UntilClose,
}

/// The head, and the body in its framing.
fn response(framed: Framed, pieces: &[&str]) -> (String, Vec<u8>) {
    let body = pieces.concat();
    let (line, body) = match framed {
        Framed::Length => (format!("content-length: {}", body.len()), body.into_bytes()),
        Framed::Chunks => {
            let chunks = pieces.iter().map(chunk).chain([b"0\r\n\r\n".to_vec()]);
            ("transfer-encoding: chunked".to_owned(), chunks.flatten().collect())
        }
        Framed::UntilClose => ("connection: close".to_owned(), body.into_bytes()),
    };
    (format!("HTTP/1.1 200 OK\r\n{line}\r\n\r\n"), body)
}

/// How much of the text is among the first `cut` bytes.
fn text_before(body: &[u8], cut: usize) -> String {
    let mut text = String::new();
    for piece in ["Hello world", "Hello", " world"] {
        let quoted = format!("\"{piece}\"");
        if let Some(quote) = body.windows(quoted.len()).position(|window| window == quoted.as_bytes()) {
            text.push_str(&piece[..cut.saturating_sub(quote + 1).min(piece.len())]);
        }
    }
    text
}

/// Whether the first `cut` bytes are a complete answer, although the connection ends behind them.
fn is_complete(framed: Framed, body: &[u8], cut: usize) -> bool {
    let came = &body[..cut];
    match framed {
        // What the server announced must come, up to the sentinel or to the end.
        Framed::Length | Framed::Chunks => {
            let done = DONE.trim_end().as_bytes();
            cut == body.len() || came.windows(done.len()).any(|window| window == done)
        }
        // The end of the body may stand for a blank line, and a reason for the sentinel.
        Framed::UntilClose => {
            let came = came.trim_ascii_end();
            [STOP, DONE, DOCUMENT].iter().any(|last| came.ends_with(last.trim_end().as_bytes()))
        }
    }
}

fn every_cut(name: &'static str, framed: Framed, streamed: bool, pieces: &'static [&str]) -> Behaviour {
    Behaviour::one(name, move || {
        let (head, body) = response(framed, pieces);
        let mut case = Case::new(if streamed { "stream" } else { "create" });
        for cut in 0..=body.len() {
            let expect = if is_complete(framed, &body, cut) {
                Expect::answer()
            } else {
                Expect::error(ErrorKind::Truncated).after(text_before(&body, cut)).retryable(true)
            };
            let expect = expect.closed();
            case = case.answer(raw_and_close([head.as_bytes(), &body[..cut]].concat()));
            case = if streamed { case.stream(expect) } else { case.create(expect) };
        }
        case
    })
}

pub(super) fn behaviours() -> Vec<Behaviour> {
    const EVENTS: &[&str] = &[HELLO, WORLD, STOP, DONE];
    vec![
        every_cut("cuts a stream in chunks at every byte", Framed::Chunks, true, EVENTS),
        every_cut("cuts a stream with a length at every byte", Framed::Length, true, EVENTS),
        every_cut(
            "cuts a stream that ends with the connection at every byte",
            Framed::UntilClose,
            true,
            EVENTS,
        ),
        every_cut("cuts a document in chunks at every byte", Framed::Chunks, false, &[DOCUMENT]),
        every_cut("cuts a document with a length at every byte", Framed::Length, false, &[DOCUMENT]),
        every_cut(
            "cuts a document that ends with the connection at every byte",
            Framed::UntilClose,
            false,
            &[DOCUMENT],
        ),
        every_cut("cuts a stream that was gathered at every byte", Framed::Chunks, false, EVENTS),
        Behaviour::one("cuts the head at every byte", || {
            let (head, _) = response(Framed::Chunks, EVENTS);
            (0..head.len()).fold(Case::new("create"), |case, cut| {
                case.answer(raw_and_close(&head.as_bytes()[..cut]))
                    .answer(answer())
                    .stream(Expect::answer().waits([Wait::backoff(0)]))
            })
        }),
    ]
}
