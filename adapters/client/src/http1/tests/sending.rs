//! Requests: how they are written, and what stops them.

use super::*;

#[test]
fn the_request_is_written_as_rfc_9112_has_it() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Await(1), give(OK)]);
    let answer = send(&bench.transport()).unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["X-Request-Id"], "r");
    assert_eq!(read_ok(answer), b"hello");
    let written = String::from_utf8(wire.borrow().written.clone()).unwrap();
    let (head, body) = written.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<_> = head.split("\r\n").map(str::to_ascii_lowercase).collect();
    assert_eq!(lines.remove(0), "post /v1/chat/completions?a=b http/1.1");
    lines.sort();
    assert_eq!(lines, ["authorization: bearer k", "content-length: 2", "host: gateway.example"]);
    assert_eq!(body, "{}");
}

#[test]
fn a_stream_that_takes_nothing_is_an_error_and_no_endless_loop() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Pause, Step::End]);
    wire.borrow_mut().takes_nothing = true;
    assert_eq!(send(&bench.transport()).unwrap_err().kind(), Kind::Io);
}

/// RFC 9110, section 8.6.
#[test]
fn a_length_is_told_where_there_may_be_a_body() {
    for (method, length) in [("GET", false), ("HEAD", false), ("POST", true)] {
        let bench = Bench::default();
        let wire = bench.network.add([Step::Await(1), give(OK)]);
        let request = Request::builder().method(method).uri("http://gateway.example/v1/models");
        run(bench.transport().send(request.body(Bytes::new()).unwrap(), SECOND)).unwrap();
        let written = String::from_utf8(wire.borrow().written.clone()).unwrap().to_ascii_lowercase();
        assert_eq!(written.contains("\r\ncontent-length: 0\r\n"), length, "{written}");
        assert_eq!(written.contains("content-length"), length, "{written}");
    }
}

#[test]
fn connecting_has_its_deadline() {
    let bench = Bench::default();
    let mut sending = pin!(bench.transport().send(post("{}"), 10 * SECOND));
    assert!(poll(sending.as_mut()).is_pending());
    bench.clock.advance(10 * SECOND - Duration::from_nanos(1));
    assert!(poll(sending.as_mut()).is_pending());
    bench.clock.advance(Duration::from_nanos(1));
    let Poll::Ready(Err(error)) = poll(sending.as_mut()) else { panic!("no timeout") };
    assert_eq!(error.kind(), Kind::ConnectTimeout);
    assert_eq!(error.to_string(), "could not connect to gateway.example:80 in time");
}

#[cfg(feature = "rustls")]
mod tls {
    use std::sync::Arc;

    use futures_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

    use super::*;
    use crate::http1::Sending;

    /// Sends a request over TLS, over the next stream.
    fn sending(bench: &Bench) -> Sending<crate::Tls<Network>, Clock> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let connector = crate::Tls::with_config(bench.network.clone(), Arc::new(config));
        let request = Request::get("https://gateway.example/health").body(Bytes::new()).unwrap();
        Http1::new(connector, bench.clock.clone()).send(request, SECOND)
    }

    #[test]
    fn the_connect_deadline_covers_the_handshake() {
        let bench = Bench::default();
        let wire = bench.network.add([Step::Stall]);
        let mut sending = pin!(sending(&bench));
        assert!(poll(sending.as_mut()).is_pending());
        assert_eq!(wire.borrow().written.first(), Some(&0x16), "a handshake record, and not the request");
        bench.clock.advance(SECOND);
        let Poll::Ready(Err(error)) = poll(sending.as_mut()) else { panic!("no timeout") };
        assert_eq!(error.kind(), Kind::ConnectTimeout);
    }

    #[test]
    fn a_handshake_that_is_cut_is_a_lost_connection_and_no_fault_of_tls() {
        let alert = give([0x15, 3, 3, 0, 2, 2, 40]);
        for (step, kind, words) in [
            (Step::End, Kind::Connect, "was lost in the TLS handshake"),
            (Step::Fail(io::ErrorKind::ConnectionReset), Kind::Connect, "was lost in the TLS handshake"),
            (alert, Kind::Tls, "the TLS handshake with gateway.example:443 failed"),
            (give("HTTP/1.1 400 Bad Request"), Kind::Tls, "does not speak TLS"),
        ] {
            let bench = Bench::default();
            bench.network.add([step.clone()]);
            let error = run(sending(&bench)).map(drop).unwrap_err();
            assert_eq!(error.kind(), kind, "{step:?}: {error}");
            assert!(error.to_string().contains(words), "{step:?}: {error}");
        }
    }
}

#[test]
fn the_connect_deadline_ends_with_the_connection() {
    let bench = Bench::default();
    bench.network.add([Step::Pause, give(OK)]);
    let mut sending = pin!(bench.transport().send(post("{}"), SECOND));
    assert!(poll(sending.as_mut()).is_pending());
    bench.clock.advance(60 * SECOND);
    assert!(matches!(poll(sending.as_mut()), Poll::Ready(Ok(_))));
}

#[test]
fn an_early_answer_is_heard_while_the_request_is_still_being_written() {
    let early = b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nbig!";
    // The peer takes no more and waits, or closes; the answer is there, or comes later.
    for full in [None, Some(io::ErrorKind::BrokenPipe), Some(io::ErrorKind::ConnectionReset)] {
        for pauses in [0, 2] {
            let bench = Bench::default();
            let steps = std::iter::repeat_n(Step::Pause, pauses).chain([give(early), Step::End]);
            let wire = bench.network.add(steps.collect::<Vec<_>>());
            wire.borrow_mut().room = 1000;
            wire.borrow_mut().full = full;
            let transport = bench.transport();
            let answer = run(transport.send(post(vec![b'x'; 100_000]), SECOND)).unwrap();
            assert_eq!(answer.status(), 413);
            assert_eq!(read_ok(answer), b"big!");
            assert!(wire.borrow().closed, "half a request was written: nothing can follow it");
        }
    }
}

#[test]
fn a_request_that_cannot_be_written_and_is_not_answered_is_an_io_error() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Pause, Step::End]);
    wire.borrow_mut().room = 10;
    wire.borrow_mut().full = Some(io::ErrorKind::BrokenPipe);
    let error = send(&bench.transport()).unwrap_err();
    assert_eq!(error.kind(), Kind::Io);
    assert_eq!(error.to_string(), "the request could not be sent to gateway.example:80");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn what_cannot_be_sent_is_the_callers_error_and_connects_to_nobody() {
    let bench = Bench::default();
    for uri in ["/relative", "ftp://h/", "http://user:secret@h/", "https://h/"] {
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        let error = run(bench.transport().send(request, SECOND)).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest, "{uri}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    assert_eq!(bench.network.connected.get(), 0);
}

/// The futures are `Send` exactly when the connector's and the timer's are: this compiles, and the tests above run
/// on types that are not.
#[test]
fn send_follows_from_the_connector_and_the_timer() {
    struct Plain;
    impl crate::http1::Connect for Plain {
        type Stream = Box<dyn Duplex>;
        type Connecting = std::future::Ready<Result<Self::Stream, TransportError>>;
        fn connect(&self, _: &crate::http1::Target) -> Self::Connecting {
            std::future::ready(Err(TransportError::new(Kind::Connect, "nobody listens")))
        }
    }
    trait Duplex: futures_io::AsyncRead + futures_io::AsyncWrite + Unpin + Send {}

    struct Never;
    impl Timer for Never {
        type Sleep = std::future::Pending<()>;
        fn now(&self) -> Duration {
            Duration::ZERO
        }
        fn sleep(&self, _: Duration) -> Self::Sleep {
            std::future::pending()
        }
    }

    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let transport = is_send(Http1::new(Plain, Never));
    let sending = is_send(transport.send(post("{}"), SECOND));
    let outcome: Result<Response<_>, _> = run(sending);
    assert_eq!(is_send(outcome).unwrap_err().kind(), Kind::Connect);
}
