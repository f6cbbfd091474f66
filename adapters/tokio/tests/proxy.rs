//! Proxies over real sockets: the tunnel, TLS inside it, and what the environment says.

mod support;

use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::{Arc, Mutex};

use choreoai_testkit::{Answer, Gateway};
use choreoai_tokio::http1::{Proxies, Proxy};
use choreoai_tokio::{Client, ReqwestTransport, TokioTimer, TransportBuilder, TransportErrorKind as Kind};
use tokio::io::{self, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use support::{KEY, get, read_ok};

/// A proxy that tunnels to `upstream`, whoever is asked for, and answers all other requests itself.
struct ProxyServer {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ProxyServer {
    async fn start(upstream: SocketAddr) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let record = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A connection that fails is the client's to tell of.
                tokio::spawn(serve(stream, upstream, Arc::clone(&record)));
            }
        });
        Self { address, heads }
    }

    fn url(&self) -> String {
        format!("http://user:p%40ss@{}", self.address)
    }

    fn transport(&self) -> TransportBuilder {
        TransportBuilder::new().proxies(Proxies::all(Proxy::parse(&self.url()).unwrap()))
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(
    mut client: TcpStream,
    upstream: SocketAddr,
    record: Arc<Mutex<Vec<String>>>,
) -> io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap();
        record.lock().unwrap().push(head.clone());
        if head.starts_with("CONNECT ") {
            let mut server = TcpStream::connect(upstream).await?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            return io::copy_bidirectional(&mut client, &mut server).await.map(drop);
        }
        let answer = if head.starts_with("GET http://echo.test") {
            // As some do, for whoever runs them.
            let body = format!("denied: {}", head.replace("\r\n", ", "));
            let length = body.len();
            format!("HTTP/1.1 403 Forbidden\r\nx-seen: {body}\r\ncontent-length: {length}\r\n\r\n{body}")
        } else {
            "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nforwarded".to_owned()
        };
        client.write_all(answer.as_bytes()).await?;
    }
}

/// An address that nobody asks for.
fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_to_http_are_handed_to_the_proxy() {
    let proxy = ProxyServer::start(nowhere()).await;
    let transport = proxy.transport().build().unwrap();
    let response = get(&transport, "http://gateway.test:8000/v1/models?a=b").await.unwrap();
    assert_eq!(read_ok(response).await, "forwarded");
    let [head] = proxy.heads().try_into().unwrap();
    assert!(head.starts_with("GET http://gateway.test:8000/v1/models?a=b HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: gateway.test:8000\r\n"), "{head}");
    assert!(head.contains("\r\nproxy-authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_credentials_that_a_proxy_repeats_are_redacted() {
    let proxy = ProxyServer::start(nowhere()).await;
    let transport = proxy.transport().build().unwrap();
    let client = Client::builder_with(transport, TokioTimer::default()).base_url("http://echo.test");
    let client = client.api_key(KEY).build().unwrap();
    let error = client.health().await.unwrap_err();
    let body = std::str::from_utf8(error.body()).unwrap();
    assert!(body.contains("proxy-authorization: [redacted]"), "{body}");
    let shown = format!("{error} {error:?} {:?} {body}", error.response());
    assert!(!shown.contains("dXNlcjpwQHNz") && !shown.contains(KEY), "{shown}");
    assert!(proxy.heads()[0].contains("Basic dXNlcjpwQHNz"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_there_is_a_connect_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let servers = [
        (
            format!("127.0.0.1:{port}"),
            format!("could not connect to gateway.test:80 through the proxy 127.0.0.1:{port}"),
        ),
        ("proxy.invalid".to_owned(), "could not resolve the host name `proxy.invalid`".to_owned()),
    ];
    for (server, expected) in servers {
        let proxies = Proxies::all(Proxy::parse(&format!("http://user:hunter2@{server}")).unwrap());
        let transport = TransportBuilder::new().proxies(proxies).build().unwrap();
        let error = get(&transport, "http://gateway.test/").await.unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (Kind::Connect, expected));
        assert!(!format!("{error:?} {transport:?}").contains("hunter2"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_excepted_is_reached_directly() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let proxy = ProxyServer::start(nowhere()).await;
    let proxies = Proxies::all(Proxy::parse(&proxy.url()).unwrap()).except("127.0.0.1");
    let transport = TransportBuilder::new().proxies(proxies).build().unwrap();
    assert_eq!(read_ok(get(&transport, &gateway.base_url()).await.unwrap()).await, "{}");
    assert_eq!(gateway.requests()[0].header("proxy-authorization"), None);
    assert_eq!(read_ok(get(&transport, "http://gateway.test/").await.unwrap()).await, "forwarded");
    assert_eq!(proxy.heads().len(), 1);
}

/// Runs the test `name` in a process with these variables, and no others that concern proxies.
fn in_environment(name: &str, variables: &[(&str, &str)]) {
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args([name, "--exact"]).env("CHOREOAI_TEST_INNER", "1").env_remove("REQUEST_METHOD");
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        inner.env_remove(variable).env_remove(variable.to_ascii_uppercase());
    }
    let output = inner.envs(variables.iter().copied()).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && report.contains("1 passed"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_transport_obeys_the_environment() {
    const NAME: &str = "the_default_transport_obeys_the_environment";
    if std::env::var_os("CHOREOAI_TEST_INNER").is_none() {
        let proxy = ProxyServer::start(nowhere()).await;
        in_environment(NAME, &[("HTTP_PROXY", &proxy.url()), ("NO_PROXY", "spared.invalid")]);
        assert_eq!(proxy.heads().len(), 2, "{:?}", proxy.heads());
        assert!(proxy.heads().iter().all(|head| head.starts_with("GET http://gateway.invalid/")));
        return;
    }
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    for transport in [ReqwestTransport::default(), TransportBuilder::new().build().unwrap()] {
        assert_eq!(read_ok(get(&transport, "http://gateway.invalid/").await.unwrap()).await, "forwarded");
        // What listens on this machine cannot be reached from elsewhere.
        assert_eq!(read_ok(get(&transport, &gateway.base_url()).await.unwrap()).await, "{}");
        // Connected to directly, and such a name never resolves (RFC 6761).
        assert_eq!(get(&transport, "http://spared.invalid/").await.unwrap_err().kind(), Kind::Connect);
    }
    let direct = TransportBuilder::new().proxies(Proxies::none()).build().unwrap();
    assert_eq!(get(&direct, "http://gateway.invalid/").await.unwrap_err().kind(), Kind::Connect);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_of_the_environment_that_cannot_be_used_is_no_way_around_it() {
    const NAME: &str = "a_proxy_of_the_environment_that_cannot_be_used_is_no_way_around_it";
    if std::env::var_os("CHOREOAI_TEST_INNER").is_none() {
        in_environment(NAME, &[("ALL_PROXY", "socks5://user:hunter2@127.0.0.1:1")]);
        return;
    }
    let error = get(&ReqwestTransport::default(), "http://gateway.invalid/").await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    assert!(error.to_string().contains("its scheme is `socks5`"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[cfg(feature = "rustls")]
mod tls {
    use choreoai_testkit::Outcome;
    use choreoai_testkit::tls::Authority;

    use super::support::{explain, next};
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn tls_is_spoken_with_the_target_inside_a_tunnel() {
        let authority = Authority::new().unwrap();
        let gateway =
            Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr()).await;
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        let response = get(&transport, "https://localhost:8443/v1/models").await.unwrap();
        assert_eq!(read_ok(response).await, "{}");
        let [head] = proxy.heads().try_into().unwrap();
        assert!(head.starts_with("CONNECT localhost:8443 HTTP/1.1\r\nHost: localhost:8443\r\n"), "{head}");
        assert!(head.contains("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n"), "{head}");
        let [request] = gateway.requests().try_into().unwrap();
        assert_eq!((request.target.as_str(), request.header("host")), ("/v1/models", Some("localhost:8443")));
        assert_eq!(request.header("proxy-authorization"), None);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_certificate_must_be_the_targets() {
        let authority = Authority::new().unwrap();
        let gateway =
            Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr()).await;
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        let error = get(&transport, "https://gateway.test/").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Tls);
        assert!(error.to_string().contains("not valid for the name `gateway.test`"), "{error}");
        assert_eq!(gateway.requests().len(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refusal_of_the_proxy_is_told() {
        // Something that is no proxy.
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        let proxies = Proxies::all(Proxy::parse(&gateway.base_url()).unwrap());
        let transport = TransportBuilder::new().proxies(proxies).build().unwrap();
        let error = get(&transport, "https://gateway.test/").await.unwrap_err();
        assert_eq!(error.kind(), Kind::Connect);
        let text = explain(&error);
        let expected =
            format!("could not connect to gateway.test:443 through the proxy {}: ", gateway.addr());
        assert!(text.starts_with(&expected), "{text}");
        assert!(text.ends_with("tunnel error: unsuccessful"), "{text}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn dropping_a_body_cancels_at_the_server_through_a_tunnel_too() {
        let authority = Authority::new().unwrap();
        let answer = Answer::event_stream().event("one").stall();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr()).await;
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        let mut response = get(&transport, "https://localhost/").await.unwrap();
        assert_eq!(next(response.body_mut(), 100).await.unwrap(), b"data: one\n\n");
        drop(response);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    }
}
