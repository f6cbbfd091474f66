//! Proxies over real sockets: the tunnel, TLS inside it, and what the environment says.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use choreoai_smol::http1::{Proxies, Proxy};
use choreoai_smol::{
    Client, SmolTransport, Transport, TransportBuilder, TransportError, TransportErrorKind as Kind,
};
use futures_lite::future::block_on;
use http::Request;

/// Longer than any test takes: no test is about this deadline.
const PATIENCE: Duration = Duration::from_secs(60);

type Response = http::Response<<SmolTransport as Transport>::Body>;

/// A proxy that tunnels to `upstream`, whoever is asked for, and answers all other requests itself.
struct ProxyServer {
    addr: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl ProxyServer {
    fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heads);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let record = Arc::clone(&record);
                // A connection that fails is the client's to tell of.
                thread::spawn(move || serve(stream, upstream, &record));
            }
        });
        Self { addr, heads }
    }

    fn url(&self) -> String {
        format!("http://user:p%40ss@{}", self.addr)
    }

    fn transport(&self) -> TransportBuilder {
        TransportBuilder::new().proxies(Proxies::all(Proxy::parse(&self.url()).unwrap()))
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, upstream: SocketAddr, record: &Mutex<Vec<String>>) -> io::Result<()> {
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte)?;
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap();
        record.lock().unwrap().push(head.clone());
        if head.starts_with("CONNECT ") {
            let server = TcpStream::connect(upstream)?;
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            let (from, to) = (server.try_clone()?, client.try_clone()?);
            let back = thread::spawn(move || pump(from, to));
            pump(client, server);
            back.join().unwrap();
            return Ok(());
        }
        if head.starts_with("GET http://echo.test") {
            // As some do, for whoever runs them.
            let body = format!("denied: {}", head.replace("\r\n", ", "));
            let length = body.len();
            write!(
                client,
                "HTTP/1.1 403 Forbidden\r\nx-seen: {body}\r\ncontent-length: {length}\r\n\r\n{body}"
            )?;
            continue;
        }
        client.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nforwarded")?;
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // Either end may have gone: then so does the other.
    let _ = io::copy(&mut from, &mut to);
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn get(transport: &SmolTransport, url: &str) -> Result<Response, TransportError> {
    block_on(transport.send(Request::get(url).body(bytes::Bytes::new()).unwrap(), PATIENCE))
}

fn next(response: &mut Response) -> Vec<u8> {
    use std::future::poll_fn;
    use std::pin::Pin;

    use choreoai_smol::ResponseBody;

    block_on(poll_fn(|cx| {
        let mut body = Pin::new(response.body_mut());
        let data = body.as_mut().poll_data(cx).map(|data| data.unwrap().to_vec());
        data.map(|data| {
            body.consume(data.len());
            data
        })
    }))
}

fn read(mut response: Response) -> String {
    let mut all = Vec::new();
    loop {
        match next(&mut response) {
            data if data.is_empty() => return String::from_utf8(all).unwrap(),
            data => all.extend(data),
        }
    }
}

/// An address that nobody asks for.
fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

#[test]
fn requests_to_http_are_handed_to_the_proxy() {
    let proxy = ProxyServer::start(nowhere());
    let transport = proxy.transport().build().unwrap();
    for _ in 0..2 {
        assert_eq!(read(get(&transport, "http://gateway.test:8000/v1/models?a=b").unwrap()), "forwarded");
    }
    assert_eq!(
        proxy.heads(),
        ["GET http://gateway.test:8000/v1/models?a=b HTTP/1.1\r\nHost: gateway.test:8000\r\n\
          proxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n"; 2]
    );
}

#[test]
fn the_credentials_that_a_proxy_repeats_are_redacted() {
    let proxy = ProxyServer::start(nowhere());
    let builder = Client::builder().transport(proxy.transport().build().unwrap());
    let client = builder.base_url("http://echo.test").api_key("sk-0123456789").build().unwrap();
    let error = block_on(client.health()).unwrap_err();
    let body = std::str::from_utf8(error.body()).unwrap();
    assert!(body.contains("proxy-authorization: [redacted]"), "{body}");
    let shown = format!("{error} {error:?} {:?} {body}", error.response());
    assert!(!shown.contains("dXNlcjpwQHNz") && !shown.contains("sk-0123456789"), "{shown}");
    assert!(proxy.heads()[0].contains("Basic dXNlcjpwQHNz"));
}

#[test]
fn a_proxy_that_is_not_there_is_a_connect_error() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let proxies = Proxies::all(Proxy::parse(&format!("http://user:hunter2@127.0.0.1:{port}")).unwrap());
    let transport = TransportBuilder::new().proxies(proxies).build().unwrap();
    let error = get(&transport, "http://gateway.test/").unwrap_err();
    assert_eq!(error.kind(), Kind::Connect);
    let expected = format!("could not reach the proxy 127.0.0.1:{port} on the way to gateway.test:80");
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?} {transport:?}").contains("hunter2"));
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

#[test]
fn the_default_transport_obeys_the_environment() {
    const NAME: &str = "the_default_transport_obeys_the_environment";
    if std::env::var_os("CHOREOAI_TEST_INNER").is_none() {
        let proxy = ProxyServer::start(nowhere());
        in_environment(NAME, &[("HTTP_PROXY", &proxy.url()), ("NO_PROXY", "spared.invalid")]);
        assert_eq!(proxy.heads().len(), 2, "{:?}", proxy.heads());
        assert!(proxy.heads().iter().all(|head| head.starts_with("GET http://gateway.invalid/")));
        return;
    }
    for transport in [SmolTransport::default(), TransportBuilder::new().build().unwrap()] {
        assert_eq!(read(get(&transport, "http://gateway.invalid/").unwrap()), "forwarded");
        // Connected to directly, and such a name never resolves (RFC 6761).
        assert_eq!(get(&transport, "http://spared.invalid/").unwrap_err().kind(), Kind::Connect);
    }
    let direct = TransportBuilder::new().proxies(Proxies::none()).build().unwrap();
    assert_eq!(get(&direct, "http://gateway.invalid/").unwrap_err().kind(), Kind::Connect);
}

#[cfg(feature = "rustls")]
mod tls {
    use choreoai_testkit::tls::Authority;
    use choreoai_testkit::{Answer, Gateway, Outcome};

    use super::*;

    #[test]
    fn tls_is_spoken_with_the_target_inside_a_tunnel() {
        let authority = Authority::new().unwrap();
        let gateway =
            Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr());
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        for _ in 0..2 {
            assert_eq!(read(get(&transport, "https://localhost:8443/v1/models").unwrap()), "{}");
        }
        assert_eq!(
            proxy.heads(),
            ["CONNECT localhost:8443 HTTP/1.1\r\nHost: localhost:8443\r\n\
              proxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n"],
            "the second request takes the same tunnel"
        );
        let requests = gateway.requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            assert_eq!(
                (request.target.as_str(), request.header("host")),
                ("/v1/models", Some("localhost:8443"))
            );
            assert_eq!(request.header("proxy-authorization"), None);
        }
    }

    #[test]
    fn the_certificate_must_be_the_targets() {
        let authority = Authority::new().unwrap();
        let gateway =
            Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr());
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        let error = get(&transport, "https://gateway.test/").unwrap_err();
        assert_eq!(error.kind(), Kind::Tls);
        assert!(error.to_string().contains("not valid for the name `gateway.test`"), "{error}");
        assert_eq!(gateway.requests().len(), 0);
    }

    #[test]
    fn a_refusal_of_the_proxy_is_told() {
        // Something that is no proxy.
        let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
        let proxies = Proxies::all(Proxy::parse(&gateway.base_url()).unwrap());
        let transport = TransportBuilder::new().proxies(proxies).build().unwrap();
        let error = get(&transport, "https://gateway.test/").unwrap_err();
        assert_eq!(error.kind(), Kind::Connect);
        let text = error.to_string();
        assert!(text.contains("opened no tunnel to gateway.test:443: it answered 400 Bad Request"), "{text}");
        assert!(text.ends_with("is it a proxy?"), "{text}");
    }

    #[test]
    fn dropping_a_body_cancels_at_the_server_through_a_tunnel_too() {
        let authority = Authority::new().unwrap();
        let answer = Answer::event_stream().event("one").stall();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let proxy = ProxyServer::start(gateway.addr());
        let transport = proxy.transport().ca_pem(authority.pem()).build().unwrap();
        let mut response = get(&transport, "https://localhost/").unwrap();
        assert_eq!(next(&mut response), b"data: one\n\n");
        drop(response);
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    }
}
