//! The transport over a scripted network: every cut, every failure, and the clock, all of it on one thread.

mod script;

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use self::script::{Clock, Network, Step, give, poll, run};
use super::{Body, Http1, PoolLimits};
use crate::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind as Kind};

const SECOND: Duration = Duration::from_secs(1);
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nx-request-id: r\r\n\r\nhello";
const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

type Answer = Response<Body<Network, Clock>>;

#[derive(Default)]
struct Bench {
    network: Network,
    clock: Clock,
}

impl Bench {
    fn transport(&self) -> Http1<Network, Clock> {
        Http1::new(self.network.clone(), self.clock.clone())
    }
}

fn post(body: impl Into<Bytes>) -> Request<Bytes> {
    let request = Request::post("http://gateway.example/v1/chat/completions?a=b");
    request.header("authorization", "Bearer k").body(body.into()).unwrap()
}

fn send(transport: &Http1<Network, Clock>) -> Result<Answer, TransportError> {
    run(transport.send(post("{}"), SECOND))
}

/// Reads to the end, also what came before an error, in pieces of at most `piece` bytes.
fn read(body: &mut Body<Network, Clock>, piece: usize) -> (Vec<u8>, Result<(), TransportError>) {
    let mut all = Vec::new();
    let end = loop {
        match next(body, piece) {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => all.extend(data),
            Err(error) => break Err(error),
        }
    };
    (all, end)
}

fn next(body: &mut Body<Network, Clock>, piece: usize) -> Result<Vec<u8>, TransportError> {
    run(poll_fn(|cx| {
        let mut body = Pin::new(&mut *body);
        let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
        Poll::Ready(
            data.map(|data| data[..data.len().min(piece)].to_vec()).inspect(|data| body.consume(data.len())),
        )
    }))
}

#[track_caller]
fn read_ok(mut answer: Answer) -> Vec<u8> {
    let (data, end) = read(answer.body_mut(), usize::MAX);
    end.unwrap();
    data
}

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
fn a_response_that_trickles_is_the_same_response() {
    for (response, piece) in [(OK, 1), (CHUNKED, 1), (OK, 7), (CHUNKED, usize::MAX)] {
        let bench = Bench::default();
        let trickle = response.iter().flat_map(|byte| [Step::Pause, give([*byte])]).collect::<Vec<_>>();
        bench.network.add(trickle);
        let mut answer = send(&bench.transport()).unwrap();
        let (data, end) = read(answer.body_mut(), piece);
        assert_eq!((data.as_slice(), end.is_ok()), (b"hello".as_slice(), true));
    }
}

#[test]
fn a_response_split_at_any_byte_is_the_same_response() {
    for response in [OK, CHUNKED] {
        for split in 0..=response.len() {
            for pause in [false, true] {
                let (front, back) = response.split_at(split);
                let bench = Bench::default();
                let steps =
                    [Some(give(front)), pause.then_some(Step::Pause), Some(give(back)), Some(Step::Stall)];
                bench.network.add(steps.into_iter().flatten().collect::<Vec<_>>());
                assert_eq!(read_ok(send(&bench.transport()).unwrap()), b"hello", "split at {split}");
            }
        }
    }
}

#[test]
fn a_response_cut_at_any_byte_is_truncated() {
    for response in [OK, CHUNKED] {
        let head = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        for cut in 0..response.len() {
            for end in [Step::End, Step::Fail(io::ErrorKind::UnexpectedEof)] {
                let bench = Bench::default();
                bench.network.add([give(&response[..cut]), end.clone()]);
                let outcome = send(&bench.transport());
                if cut < head {
                    let kind = outcome.unwrap_err().kind();
                    let expected = if cut == 0 { Kind::Io } else { Kind::Truncated };
                    assert_eq!(kind, expected, "cut at {cut} by {end:?}");
                } else {
                    let mut answer = outcome.unwrap();
                    let (data, end) = read(answer.body_mut(), usize::MAX);
                    assert_eq!(end.unwrap_err().kind(), Kind::Truncated, "cut at {cut}");
                    assert!(b"hello".starts_with(&data));
                    let (_, again) = read(answer.body_mut(), usize::MAX);
                    assert_eq!(again.unwrap_err().kind(), Kind::Truncated, "the error is final");
                }
            }
        }
    }
}

#[test]
fn a_body_without_a_length_ends_with_the_connection() {
    let response = b"HTTP/1.1 200 OK\r\n\r\nhello";
    let bench = Bench::default();
    let wire = bench.network.add([give(response), Step::End]);
    assert_eq!(read_ok(send(&bench.transport()).unwrap()), b"hello");
    assert!(wire.borrow().closed);

    // Over TLS an end without a close_notify comes as this error: somebody may have cut the body.
    for kind in [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset] {
        let bench = Bench::default();
        bench.network.add([give(response), Step::Fail(kind)]);
        let (data, end) = read(send(&bench.transport()).unwrap().body_mut(), usize::MAX);
        assert_eq!((data.as_slice(), end.unwrap_err().kind()), (b"hello".as_slice(), Kind::Truncated));
    }
}

#[test]
fn what_is_consumed_is_bounded_by_what_there_is() {
    let bench = Bench::default();
    bench.network.add([give(CHUNKED)]);
    let mut answer = send(&bench.transport()).unwrap();
    assert_eq!(next(answer.body_mut(), 1).unwrap(), b"h");
    Pin::new(answer.body_mut()).consume(usize::MAX);
    assert_eq!(read_ok(answer), b"lo");
}

#[test]
fn a_stream_that_takes_nothing_is_an_error_and_no_endless_loop() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Pause, Step::End]);
    wire.borrow_mut().takes_nothing = true;
    assert_eq!(send(&bench.transport()).unwrap_err().kind(), Kind::Io);
}

#[test]
fn interim_responses_are_skipped() {
    let bench = Bench::default();
    bench.network.add([
        give(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n"),
        Step::Pause,
        give(OK),
    ]);
    let answer = send(&bench.transport()).unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().contains_key("link")), (200, false));
    assert_eq!(read_ok(answer), b"hello");
}

#[test]
fn header_values_of_any_bytes_are_kept() {
    let bench = Bench::default();
    bench.network.add([give(b"HTTP/1.1 204 No\r\nX: caf\xe9\r\nX: two\r\nEmpty:\r\n\r\n")]);
    let answer = send(&bench.transport()).unwrap();
    let values: Vec<_> = answer.headers().get_all("x").iter().map(|value| value.as_bytes()).collect();
    assert_eq!(values, [b"caf\xe9".as_slice(), b"two"]);
    assert_eq!(answer.headers()["empty"], "");
    assert_eq!(read_ok(answer), b"");
}

#[test]
fn heads_have_their_bounds() {
    let long = [b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'a'; 70_000]].concat();
    let many =
        |count| [b"HTTP/1.1 204 OK\r\n".to_vec(), b"x: y\r\n".repeat(count), b"\r\n".to_vec()].concat();
    let outcome = |response: Vec<u8>| {
        let bench = Bench::default();
        bench.network.add([give(response), Step::Stall]);
        send(&bench.transport()).map(|answer| answer.headers().len()).map_err(|error| error.kind())
    };
    assert_eq!(outcome(long), Err(Kind::Limit));
    assert_eq!(outcome(many(256)), Ok(256));
    assert_eq!(outcome(many(257)), Err(Kind::Limit));
}

#[test]
fn what_is_not_http_is_a_protocol_error() {
    for response in
        ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n"]
    {
        let bench = Bench::default();
        bench.network.add([give(response)]);
        let error = send(&bench.transport()).unwrap_err();
        assert_eq!(error.kind(), Kind::Protocol, "{response}");
        assert!(error.to_string().contains("gateway.example:80"), "{error}");
    }
}

#[test]
fn a_bad_chunk_is_a_protocol_error_after_what_came_before() {
    let bench = Bench::default();
    let wire =
        bench.network.add([give(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n")]);
    let mut answer = send(&bench.transport()).unwrap();
    let (data, end) = read(answer.body_mut(), usize::MAX);
    assert_eq!((data.as_slice(), end.unwrap_err().kind()), (b"hi".as_slice(), Kind::Protocol));
    assert!(wire.borrow().closed, "at once, not when the body is dropped");
    Pin::new(answer.body_mut()).release();
    assert_eq!(next(answer.body_mut(), 9).unwrap_err().kind(), Kind::Protocol, "a failure stays one");
}

#[test]
fn a_body_read_to_its_end_gives_its_connection_back() {
    for response in [OK, CHUNKED] {
        let bench = Bench::default();
        let wire = bench.network.add([
            give(response),
            Step::Await(2),
            give(response),
            Step::Await(3),
            give(response),
        ]);
        let transport = bench.transport();
        for _ in 0..3 {
            assert_eq!(read_ok(send(&transport.clone()).unwrap()), b"hello");
        }
        assert_eq!((bench.network.connected.get(), wire.borrow().closed), (1, false));
        transport.close_idle();
        assert!(wire.borrow().closed);
    }
}

#[test]
fn connections_that_cannot_be_reused_are_not() {
    let cases: [&[u8]; 4] = [
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello",
        // Bytes that nobody asked for might be taken for the next answer.
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ];
    for response in cases {
        let bench = Bench::default();
        let first = bench.network.add([give(response)]);
        bench.network.add([give(OK)]);
        let transport = bench.transport();
        for _ in 0..2 {
            assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        }
        assert_eq!((bench.network.connected.get(), first.borrow().closed), (2, true), "{response:?}");
    }
}

#[test]
fn what_an_idle_connection_says_or_its_end_makes_it_useless() {
    for step in [give("x"), Step::End, Step::Fail(io::ErrorKind::ConnectionReset)] {
        let bench = Bench::default();
        let first = bench.network.add([give(OK), step]);
        bench.network.add([give(OK)]);
        let transport = bench.transport();
        for _ in 0..2 {
            assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        }
        assert!(first.borrow().closed);
        assert_eq!(first.borrow().written.windows(4).filter(|window| window == b"\r\n\r\n").count(), 1);
    }
}

#[test]
fn a_request_on_a_stale_connection_is_sent_once_more_unseen() {
    for step in [Step::End, Step::Fail(io::ErrorKind::ConnectionReset)] {
        let bench = Bench::default();
        // It fails only once the second request has been written: no check beforehand can tell.
        bench.network.add([give(OK), Step::Await(2), step]);
        let second = bench.network.add([Step::Await(1), give(OK)]);
        let transport = bench.transport();
        assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
        assert!(second.borrow().written.ends_with(b"{}"), "the body is sent again");
        assert_eq!(bench.network.connected.get(), 2);
    }
}

#[test]
fn nothing_else_is_ever_repeated() {
    // A first connection that fails.
    let bench = Bench::default();
    bench.network.add([Step::Await(1), Step::End]);
    bench.network.add([give(OK)]);
    assert_eq!(send(&bench.transport()).unwrap_err().kind(), Kind::Io);
    assert_eq!(bench.network.connected.get(), 1);

    // A reused one on which the answer had begun.
    let bench = Bench::default();
    bench.network.add([give(OK), Step::Await(2), give("H"), Step::End]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(send(&transport).unwrap_err().kind(), Kind::Truncated);
    assert_eq!(bench.network.connected.get(), 1);

    // The second connection after a stale one.
    let bench = Bench::default();
    bench.network.add([give(OK), Step::Await(2), Step::End]);
    bench.network.add([Step::Await(1), Step::End]);
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(send(&transport).unwrap_err().kind(), Kind::Io);
    assert_eq!(bench.network.connected.get(), 2);
}

#[test]
fn a_body_dropped_before_its_end_closes_the_connection() {
    for response in [OK, CHUNKED] {
        let bench = Bench::default();
        let wire = bench.network.add([give(&response[..response.len() - 1]), Step::Stall]);
        let mut answer = send(&bench.transport()).unwrap();
        assert!(!next(answer.body_mut(), 2).unwrap().is_empty());
        assert!(!wire.borrow().closed);
        drop(answer);
        assert!(wire.borrow().closed);
    }
}

#[test]
fn a_request_dropped_before_its_answer_closes_the_connection() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Stall]);
    {
        let mut sending = pin!(bench.transport().send(post("{}"), SECOND));
        assert!(poll(sending.as_mut()).is_pending());
        assert!(wire.borrow().written.ends_with(b"{}"));
        assert!(!wire.borrow().closed);
    }
    assert!(wire.borrow().closed);
}

/// Released while the end of the body is `rest` away; how many connections two requests then take.
fn connections_after_release(rest: impl IntoIterator<Item = Step>) -> usize {
    let bench = Bench::default();
    let head = give(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
    let first = bench.network.add([head].into_iter().chain(rest).collect::<Vec<_>>());
    bench.network.add([give(OK)]);
    let transport = bench.transport();
    let mut answer = send(&transport).unwrap();
    assert_eq!(next(answer.body_mut(), 2).unwrap(), b"he");
    Pin::new(answer.body_mut()).release();
    assert_eq!(next(answer.body_mut(), 9).unwrap(), b"", "nothing more is read");
    drop(answer);
    assert!(!first.borrow().closed, "it is kept");
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(first.borrow().closed, bench.network.connected.get() == 2);
    bench.network.connected.get()
}

#[test]
fn a_released_body_is_drained_when_its_connection_is_wanted() {
    let end = give("0\r\n\r\n");
    let answer = [Step::Await(2), give(OK)];
    let with = |steps: Vec<Step>| steps.into_iter().chain(answer.clone());
    let chunk = |size: usize| {
        give([format!("{size:x}\r\n").into_bytes(), vec![b'x'; size], b"\r\n".to_vec()].concat())
    };
    // The end has come by then.
    assert_eq!(connections_after_release(with(vec![end.clone()])), 1);
    assert_eq!(connections_after_release(with(vec![chunk(20_000), end.clone()])), 1);
    // It has not; it never does; it is broken; the rest is too long.
    assert_eq!(connections_after_release(with(vec![Step::Pause, end.clone()])), 2);
    assert_eq!(connections_after_release([Step::Stall]), 2);
    assert_eq!(connections_after_release(with(vec![give("zz\r\n")])), 2);
    // Something follows it.
    assert_eq!(connections_after_release(with(vec![give("0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")])), 2);
    assert_eq!(connections_after_release([end.clone(), Step::End]), 2);
    assert_eq!(connections_after_release(with(vec![chunk(100_000), end])), 2);
}

#[test]
fn idle_connections_expire() {
    let bench = Bench::default();
    let first = bench.network.add([give(OK), Step::Await(2), give(OK)]);
    bench.network.add([give(OK)]);
    let limits = PoolLimits { idle_timeout: 10 * SECOND, ..PoolLimits::default() };
    let transport = Http1::with_limits(bench.network.clone(), bench.clock.clone(), limits);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    bench.clock.advance(9 * SECOND);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!(bench.network.connected.get(), 1);
    bench.clock.advance(10 * SECOND);
    assert_eq!(read_ok(send(&transport).unwrap()), b"hello");
    assert_eq!((bench.network.connected.get(), first.borrow().closed), (2, true));
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
#[test]
fn the_connect_deadline_covers_the_handshake() {
    use std::sync::Arc;

    use futures_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let bench = Bench::default();
    let wire = bench.network.add([Step::Stall]);
    let connector = crate::Tls::with_config(bench.network.clone(), Arc::new(config));
    let transport = Http1::new(connector, bench.clock.clone());
    let request = Request::get("https://gateway.example/health").body(Bytes::new()).unwrap();
    let mut sending = pin!(transport.send(request, SECOND));
    assert!(poll(sending.as_mut()).is_pending());
    assert_eq!(wire.borrow().written.first(), Some(&0x16), "a handshake record, and not the request");
    bench.clock.advance(SECOND);
    let Poll::Ready(Err(error)) = poll(sending.as_mut()) else { panic!("no timeout") };
    assert_eq!(error.kind(), Kind::ConnectTimeout);
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
    impl super::Connect for Plain {
        type Stream = Box<dyn Duplex>;
        type Connecting = std::future::Ready<Result<Self::Stream, TransportError>>;
        fn connect(&self, _: &super::Target) -> Self::Connecting {
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
