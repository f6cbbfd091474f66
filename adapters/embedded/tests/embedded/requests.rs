//! The bytes of a request, however small the buffer is.

use std::cell::Cell;

use choreoai_embedded::chat::{AsMessage, ChatRequest, Message};
use choreoai_embedded::raw_json::writer::{Decimal, Part};
use choreoai_embedded::{Endpoint, Error, Session};

use crate::support::*;

const BODY: &str = concat!(
    r#"{"model":"gpt-4","messages":[{"role":"system","content":"Be \"brief\"."},"#,
    "{\"role\":\"user\",\"content\":\"Gr\u{fc}\u{df}e?\"}],\"stream\":true}",
);

fn sent(endpoint: Endpoint<'_>, buffer: usize, piece: usize) -> (String, Result<(), Error<Broken>>) {
    sent_by(async |session| session.stream(&REQUEST).await.map(drop), endpoint, buffer, piece)
}

/// What is sent through a buffer of this size, by pieces of this size at most.
fn sent_by(
    ask: impl AsyncFnOnce(&mut Session<'_, Script>) -> Result<(), Error<Broken>>,
    endpoint: Endpoint<'_>,
    buffer: usize,
    piece: usize,
) -> (String, Result<(), Error<Broken>>) {
    let world = World::default();
    let socket = Script::new(&world, [bytes(response("200 OK", "", STREAM))]).in_pieces(piece);
    let sent = socket.sent.clone();
    let mut buffer = vec![0; buffer];
    let mut session = Session::new(socket, &mut buffer).with_endpoint(endpoint);
    let result = world.run(ask(&mut session)).expect("it does not hang");
    (String::from_utf8(sent.take()).expect("a request in UTF-8"), result)
}

#[test]
fn a_request_is_the_same_through_every_buffer() {
    let headers: [(&str, &[u8]); 1] = [("X-Device", b"lamp")];
    let endpoint = ENDPOINT.with_path("/proxy/v1/chat/completions").with_headers(&headers);
    let expected = format!(
        "POST /proxy/v1/chat/completions HTTP/1.1\r\nHost: gateway.example:8000\r\n\
         Authorization: Bearer {KEY}\r\nAccept: text/event-stream, application/json\r\n\
         Content-Type: application/json\r\nX-Device: lamp\r\nContent-Length: {}\r\n\r\n{BODY}",
        BODY.len(),
    );
    for size in (1..70).chain([expected.len() - 1, expected.len(), expected.len() + 1, 5000]) {
        for piece in [1, 7, usize::MAX] {
            assert_eq!(sent(endpoint, size, piece), (expected.clone(), Ok(())), "a buffer of {size}");
        }
    }
}

#[test]
fn a_request_in_parts_is_the_same_through_every_buffer() {
    let parts = [
        Part::Raw(r#"{"model":"gpt-4","messages":[{"role":"system","content":"#),
        Part::Str("Be \"brief\"."),
        Part::Raw(r#"},{"role":"user","content":"#),
        Part::Str("Gr\u{fc}\u{df}e?"),
        Part::Raw(r#"}],"stream":true}"#),
    ];
    let expected = sent(ENDPOINT, 5000, usize::MAX);
    assert_eq!(expected.1, Ok(()));
    for size in (1..70).chain([expected.0.len() - 1, expected.0.len(), expected.0.len() + 1, 5000]) {
        for piece in [1, 7, usize::MAX] {
            let ask = async |session: &mut Session<'_, Script>| {
                session.send_parts(parts.iter().copied()).await.map(drop)
            };
            assert_eq!(sent_by(ask, ENDPOINT, size, piece), expected, "a buffer of {size}");
        }
    }
}

/// What is sent of a request that changes: no more than its length, and nothing after it.
#[test]
fn a_request_that_changes_while_it_is_sent_is_an_error() {
    let smuggled = "\r\nPOST /v1/admin HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n";
    for (measured, then) in [("99", "100"), ("100", "99"), ("", "a"), ("a", ""), ("{}", smuggled)] {
        for (size, piece) in (1..70).chain([200, 5000]).flat_map(|size| [(size, 1), (size, usize::MAX)]) {
            // Each call is another pass, as there is one such part, or one message.
            let pass = Cell::new(0);
            let live = |last: u32| {
                pass.set(pass.get() + 1);
                if pass.get() < last { measured } else { then }
            };
            let parts =
                (0..3).map(|number| Part::Raw(["[", if number == 1 { live(2) } else { "" }, "]"][number]));
            let ask = async |session: &mut Session<'_, Script>| {
                let outcome = session.send_parts(parts).await.map(drop);
                assert!(!session.is_reusable());
                outcome
            };
            check_change(sent_by(ask, ENDPOINT, size, piece), size, measured.len() + 2);

            pass.set(0);
            let request = ChatRequest::new("gpt-4", (0..1).map(|_| Message::user(live(3))));
            let length = r#"{"model":"gpt-4","messages":[{"role":"user","content":""}],"stream":true}"#.len();
            let ask = async |session: &mut Session<'_, Script>| {
                let outcome = session.stream(&request).await.map(drop);
                assert!(!session.is_reusable());
                outcome
            };
            check_change(sent_by(ask, ENDPOINT, size, piece), size, length + measured.len());
        }
    }
}

/// Whether it is told, and no more was sent than was measured, and with a small buffer the beginning of the head at least.
fn check_change((sent, result): (String, Result<(), Error<Broken>>), size: usize, measured: usize) {
    assert_eq!(result, Err(Error::Body), "a buffer of {size}");
    let head = format!("Content-Length: {measured}\r\n\r\n");
    match sent.split_once(&head) {
        Some((_, body)) => assert!(body.len() <= measured, "a buffer of {size}: {sent}"),
        None => assert!(sent.starts_with("POST") || size >= 200, "a buffer of {size}: {sent}"),
    }
}

#[test]
fn parts_are_written_as_json() {
    let cases: [(&[Part<'_>], &str); 5] = [
        (&[], ""),
        (&[Part::Raw("")], ""),
        (&[Part::Str("")], r#""""#),
        (&[Part::Str("a\"\\\n\0\u{7f}\u{1f980}")], "\"a\\\"\\\\\\n\\u0000\u{7f}\u{1f980}\""),
        (
            &[
                Part::Raw("["),
                Part::Number(Decimal::from(21.5)),
                Part::Raw(","),
                Part::Number(7_u64.into()),
                Part::Raw("]"),
            ],
            "[21.5,7]",
        ),
    ];
    for (parts, expected) in cases {
        let ask = async |session: &mut Session<'_, Script>| {
            session.send_parts(parts.iter().copied()).await.map(drop)
        };
        let (sent, result) = sent_by(ask, ENDPOINT, 16, usize::MAX);
        assert_eq!(result, Ok(()));
        let (head, body) = sent.split_once("\r\n\r\n").expect("a head");
        assert_eq!(body, expected);
        assert!(head.ends_with(&format!("Content-Length: {}", expected.len())), "{head}");
    }
}

#[test]
fn a_request_that_is_to_be_answered_as_a_whole_says_so() {
    let world = World::default();
    let socket = Script::new(&world, [bytes(response("200 OK", "", COMPLETION))]);
    let sent = socket.sent.clone();
    let mut buffer = [0; 64];
    let mut session = Session::new(socket, &mut buffer);
    let outcome = world.run(async { read(&mut session.create(&REQUEST).await.expect("an answer")).await });
    assert_eq!(outcome.expect("it does not hang").0, TEXT);
    let sent = String::from_utf8(sent.take()).expect("a request in UTF-8");
    assert!(
        sent.starts_with("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:8000\r\nAccept"),
        "{sent}"
    );
    assert!(sent.ends_with("\"stream\":false}"), "{sent}");
}

/// A conversation that is nowhere as a whole.
#[derive(Clone)]
struct Counted(u32);

impl<'a> AsMessage<'a> for Counted {
    fn as_message(&self) -> Message<'a> {
        if self.0.is_multiple_of(2) { Message::user("Again?") } else { Message::assistant("Again!") }
    }
}

#[test]
fn a_conversation_may_be_longer_than_the_memory() {
    let world = World::default();
    let socket = Script::new(&world, [bytes(response("200 OK", "", STREAM))]);
    let sent = socket.sent.clone();
    let mut buffer = [0; 32];
    let mut session = Session::new(socket, &mut buffer);
    let request = ChatRequest::new("gpt-4", (0..10_000).map(Counted));
    world
        .run(async { session.stream(&request).await.map(drop) })
        .expect("it does not hang")
        .expect("an answer");
    let sent = String::from_utf8(sent.take()).expect("a request in UTF-8");
    let (head, body) = sent.split_once("\r\n\r\n").expect("a head");
    assert!(head.ends_with(&format!("Content-Length: {}", body.len())), "{head}");
    assert_eq!(body.matches("Again").count(), 10_000);
}

#[test]
fn what_cannot_be_sent_is_refused_before_a_byte_is() {
    let split: [(&str, &[u8]); 1] = [("X-Device", b"a\r\nX-Other: b")];
    let reserved: [(&str, &[u8]); 1] = [("Content-Length", b"3")];
    let cases = [
        Endpoint::new("gateway.example\r\n"),
        Endpoint::new(""),
        Endpoint::new("gateway.example").with_path("v1/chat/completions"),
        Endpoint::new("gateway.example").with_key("sk-1\r\nX-Other: b"),
        Endpoint::new("gateway.example").with_key("sk-1\n"),
        Endpoint::new("gateway.example").with_headers(&split),
        Endpoint::new("gateway.example").with_headers(&reserved),
    ];
    for endpoint in cases {
        let (sent, result) = sent(endpoint, 64, usize::MAX);
        assert!(matches!(result, Err(Error::Endpoint(_))), "{endpoint:?}: {result:?}");
        assert_eq!(sent, "");
    }
    let (sent, result) = sent(ENDPOINT, 0, usize::MAX);
    assert_eq!((sent.as_str(), result), ("", Err(Error::EmptyBuffer)));

    let world = World::default();
    let socket = Script::new(&world, [bytes(response("200 OK", "", STREAM))]);
    let mut buffer = [0; 64];
    let mut session = Session::new(socket, &mut buffer);
    let nothing = ChatRequest::new("gpt-4", &[][..] as &[Message<'_>]);
    let result = world.run(async { session.stream(&nothing).await.map(drop) }).expect("it does not hang");
    assert!(matches!(result, Err(Error::Request(_))));
    assert!(session.is_reusable(), "nothing was sent");
    assert!(world.run(async { session.stream(&REQUEST).await.map(drop) }).expect("it does not hang").is_ok());
}

#[test]
fn a_server_that_takes_no_more_may_have_said_why() {
    let refusal = response("413 Content Too Large", "", "{\"detail\": \"too long\"}");
    for closes in [false, true] {
        for (answer, expected) in [
            (vec![bytes(&refusal)], Error::Refused(413)),
            (vec![Step::Stall], if closes { Error::Closed } else { Error::Io(Broken("writing failed")) }),
            (vec![Step::End], if closes { Error::Closed } else { Error::Io(Broken("writing failed")) }),
        ] {
            let world = World::default();
            let mut socket = Script::new(&world, answer);
            (socket.takes, socket.closes) = (100, closes);
            let mut buffer = [0; 64];
            let mut session = Session::new(socket, &mut buffer);
            let result = world.run(async { session.stream(&REQUEST).await.map(drop) });
            assert_eq!(result, Some(Err(expected)));
            assert!(!session.is_reusable());
        }
    }
}
