//! Sessions over embedded-tls, with rustls at the other end.

mod connector;
mod server;
mod tcp;

use choreoai_embedded::chat::{ChatRequest, Event, Message, Verdict};
use choreoai_embedded::{Error, ErrorKind};
use choreoai_testkit::tls::{Authority, Flaw, Identity, der};
use choreoai_testkit::{Answer, Gate};
use embedded_tls::{NoClock, TlsError};
use futures_lite::future::block_on;

use server::{Buffers, Now, Server, Then, read};
use tcp::Attack;

const HELLO: &str = r#"{"choices": [{"delta": {"content": "Hello"}, "index": 0}]}"#;
const END: &str = r#"{"choices": [{"delta": {"content": "!"}, "finish_reason": "stop", "index": 0}]}"#;
const WHOLE: &str =
    r#"{"choices": [{"message": {"content": "Hello!"}, "finish_reason": "stop", "index": 0}]}"#;

/// What a record takes beside what is in it: a header in front, the kind of what is in it and a tag behind (RFC 8446
/// section 5.2).
const HEADER: usize = 5;
const TRAILER: usize = 1 + 16;

#[test]
fn text_is_streamed_over_one_connection() {
    let gate = Gate::new();
    let answer = Answer::sse([HELLO]).gate(&gate).event(END).done();
    let server = Server::start(answer);
    let mut buffers = Buffers::new();
    // Longer than a record may be.
    let question = "?".repeat(20_000);
    let messages = [Message::user(&question)];
    let request = ChatRequest::new("gpt-4", &messages);
    block_on(async {
        let (mut session, _) = server.connect(&mut buffers).await;
        let mut answer = session.stream(&request).await.expect("an answer");
        loop {
            match answer.next().await.expect("an event") {
                Some(Event::Content("Hello")) => gate.open(), // the rest has not been sent
                Some(Event::Content(text)) => assert!(gate.is_open() && text == "!"),
                Some(_) => {}
                None => break,
            }
        }
        assert_eq!(answer.verdict(), Some(Verdict::Finished));
        let again = read(session.stream(&request).await.expect("an answer")).await;
        assert!(matches!(&again, (text, Ok(Verdict::Finished)) if text == "Hello!"), "{again:?}");
    });
    assert_eq!(server.gateway.connections(), 1);
    let requests = server.gateway.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| String::from_utf8_lossy(&request.body).contains(&question)));
}

#[test]
fn the_server_is_who_it_should_be() {
    let authority = Authority::new().expect("an authority");
    let serve = |flaw| {
        let identity = authority.identity(flaw).expect("an identity");
        Server::start_as(Answer::json(200, "{}"), &identity, &authority.pem())
    };
    let sound = serve(None);
    assert!(sound.is_accepted::<Now>("localhost"));
    assert!(!sound.is_accepted::<Now>("gateway.example"));
    // Only names, whatever the certificate says of addresses.
    assert!(!sound.is_accepted::<Now>("127.0.0.1"));

    let misnamed = serve(Some(Flaw::WrongName));
    assert!(!misnamed.is_accepted::<Now>("localhost"));
    assert!(misnamed.is_accepted::<Now>("wrong.test"));

    let expired = serve(Some(Flaw::Expired));
    assert!(!expired.is_accepted::<Now>("localhost"));
    assert!(expired.is_accepted::<Then>("localhost"));
    assert!(expired.is_accepted::<NoClock>("localhost")); // as the crate page warns

    // Both authorities bear the same name: the signature is what fails.
    let stranger = Authority::new().expect("an authority");
    let unknown = Server { root: der(&stranger.pem()).expect("a certificate"), ..sound };
    assert!(!unknown.is_accepted::<Now>("localhost"));
    assert!(unknown.gateway.requests().is_empty());
}

#[test]
fn a_certificate_that_has_signed_itself_can_be_pinned() {
    let (identity, pinned) = Identity::self_signed(None).expect("an identity");
    let (_, other) = Identity::self_signed(None).expect("an identity");
    let mut server = Server::start_as(Answer::json(200, "{}"), &identity, &pinned);
    assert!(server.is_accepted::<Now>("localhost"));
    server.root = der(&other).expect("a certificate");
    assert!(!server.is_accepted::<Now>("localhost"));
}

/// It should not be so: once this fails, the warning on the crate page can go.
#[test]
fn whoever_has_a_certificate_of_the_root_can_issue_others() {
    let authority = Authority::new().expect("an authority");
    let identity = authority.identity(Some(Flaw::IssuedByLeaf)).expect("an identity");
    let server = Server::start_as(Answer::json(200, "{}"), &identity, &authority.pem());
    assert!(server.is_accepted::<Now>("localhost"));
}

#[test]
fn a_cut_is_never_a_success() {
    let server = Server::start(Answer::sse([HELLO, END]).done());
    let mut buffers = Buffers::new();
    // The event is a chunk, and that a record.
    let event = format!("data: {HELLO}\n\n");
    let record = HEADER + format!("{:x}\r\n{event}\r\n", event.len()).len() + TRAILER;
    let cuts = [0, HEADER - 1, HEADER, record / 2, record - 1, record, record + 1];
    for cut in cuts {
        let (text, end) = server.ask(&mut buffers, Attack::cut(cut));
        assert_eq!(text, if cut < record { "" } else { "Hello" }, "after {cut} bytes");
        let error = end.expect_err("a failure");
        assert!(matches!(error, Error::Io(TlsError::IoError)), "after {cut} bytes: {error:?}");
        assert_eq!(error.kind(), ErrorKind::Io);
    }
    // The buffers serve the next connection.
    let (text, end) = server.ask(&mut buffers, Attack::none());
    assert!(matches!((text.as_str(), &end), ("Hello!", Ok(Verdict::Finished))), "{end:?}");
    assert_eq!(server.gateway.connections(), cuts.len() + 1);
}

#[test]
fn a_response_ends_before_the_stream() {
    let endless = || Answer::event_stream().close_delimited().event(HELLO).event(END);
    let mut buffers = Buffers::new();
    let mut outcome = |answer: Answer, attack| Server::start(answer).ask(&mut buffers, attack);
    let ends = [
        // The server says so, and so does an attacker: embedded-tls takes an alert that is not encrypted for one.
        outcome(endless(), Attack::none()),
        outcome(endless().half_close(), Attack::forge(&[21, 3, 3, 0, 2, 1, 0])),
        outcome(Answer::sse([HELLO, END]).close(), Attack::none()),
        outcome(Answer::json(200, WHOLE).close_delimited(), Attack::none()),
    ];
    for (text, end) in ends {
        assert_eq!(text, "Hello!");
        assert!(matches!(end, Err(Error::Io(TlsError::ConnectionClosed))), "{end:?}");
    }
    let (text, end) = outcome(endless().done(), Attack::none());
    assert!(matches!((text.as_str(), &end), ("Hello!", Ok(Verdict::Finished))), "{end:?}");
}

#[test]
fn a_record_has_to_fit() {
    // More than the longest record.
    let content = "x".repeat(20_000);
    let server = Server::start(Answer::sse([&HELLO.replace("Hello", &content), END]).done());
    let (text, end) = server.ask(&mut Buffers::new(), Attack::none());
    assert!(matches!(end, Ok(Verdict::Finished)), "{end:?}");
    assert!(text == content + "!");
    let (text, end) = server.ask(&mut Buffers::with_room_for(16_384), Attack::none());
    assert_eq!(text, "");
    assert!(matches!(end, Err(Error::Io(TlsError::InsufficientSpace))), "{end:?}");
}

/// It should not be so either.
#[test]
#[should_panic(expected = "not implemented")]
fn an_attacker_can_make_embedded_tls_panic() {
    let server = Server::start(Answer::event_stream().close_delimited().event(HELLO).half_close());
    // Encrypted extensions, not encrypted, and long after the handshake.
    let _ = server.ask(&mut Buffers::new(), Attack::forge(&[22, 3, 3, 0, 6, 8, 0, 0, 2, 0, 0]));
}
