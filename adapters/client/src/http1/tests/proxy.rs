//! Proxies: whom is connected to, what is asked, and what the answers come to.

use super::*;
use crate::http1::{Connect, Proxied, Proxies, Proxy, Target};

const OPEN: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

fn proxied(bench: &Bench, url: &str) -> Proxied<Network> {
    let proxies = Proxies::all(Proxy::parse(url).unwrap()).except("direct.example");
    Proxied::new(bench.network.clone(), proxies)
}

fn target(uri: &str) -> Target {
    Target::from_uri(&uri.parse().unwrap()).unwrap()
}

fn written(wire: &std::cell::RefCell<script::Wire>) -> String {
    String::from_utf8(wire.borrow().written.clone()).unwrap()
}

/// The tunnel's stream, or what is said of it.
fn tunnel(bench: &Bench, url: &str) -> Result<script::Stream, TransportError> {
    run(proxied(bench, url).connect(&target("https://gateway.example/")))
}

#[test]
fn a_tunnel_is_asked_for_and_its_stream_is_handed_over() {
    for status in [
        "200 Connection established",
        "200",
        "204 x\r\ncontent-length: 5",
        "200 x\r\ntransfer-encoding: chunked",
    ] {
        let bench = Bench::default();
        let wire = bench.network.add([Step::Await(1), give(format!("HTTP/1.1 {status}\r\n\r\n"))]);
        let _stream = tunnel(&bench, "http://user:p%40ss@proxy.example:3128").unwrap();
        assert_eq!(*bench.network.asked.borrow(), ["http://proxy.example:3128"]);
        assert!(!wire.borrow().closed);
        assert_eq!(
            written(&wire),
            "CONNECT gateway.example:443 HTTP/1.1\r\nHost: gateway.example:443\r\n\
             proxy-authorization: Basic dXNlcjpwQHNz\r\n\r\n"
        );
    }
}

#[test]
fn a_tunnel_is_opened_whatever_the_cuts() {
    let answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\nvia: x\r\n\r\n";
    for split in 0..=answer.len() {
        let bench = Bench::default();
        let (front, back) = answer.split_at(split);
        bench.network.add([give(front), Step::Pause, give(back)]);
        assert!(tunnel(&bench, "p:1").is_ok(), "split at {split}");
    }
    let bench = Bench::default();
    bench.network.add(answer.iter().flat_map(|byte| [Step::Pause, give([*byte])]).collect::<Vec<_>>());
    assert!(tunnel(&bench, "p:1").is_ok());
}

#[test]
fn an_address_keeps_its_brackets() {
    let bench = Bench::default();
    let wire = bench.network.add([give(OPEN)]);
    run(proxied(&bench, "[::1]:3128").connect(&target("https://[2001:db8::1]:8443"))).unwrap();
    assert_eq!(written(&wire), "CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n");
}

#[test]
fn a_tunnel_that_is_not_opened_is_a_connect_error_that_says_why() {
    let cases: [(&str, &[u8], &str); 11] = [
        (
            "p:1",
            b"HTTP/1.1 407 x\r\ncontent-length: 9\r\n\r\nWho  are\n",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 407 Proxy Authentication Required: \
             \"Who are\"; give a user name and a password in its URL, like http://user:password@proxy.example:3128",
        ),
        (
            "user:hunter2@p:1",
            b"HTTP/1.1 407 x\r\n\r\nnot hunter2, nor dXNlcjpodW50ZXIy",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 407 Proxy Authentication Required; \
             check the user name and the password in its URL",
        ),
        (
            "p:1",
            b"HTTP/1.1 403 x\r\ncontent-type: text/html\r\n\r\n <html>No</html>",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 403 Forbidden; \
             it must allow this host and port",
        ),
        (
            "p:1",
            b"HTTP/1.1 502 x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 502 Bad Gateway: \"no\"; \
             it cannot reach the target",
        ),
        // The text is not waited for.
        (
            "p:1",
            b"HTTP/1.1 503 x\r\ncontent-length: 9\r\n\r\nbu",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 503 Service Unavailable: \"bu\"; \
             it cannot reach the target",
        ),
        (
            "p:1",
            b"HTTP/1.1 302 x\r\nlocation: https://p\r\n\r\n",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 302 Found",
        ),
        (
            "p:1",
            b"HTTP/1.1 405 x\r\n\r\n",
            "the proxy p:1 opened no tunnel to gateway.example:443: it answered 405 Method Not Allowed; is it a proxy?",
        ),
        (
            "p:1",
            b"HTTP/1.1 200 x\r\n\r\nSSH-2.0",
            "the proxy p:1 opened no tunnel to gateway.example:443: it sent bytes of its own ahead of the tunnel's",
        ),
        ("p:1", b"SSH-2.0-x\r\n", "the proxy p:1 opened no tunnel to gateway.example:443"),
        ("p:1", b"", "the proxy p:1 opened no tunnel to gateway.example:443"),
        ("p:1", b"HTTP/1.1 200 x\r\n", "the proxy p:1 opened no tunnel to gateway.example:443"),
    ];
    for (url, answer, expected) in cases {
        for end in [Step::Stall, Step::End] {
            let bench = Bench::default();
            let is_whole = answer.windows(2).any(|window| window == b"\r\n\r\n") || answer.len() > 20;
            if matches!(end, Step::Stall) && !is_whole {
                continue;
            }
            let wire = bench.network.add([give(answer), end]);
            let error = tunnel(&bench, url).unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (Kind::Connect, expected));
            assert!(wire.borrow().closed);
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}

#[test]
fn a_refusal_is_bounded() {
    // An endless head, and an endless text.
    for (answer, expected) in [
        (b"HTTP/1.1 200 OK\r\nx: ".as_slice(), "opened no tunnel"),
        (b"HTTP/1.1 500 x\r\n\r\n".as_slice(), "it answered 500"),
    ] {
        let bench = Bench::default();
        let wire = bench.network.add([give(answer), give(vec![b'a'; 1 << 20])]);
        let error = tunnel(&bench, "p:1").unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected) && text.len() < 400, "{text}");
        assert!(wire.borrow().closed);
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named_with_the_target() {
    struct Nobody;
    impl Connect for Nobody {
        type Stream = script::Stream;
        type Connecting = std::future::Ready<Result<script::Stream, TransportError>>;
        fn connect(&self, target: &Target) -> Self::Connecting {
            std::future::ready(Err(TransportError::new(Kind::Connect, format!("nobody at {target}"))))
        }
    }
    let proxies = Proxies::all(Proxy::parse("p:1").unwrap());
    for uri in ["http://gateway.example", "https://gateway.example"] {
        let target = target(uri);
        let error = run(Proxied::new(Nobody, proxies.clone()).connect(&target)).unwrap_err();
        assert_eq!(error.kind(), Kind::Connect);
        assert_eq!(error.to_string(), format!("could not reach the proxy p:1 on the way to {target}"));
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "nobody at p:1");
    }
}

#[test]
fn requests_to_an_http_target_are_handed_to_the_proxy_with_the_whole_url() {
    let bench = Bench::default();
    let first = bench.network.add([Step::Await(1), give(OK), Step::Await(2), give(OK)]);
    let second = bench.network.add([Step::Await(1), give(OK)]);
    let direct = bench.network.add([Step::Await(1), give(OK)]);
    let transport = Http1::new(proxied(&bench, "user:pass@proxy.example:3128"), bench.clock.clone());
    let get = |uri: &str| {
        let request = Request::get(uri).header("x-a", "b").body(Bytes::new()).unwrap();
        run(transport.send(request, SECOND)).unwrap().into_body()
    };
    let finish = |mut body| {
        let mut all = Vec::new();
        while let Some(data) = Some(
            run(poll_fn(|cx| {
                let mut body: Pin<&mut Body<Proxied<Network>, Clock>> = Pin::new(&mut body);
                let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
                Poll::Ready(data.map(<[u8]>::to_vec).inspect(|data| body.consume(data.len())))
            }))
            .unwrap(),
        )
        .filter(|data| !data.is_empty())
        {
            all.extend(data);
        }
        assert_eq!(all, b"hello");
    };
    finish(get("http://gateway.example:8000/v1?a=b"));
    finish(get("http://gateway.example:8000"));
    finish(get("http://other.example/v1"));
    finish(get("http://direct.example/v1"));
    let fields = "x-a: b\r\nproxy-authorization: Basic dXNlcjpwYXNz\r\n\r\n";
    assert_eq!(
        written(&first),
        format!(
            "GET http://gateway.example:8000/v1?a=b HTTP/1.1\r\nHost: gateway.example:8000\r\n{fields}\
             GET http://gateway.example:8000/ HTTP/1.1\r\nHost: gateway.example:8000\r\n{fields}"
        )
    );
    // Another target has a connection of its own, and one without a proxy hears nothing of it.
    assert_eq!(
        written(&second),
        format!("GET http://other.example/v1 HTTP/1.1\r\nHost: other.example\r\n{fields}")
    );
    assert_eq!(written(&direct), "GET /v1 HTTP/1.1\r\nHost: direct.example\r\nx-a: b\r\n\r\n");
    let proxy = "http://proxy.example:3128";
    assert_eq!(*bench.network.asked.borrow(), [proxy, proxy, "http://direct.example:80"]);
}

#[test]
fn a_proxy_authorization_of_the_callers_own_is_kept() {
    let bench = Bench::default();
    let wire = bench.network.add([Step::Await(1), give(OK)]);
    let transport = Http1::new(proxied(&bench, "user:pass@p:1"), bench.clock.clone());
    let request = Request::get("http://gateway.example/").header("proxy-authorization", "Bearer x");
    drop(run(transport.send(request.body(Bytes::new()).unwrap(), SECOND)).unwrap());
    let written = written(&wire);
    assert!(written.contains("proxy-authorization: Bearer x\r\n") && !written.contains("Basic"), "{written}");
}

#[test]
fn without_tls_around_it_a_proxied_connector_takes_no_https() {
    let bench = Bench::default();
    let transport = Http1::new(proxied(&bench, "p:1"), bench.clock.clone());
    let request = Request::get("https://gateway.example/").body(Bytes::new()).unwrap();
    assert_eq!(run(transport.send(request, SECOND)).unwrap_err().kind(), Kind::InvalidRequest);
    assert_eq!(bench.network.connected.get(), 0);
}

#[cfg(feature = "rustls")]
mod tls {
    use std::sync::Arc;

    use futures_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

    use super::*;

    fn transport(bench: &Bench) -> Http1<crate::Tls<Proxied<Network>>, Clock> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let connector = crate::Tls::with_config(proxied(bench, "user:pass@p:1"), Arc::new(config));
        Http1::new(connector, bench.clock.clone())
    }

    fn request() -> Request<Bytes> {
        Request::get("https://gateway.example/health").body(Bytes::new()).unwrap()
    }

    #[test]
    fn the_connect_deadline_covers_the_proxy_and_the_handshake() {
        // The proxy does not answer; it does, and the target does not.
        for steps in [vec![Step::Stall], vec![give(OPEN), Step::Stall]] {
            let bench = Bench::default();
            let wire = bench.network.add(steps);
            let transport = transport(&bench);
            let mut sending = pin!(transport.send(request(), SECOND));
            for _ in 0..3 {
                assert!(poll(sending.as_mut()).is_pending());
            }
            bench.clock.advance(SECOND);
            let Poll::Ready(Err(error)) = poll(sending.as_mut()) else { panic!("no timeout") };
            assert_eq!(error.kind(), Kind::ConnectTimeout);
            assert_eq!(
                error.to_string(),
                "could not connect to gateway.example:443 through the proxy p:1 in time"
            );
            assert!(wire.borrow().written.starts_with(b"CONNECT gateway.example:443 "));
        }
    }

    #[test]
    fn tls_begins_only_inside_the_tunnel_and_names_the_target() {
        let bench = Bench::default();
        let wire = bench.network.add([Step::Await(1), give(OPEN), Step::Stall]);
        let transport = transport(&bench);
        let mut sending = pin!(transport.send(request(), SECOND));
        assert!(poll(sending.as_mut()).is_pending());
        let written = wire.borrow().written.clone();
        let head = written.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let hello = &written[head..];
        assert_eq!(hello.first(), Some(&0x16), "a handshake record");
        assert!(hello.windows(15).any(|window| window == b"gateway.example"), "the target's name");
        assert!(!hello.windows(5).any(|window| window == b"proxy" || window == b"Basic"));
    }
}
