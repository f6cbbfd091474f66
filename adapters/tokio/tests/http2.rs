//! HTTP/2 against hyper's server.
#![cfg(all(feature = "rustls", feature = "http2"))]

mod support;

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai_testkit::tls::Authority;
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_tokio::{
    Client, ErrorKind, ReqwestTransport, ResponseBody, TokioTimer, Transport as _, TransportBuilder,
    TransportErrorKind as Kind,
};
use futures_lite::StreamExt as _;
use h2::Reason;
use http::{Request, Response, Version};
use http_body::Frame;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, pause};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use support::{KEY, next, post, read_ok, request};

/// Below this path no answer begins.
const SILENT: &str = "/silent";
/// At this path an answer has a field as long as the query says.
const LARGE: &str = "/large";

/// An HTTP/2 server that leaves the answers to the test.
struct Server {
    address: SocketAddr,
    authority: Authority,
    connections: Arc<AtomicUsize>,
    exchanges: UnboundedReceiver<Exchange>,
    /// Tells of each connection that has ended.
    closed: UnboundedReceiver<()>,
}

/// A request, and its answer, which is held by the test.
struct Exchange {
    request: Request<Incoming>,
    answer: UnboundedSender<Result<String, Reason>>,
}

impl Exchange {
    fn send(&self, data: impl Into<String>) {
        self.answer.send(Ok(data.into())).unwrap();
    }

    fn reset(&self, reason: Reason) {
        self.answer.send(Err(reason)).unwrap();
    }

    /// Resolves when the server gives the answer up, because the client does not want it.
    async fn is_cancelled(&self) {
        self.answer.closed().await;
    }
}

impl Server {
    async fn start() -> Self {
        let authority = Authority::new().unwrap();
        let tls = tls(&authority);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::<AtomicUsize>::default();
        let (sender, exchanges) = unbounded_channel();
        let (ended, closed) = unbounded_channel();
        tokio::spawn(accept(listener, tls, Arc::clone(&connections), sender, ended));
        Self { address, authority, connections, exchanges, closed }
    }

    fn base_url(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    fn transport(&self) -> ReqwestTransport {
        TransportBuilder::new().ca_pem(self.authority.pem()).build().unwrap()
    }

    fn client(&self, base_url: &str) -> Client {
        let client = Client::builder_with(self.transport(), TokioTimer::default());
        client.base_url(base_url).api_key(KEY).build().unwrap()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    async fn exchange(&mut self) -> Exchange {
        self.exchanges.recv().await.unwrap()
    }
}

/// As which a server that speaks nothing but HTTP/2 accepts connections.
fn tls(authority: &Authority) -> TlsAcceptor {
    let mut config = ServerConfig::clone(&authority.identity(None).unwrap().config());
    config.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn accept(
    listener: TcpListener,
    tls: TlsAcceptor,
    connections: Arc<AtomicUsize>,
    sender: UnboundedSender<Exchange>,
    ended: UnboundedSender<()>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        let (tls, sender, ended) = (tls.clone(), sender.clone(), ended.clone());
        tokio::spawn(async move {
            let stream = TokioIo::new(tls.accept(stream).await.unwrap());
            let answer = service_fn(move |request: Request<Incoming>| {
                let (answer, pieces) = unbounded_channel();
                let uri = request.uri().clone();
                sender.send(Exchange { request, answer }).unwrap();
                async move {
                    let mut response = Response::new(Pieces(pieces));
                    if uri.path().starts_with(SILENT) {
                        pending::<()>().await;
                    }
                    if uri.path().starts_with(LARGE) {
                        let value = "x".repeat(uri.query().unwrap().parse().unwrap());
                        response.headers_mut().insert("x-long", value.parse().unwrap());
                    }
                    Ok::<_, Infallible>(response)
                }
            });
            // How the connection ends is the client's to tell.
            let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(stream, answer).await;
            // Few listen.
            let _ = ended.send(());
        });
    }
}

fn event(data: &str) -> String {
    format!("data: {data}\n\n")
}

/// A body of what the test sends.
struct Pieces(UnboundedReceiver<Result<String, Reason>>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        self.0.poll_recv(cx).map(|piece| {
            piece.map(|piece| piece.map(|data| Frame::data(data.into())).map_err(h2::Error::from))
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_arrive_while_the_server_is_still_sending() {
    let mut server = Server::start().await;
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let (first, rest) = (event(&chunks.content(0, "Grüße, ")), event(&chunks.content(0, "🦀")));
    let stop = event(&chunks.finish(0, "stop"));
    let client = server.client(&server.base_url());
    let streaming = tokio::spawn(async move { client.chat().stream(&request()).await });
    let exchange = server.exchange().await;
    assert_eq!(exchange.request.version(), Version::HTTP_2);
    assert_eq!(exchange.request.headers()["authorization"], format!("Bearer {KEY}"));
    exchange.send(first);
    let mut stream = streaming.await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "Grüße, ");
    exchange.send(rest);
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "🦀");
    exchange.send(stop);
    exchange.send("data: [DONE]\n\n");
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    assert!(stream.verdict().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_stream_is_reset_and_the_connection_goes_on() {
    let mut server = Server::start().await;
    let transport = server.transport();
    let mut response = post(&transport, &server.base_url(), "{}").await.unwrap();
    let dropped = server.exchange().await;
    let other = post(&transport, &server.base_url(), "{}").await.unwrap();
    let exchange = server.exchange().await;
    dropped.send("data: one\n\n");
    assert_eq!(next(response.body_mut(), 5).await.unwrap(), b"data:");
    drop(response);
    dropped.is_cancelled().await;
    exchange.send("all of it");
    drop(exchange);
    assert_eq!(read_ok(other).await, "all of it");
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_dropped_before_or_after_the_head_is_reset() {
    let mut server = Server::start().await;
    for base_url in [server.base_url() + SILENT, server.base_url()] {
        let client = server.client(&base_url);
        let call = tokio::spawn(async move { client.chat().create(&request()).await.map(drop) });
        let exchange = server.exchange().await;
        call.abort();
        exchange.is_cancelled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_released_at_done_is_held_and_then_reset() {
    let mut server = Server::start().await;
    let transport = server.transport();
    for ends in [true, false] {
        let mut response = post(&transport, &server.base_url(), "{}").await.unwrap();
        let exchange = server.exchange().await;
        exchange.send("data: [DONE]\n\n");
        assert_eq!(next(response.body_mut(), 100).await.unwrap(), b"data: [DONE]\n\n");
        Pin::new(response.body_mut()).release();
        drop(response);
        if ends {
            // It is still wanted.
            exchange.send(": a last word\n\n");
            drop(exchange);
        } else {
            choreoai_tokio::Transport::close_idle(&transport);
            exchange.is_cancelled().await;
        }
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reset_midway_is_truncated() {
    let mut server = Server::start().await;
    let transport = server.transport();
    for reason in [Reason::INTERNAL_ERROR, Reason::CANCEL, Reason::REFUSED_STREAM] {
        let mut response = post(&transport, &server.base_url(), "{}").await.unwrap();
        let exchange = server.exchange().await;
        exchange.send("half");
        // What was not read yet, a reset may take away.
        assert_eq!(next(response.body_mut(), 100).await.unwrap(), b"half");
        exchange.reset(reason);
        let error = next(response.body_mut(), 100).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Truncated, "{error:?}");
        assert!(error.to_string().contains("was lost in the middle of the response"), "{error}");
    }
    assert_eq!(server.connections(), 1, "the connection is in order");
}

/// hyper takes this reset for an end; an answer that is not complete is told by what it says.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_reset_without_an_error_is_told_by_its_content() {
    let mut server = Server::start().await;
    let half = event(&Chunks::new(Dialect::Gateway, "gpt-4").content(0, "half"));
    let client = server.client(&server.base_url());
    let streaming = tokio::spawn(async move { client.chat().stream(&request()).await });
    let exchange = server.exchange().await;
    exchange.send(half);
    let mut stream = streaming.await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "half");
    exchange.reset(Reason::NO_ERROR);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::Truncated);
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_leaves_no_connection() {
    let mut server = Server::start().await;
    let transport = server.transport();
    let response = post(&transport, &server.base_url(), "{}").await.unwrap();
    let exchange = server.exchange().await;
    transport.close_idle();
    exchange.send("still read");
    drop(exchange);
    assert_eq!(read_ok(response).await, "still read");
    server.closed.recv().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_may_be_as_large_as_in_http1() {
    let server = Server::start().await;
    let transport = server.transport();
    let ask = async |length: usize| {
        let url = format!("{}{LARGE}?{length}", server.base_url());
        support::get(&transport, &url).await
    };
    assert_eq!(ask(60_000).await.unwrap().headers()["x-long"].len(), 60_000);
    let error = ask(70_000).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol, "{error:?}");
}

/// Speaks TLS as a server does that is up to no good.
async fn tampered<F: Future<Output = ()> + Send>(
    serve: impl FnOnce(TlsStream<TcpStream>) -> F + Send + 'static,
) -> (ReqwestTransport, String) {
    let authority = Authority::new().unwrap();
    let tls = tls(&authority);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        serve(tls.accept(stream).await.unwrap()).await;
    });
    (TransportBuilder::new().ca_pem(authority.pem()).build().unwrap(), base_url)
}

/// Reads until a request with this body has come.
async fn read_request(stream: &mut TlsStream<TcpStream>, body: &[u8]) {
    let mut received = Vec::new();
    while !received.ends_with(body) {
        stream.read_buf(&mut received).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http2_is_a_protocol_error() {
    /// An empty SETTINGS frame, and a HEADERS frame for the first request whose one field is none (RFC 7541, section 6.1).
    const BROKEN: &[u8] = b"\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\x04\0\0\0\x01\x80";

    let (transport, base_url) = tampered(async |mut stream| {
        read_request(&mut stream, b"the body").await;
        stream.write_all(BROKEN).await.unwrap();
        pending().await
    })
    .await;
    let error = post(&transport, &base_url, "the body").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Protocol, "{error:?}");
}

#[tokio::test]
async fn a_connection_that_is_dead_does_not_swallow_requests_for_ever() {
    let (sender, mut receiver) = unbounded_channel();
    let (transport, base_url) = tampered(async move |mut stream| {
        read_request(&mut stream, b"the body").await;
        sender.send(()).unwrap();
        pending().await
    })
    .await;
    let call = tokio::spawn(async move { post(&transport, &base_url, "the body").await });
    receiver.recv().await.unwrap();
    // From here on time passes as soon as there is nothing else to do.
    pause();
    let started = Instant::now();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
}
