//! The transport over real sockets, against the scripted gateway.

mod support;

use std::net::TcpListener;
use std::pin::Pin;

use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, Step};
use choreoai_tokio::{
    ReqwestBody, ReqwestTransport, ResponseBody, Transport, TransportBuilder, TransportErrorKind as Kind,
};
use tokio::runtime::Builder;
use tokio::task::yield_now;

use support::{PATIENCE, explain, get, next, post, read, read_ok};

#[test]
fn requests_and_bodies_can_move_between_threads() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone>() {}
    is_shared::<ReqwestTransport>();
    is_send::<<ReqwestTransport as Transport>::Sending>();
    is_send::<ReqwestBody>();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_arrives_while_the_server_is_still_sending() {
    let gate = Gate::new();
    let answer = Answer::event_stream().event("one").gate(&gate).event("two").done();
    let gateway = Gateway::start(answer).unwrap();
    let mut response = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(next(response.body_mut(), usize::MAX).await.unwrap(), b"data: one\n\n");
    gate.open();
    assert_eq!(read_ok(response).await, "data: two\n\ndata: [DONE]\n\n");
    assert_eq!(gateway.requests()[0].body, b"{}");
    assert_eq!(gateway.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_framing_at_every_cut_is_read_to_its_end() {
    for size in [1, 2, 3, 7, 1000] {
        let answer = || Answer::new(200).body("first ").body("second").cut(size);
        let answers = [answer().content_length(), answer().chunked(), answer().close_delimited()];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let transport = ReqwestTransport::default();
        for _ in 0..3 {
            let response = post(&transport, &gateway.base_url(), "{}").await.unwrap();
            assert_eq!(read_ok(response).await, "first second");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_kept_until_it_is_consumed() {
    let gateway = Gateway::start(Answer::new(200).body("data")).unwrap();
    let mut response = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap();
    for piece in ["d", "at", "a", "", ""] {
        let length = piece.len();
        assert_eq!(next(response.body_mut(), length.max(1)).await.unwrap(), piece.as_bytes());
    }
    // More than there is.
    Pin::new(response.body_mut()).consume(7);
    assert_eq!(next(response.body_mut(), 7).await.unwrap(), b"");
}

/// Lets all other tasks of a runtime with one thread do what they can.
async fn settle() {
    for _ in 0..16 {
        yield_now().await;
    }
}

#[tokio::test]
async fn clones_share_connections() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let transport = ReqwestTransport::default();
    for _ in 0..3 {
        let response = post(&transport.clone(), &gateway.base_url(), "{}").await.unwrap();
        assert_eq!(read_ok(response).await, "{}");
        // A task of the connection's gives it back.
        settle().await;
    }
    assert_eq!((gateway.connections(), gateway.open_connections()), (1, 1));
    transport.close_idle();
    settle().await;
    gateway.wait_for_open_connections(0);
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_connection_is_kept_where_none_may_be() {
    use choreoai_tokio::http1::PoolLimits;

    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let limits = PoolLimits::default();
    for limits in [PoolLimits { max_idle: 0, ..limits }, PoolLimits { max_idle_per_host: 0, ..limits }] {
        let transport = TransportBuilder::new().pool_limits(limits).build().unwrap();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
        gateway.wait_for_open_connections(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_body_cancels_at_the_server() {
    let answers = [Answer::event_stream().event("one").stall(), Answer::json(200, "{}")];
    let gateway = Gateway::start(Script::sequence(answers)).unwrap();
    let transport = ReqwestTransport::default();
    let mut response = post(&transport, &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(next(response.body_mut(), 5).await.unwrap(), b"data:");
    drop(response);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
    assert_eq!(gateway.requests()[1].connection, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_request_cancels_it() {
    let gate = Gate::new();
    let gateway = Gateway::start(Answer::raw([Step::WaitFor(gate.clone())])).unwrap();
    let base_url = gateway.base_url();
    let sending =
        tokio::spawn(async move { post(&ReqwestTransport::default(), &base_url, "{}").await.map(drop) });
    gate.wait_for_arrivals(1);
    sending.abort();
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_released_at_done_gives_its_connection_back_when_the_body_ends() {
    /// Whether the connection served the next request: its task may not have run by then.
    async fn is_kept() -> bool {
        let gate = Gate::new();
        let answers = [Answer::event_stream().done().gate(&gate), Answer::json(200, "{}")];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let transport = ReqwestTransport::default();
        let mut response = post(&transport, &gateway.base_url(), "{}").await.unwrap();
        assert_eq!(next(response.body_mut(), usize::MAX).await.unwrap(), b"data: [DONE]\n\n");
        Pin::new(response.body_mut()).release();
        assert_eq!(next(response.body_mut(), usize::MAX).await.unwrap(), b"");
        drop(response);
        gate.open();
        assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
        gateway.requests()[1].connection == 0
    }

    let mut kept = false;
    for _ in 0..50 {
        kept = kept || is_kept().await;
    }
    assert!(kept, "not once in 50 times");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_released_at_done_is_cut_off_by_the_next_request_when_its_body_has_not_ended() {
    let endless = "x".repeat(64 << 10);
    for answer in [Answer::event_stream().done().stall(), Answer::event_stream().done().body(endless).stall()]
    {
        let gateway = Gateway::start(Script::sequence([answer, Answer::json(200, "{}")])).unwrap();
        let transport = ReqwestTransport::default();
        let mut response = post(&transport, &gateway.base_url(), "{}").await.unwrap();
        assert_eq!(next(response.body_mut(), 14).await.unwrap(), b"data: [DONE]\n\n");
        Pin::new(response.body_mut()).release();
        assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").await.unwrap()).await, "{}");
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
        assert_eq!(gateway.requests()[1].connection, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn not_more_than_64_released_streams_are_held() {
    let gateway = Gateway::start(Answer::event_stream().done().stall()).unwrap();
    let transport = ReqwestTransport::default();
    let mut responses = Vec::new();
    for _ in 0..65 {
        responses.push(post(&transport, &gateway.base_url(), "{}").await.unwrap());
    }
    for response in &mut responses {
        assert_eq!(next(response.body_mut(), usize::MAX).await.unwrap(), b"data: [DONE]\n\n");
        Pin::new(response.body_mut()).release();
    }
    drop(responses);
    gateway.wait_for_open_connections(64);
    transport.close_idle();
    gateway.wait_for_open_connections(0);
}

#[test]
fn a_body_may_be_released_and_dropped_outside_of_the_runtime() {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    let gateway = Gateway::start(Answer::event_stream().done().stall()).unwrap();
    let transport = ReqwestTransport::default();
    let mut response = runtime.block_on(post(&transport, &gateway.base_url(), "{}")).unwrap();
    Pin::new(response.body_mut()).release();
    drop(response);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_or_reset_body_is_truncated_after_what_came() {
    let answer = Answer::event_stream().event("one");
    let gate = Gate::new();
    for cut in [answer.clone().close(), answer.clone().gate(&gate).reset(), answer.half_close().stall()] {
        let gateway = Gateway::start(cut).unwrap();
        let mut response = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap();
        assert_eq!(next(response.body_mut(), usize::MAX).await.unwrap(), b"data: one\n\n");
        gate.open();
        let error = next(response.body_mut(), usize::MAX).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Truncated);
        let text = explain(&error);
        let expected =
            format!("the connection to {} was lost in the middle of the response: ", gateway.addr());
        assert!(text.starts_with(&expected), "{text}");
        // It stays so.
        let (rest, end) = read(response).await;
        assert_eq!((rest.as_str(), end.unwrap_err().kind()), ("", Kind::Truncated));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_told_apart_from_what_is_too_much() {
    let raw = |bytes: &str| Answer::raw([Step::Send(bytes.into()), Step::Stall]);
    let fields = "x: y\r\n".repeat(257);
    let cases = [
        (raw("SSH-2.0-OpenSSH_9.6\r\n"), Kind::Protocol, "is not valid HTTP"),
        (raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"), Kind::Protocol, "switches protocols (101)"),
        (
            raw("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"),
            Kind::Protocol,
            "other than `chunked`",
        ),
        (
            raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n"),
            Kind::Protocol,
            "other than `chunked`",
        ),
        (raw(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n")), Kind::Limit, "larger than is accepted"),
    ];
    for (answer, kind, expected) in cases {
        let gateway = Gateway::start(answer).unwrap();
        let error = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n";
    let gateway = Gateway::start(raw(chunks)).unwrap();
    let response = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap();
    let (data, end) = read(response).await;
    let error = end.unwrap_err();
    assert_eq!((data.as_str(), error.kind()), ("abc", Kind::Protocol), "{error:?}");
    assert!(explain(&error).contains("Invalid chunk size"), "{}", explain(&error));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_is_a_connect_error_that_says_where() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let transport = ReqwestTransport::default();
    let error = post(&transport, &format!("http://127.0.0.1:{port}"), "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
    let text = explain(&error);
    assert!(text.starts_with(&format!("could not connect to 127.0.0.1:{port}: ")), "{text}");
    assert!(text.contains("refused"), "{text}");

    // `.invalid` never resolves (RFC 6761).
    let error = post(&transport, "http://gateway.invalid", "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
    assert_eq!(error.to_string(), "could not resolve the host name `gateway.invalid`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_up_is_an_io_error() {
    let script = Script::from(Answer::json(200, "{}"));
    let gateway = Gateway::start(script.on_connect(|_| Some(Answer::raw([Step::Close])))).unwrap();
    let error = post(&ReqwestTransport::default(), &gateway.base_url(), "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error:?}");
    assert_eq!(gateway.connections(), 1, "a fresh connection's failure is not hidden by another try");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_as_it_is_is_refused() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let base_url = gateway.base_url();
    let transport = ReqwestTransport::default();
    let cases = [
        ("ftp://gateway.example/".to_owned(), "`ftp`"),
        ("/v1/models".to_owned(), "not absolute"),
        (base_url.replace("//", "//user:hunter2@"), "credentials"),
        (format!("{base_url}/v1/models/../admin?hunter2"), "`..`"),
        (format!("{base_url}/v1/models/%2e%2E?hunter2"), "`..`"),
        (format!("{base_url}/v1/{{model}}?hunter2"), "percent-encodes"),
        (format!("{base_url}/v1?'hunter2'"), "percent-encodes"),
    ];
    for (url, expected) in cases {
        let error = get(&transport, &url).await.unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest, "{url}: {error}");
        let text = format!("{} {error:?}", explain(&error));
        assert!(text.contains(expected) && !text.contains("hunter2"), "{url}: {text}");
    }
    assert_eq!(gateway.requests().len(), 0);
    for path in ["", "/", "/v1/models/a%2Fb%20c", "/v1/a.b/..c?x=%27y&z=%2e%2e"] {
        assert_eq!(read_ok(get(&transport, &format!("{base_url}{path}")).await.unwrap()).await, "{}");
        let asked = gateway.requests().pop().unwrap().target;
        assert_eq!(asked, if path.is_empty() { "/" } else { path });
    }
}

#[cfg(not(feature = "rustls"))]
#[tokio::test(flavor = "multi_thread")]
async fn https_takes_a_feature_that_speaks_it() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    let error = post(&ReqwestTransport::default(), &url, "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    let expected =
        format!("{} is to be reached over https, but this client is built without TLS", gateway.addr());
    assert_eq!(error.to_string(), expected);
    assert_eq!(gateway.connections(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_has_the_connect_timeout_that_it_was_given() {
    use std::time::{Duration, Instant};

    use bytes::Bytes;

    // Nobody accepts, and the queue is full.
    let listener = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    listener.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let deaf = listener.local_addr().unwrap().as_socket().unwrap();
    let queued: Vec<_> =
        std::iter::from_fn(|| std::net::TcpStream::connect_timeout(&deaf, Duration::from_millis(100)).ok())
            .collect();
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let transport = ReqwestTransport::default();
    let send = async |url: String, timeout| {
        transport.send(http::Request::get(url).body(Bytes::new()).unwrap(), timeout).await
    };
    for milliseconds in [150, 30, 150] {
        let timeout = Duration::from_millis(milliseconds);
        let started = Instant::now();
        let error = send(format!("http://{deaf}/"), timeout).await.unwrap_err();
        assert!(started.elapsed() >= timeout, "{:?}", started.elapsed());
        assert_eq!(error.kind(), Kind::ConnectTimeout);
        assert_eq!(error.to_string(), format!("could not connect to {deaf} in time"));
        // Only a bound of the time to connect.
        let response = send(gateway.base_url(), PATIENCE).await.unwrap();
        assert_eq!(read_ok(response).await, "{}");
    }
    drop(queued);
}

#[tokio::test]
async fn a_host_that_would_be_read_as_another_one_is_refused() {
    for host in ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1"] {
        let error = post(&ReqwestTransport::default(), &format!("http://{host}:9"), "{}").await.unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest, "{host}: {error}");
    }
    for host in ["[0:0::0:1]", "LOCALHOST"] {
        let error = post(&ReqwestTransport::default(), &format!("http://{host}:9"), "{}").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Connect, "{host}: {error}");
    }
}
