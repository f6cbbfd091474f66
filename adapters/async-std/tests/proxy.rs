//! Proxies by both ways.

mod support;

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

use async_std::task::block_on;
use choreoai_async_std::http1::{Proxies, Proxy};
use choreoai_async_std::{AsyncStdTransport, Client, TransportBuilder, TransportErrorKind as Kind};
use http::Request;
use support::{both_ways, read_ok, send};

/// A proxy that tunnels to `upstream`, whoever is asked for, and answers all other requests by what they say.
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
        // As some do, for whoever runs them.
        let status = if head.contains(" http://denied.test") { "403 Forbidden" } else { "200 OK" };
        write!(client, "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{head}", head.len())?;
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // Either end may have gone: then so does the other.
    let _ = io::copy(&mut from, &mut to);
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}

fn get(transport: &AsyncStdTransport, url: &str) -> Result<String, choreoai_async_std::TransportError> {
    send(transport, Request::get(url).body(vec![]).unwrap()).map(read_ok)
}

/// An address that nobody asks for.
fn nowhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 1))
}

#[test]
fn requests_to_http_are_handed_to_the_proxy() {
    let proxy = ProxyServer::start(nowhere());
    for transport in [proxy.transport().build().unwrap(), proxy.transport().build_direct().unwrap()] {
        for _ in 0..2 {
            assert_eq!(
                get(&transport, "http://gateway.test:8000/v1/models?a=b").unwrap(),
                "GET http://gateway.test:8000/v1/models?a=b HTTP/1.1\r\nHost: gateway.test:8000\r\n\
                 proxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n"
            );
        }
    }
}

#[test]
fn the_credentials_that_a_proxy_repeats_are_redacted() {
    let proxy = ProxyServer::start(nowhere());
    for transport in [proxy.transport().build().unwrap(), proxy.transport().build_direct().unwrap()] {
        let builder = Client::builder().transport(transport).base_url("http://denied.test");
        let error = block_on(builder.api_key("sk-0123456789").build().unwrap().health()).unwrap_err();
        let body = std::str::from_utf8(error.body()).unwrap();
        assert!(body.contains("proxy-authorization: [redacted]"), "{body}");
        let shown = format!("{error} {error:?} {:?} {body}", error.response());
        assert!(!shown.contains("dXNlcjpwQHNz") && !shown.contains("sk-0123456789"), "{shown}");
    }
    assert!(proxy.heads().iter().all(|head| head.contains("Basic dXNlcjpwQHNz")));
}

#[test]
fn the_default_transport_obeys_the_environment() {
    const NAME: &str = "the_default_transport_obeys_the_environment";
    const INNER: &str = "CHOREOAI_TEST_INNER";
    if std::env::var_os(INNER).is_none() {
        let proxy = ProxyServer::start(nowhere());
        let mut inner = Command::new(std::env::current_exe().unwrap());
        inner.args([NAME, "--exact"]).env(INNER, "1").env_remove("REQUEST_METHOD");
        for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
            inner.env_remove(variable).env_remove(variable.to_ascii_uppercase());
        }
        let output = inner.env("HTTP_PROXY", proxy.url()).env("NO_PROXY", "spared.invalid").output().unwrap();
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && report.contains("1 passed"), "{report}");
        assert_eq!(proxy.heads().len(), 3, "{:?}", proxy.heads());
        return;
    }
    let [through, around] = both_ways();
    for transport in [through, around, TransportBuilder::new().build().unwrap()] {
        assert!(
            get(&transport, "http://gateway.invalid/").unwrap().starts_with("GET http://gateway.invalid/")
        );
        // Connected to directly, and such a name never resolves (RFC 6761).
        assert_eq!(get(&transport, "http://spared.invalid/").unwrap_err().kind(), Kind::Connect);
    }
    let without = TransportBuilder::new().proxies(Proxies::none()).build().unwrap();
    assert_eq!(get(&without, "http://gateway.invalid/").unwrap_err().kind(), Kind::Connect);
}

#[cfg(feature = "rustls")]
#[test]
fn tls_is_spoken_with_the_target_inside_a_tunnel() {
    use choreoai_testkit::tls::Authority;
    use choreoai_testkit::{Answer, Gateway};

    let authority = Authority::new().unwrap();
    let gateway = Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None).unwrap()).unwrap();
    let proxy = ProxyServer::start(gateway.addr());
    let builder = || proxy.transport().ca_pem(authority.pem());
    for transport in [builder().build().unwrap(), builder().build_direct().unwrap()] {
        for _ in 0..2 {
            assert_eq!(get(&transport, "https://localhost:8443/v1/models").unwrap(), "{}");
        }
    }
    let tunnel = "CONNECT localhost:8443 HTTP/1.1\r\nHost: localhost:8443\r\n\
                  proxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n";
    assert_eq!(proxy.heads(), [tunnel; 2], "the second request takes the same tunnel");
    assert_eq!(gateway.requests().len(), 4);
    assert!(gateway.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
}
