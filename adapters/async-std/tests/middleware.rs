//! What middleware of surf can do to a request, and what it cannot.

#![cfg(feature = "surf")]

mod support;

use std::pin::Pin;
use std::time::Duration;

use async_std::io::BufReader;
use async_std::task::block_on;
use choreoai_async_std::http1::{Proxies, Proxy};
use choreoai_async_std::{
    AsyncStdTransport, ChatRequest, Client, SurfBackend, Transport, TransportBuilder,
    TransportErrorKind as Kind,
};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script};
use http::Request;
use support::{explain, next, post, read_ok, release, send};
use surf::Body;
use surf::http::{Method, Url};
use surf::middleware::{Middleware, Next, Redirect};

type Handled<'a> = Pin<Box<dyn Future<Output = surf::Result<surf::Response>> + Send + 'a>>;

/// Middleware of a plain function.
struct By(fn(surf::Request, surf::Client, Next<'_>) -> Handled<'_>);

#[surf::utils::async_trait]
impl Middleware for By {
    async fn handle(
        &self,
        request: surf::Request,
        client: surf::Client,
        next: Next<'_>,
    ) -> surf::Result<surf::Response> {
        (self.0)(request, client, next).await
    }
}

fn with(handle: fn(surf::Request, surf::Client, Next<'_>) -> Handled<'_>) -> AsyncStdTransport {
    TransportBuilder::new().build_with(|client| client.with(By(handle))).unwrap()
}

#[test]
fn a_stream_released_behind_middleware_gives_its_connection_back() {
    let transport = with(|request, client, next| {
        Box::pin(async move {
            let mut response = next.run(request, client).await?;
            let body = BufReader::new(response.take_body());
            response.set_body(Body::from_reader(body, None));
            Ok(response)
        })
    });
    let gate = Gate::new();
    let gateway = Gateway::start(Answer::event_stream().done().gate(&gate)).unwrap();
    let mut response = post(&transport, &gateway.base_url(), "{}").unwrap();
    assert_eq!(next(response.body_mut(), usize::MAX).unwrap(), b"data: [DONE]\n\n");
    release(&mut response);
    gate.open();
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "data: [DONE]\n\n");
    assert_eq!(gateway.connections(), 1);
}

#[test]
fn what_middleware_makes_of_a_request_is_sent() {
    let transport = with(|mut request, client, next| {
        Box::pin(async move {
            let inner: &mut surf::http::Request = request.as_mut();
            inner.url_mut().set_path("/v2");
            inner.set_method(Method::Post);
            request.insert_header("x-b", "new");
            request.remove_header("x-c");
            request.set_body("other");
            next.run(request, client).await
        })
    });
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let request = Request::get(format!("{}/v1?q", gateway.base_url()));
    let request =
        request.header("x-a", "1").header("x-b", "2").header("x-c", "3").header("content-type", "a/b");
    assert_eq!(read_ok(send(&transport, request.body(vec![]).unwrap()).unwrap()), "{}");
    let seen = gateway.requests().remove(0);
    assert_eq!((seen.method.as_str(), seen.target.as_str(), &*seen.body), ("POST", "/v2?q", &b"other"[..]));
    let header = |name| seen.header(name);
    assert_eq!([header("x-a"), header("x-b"), header("x-c")], [Some("1"), Some("new"), None]);
    assert_eq!(header("content-type"), Some("a/b"));
}

#[test]
fn middleware_cannot_split_a_request() {
    let header = with(|mut request, client, next| {
        request.insert_header("x-a", "sk-hidden\r\nx-evil: 1");
        next.run(request, client)
    });
    let name = with(|mut request, client, next| {
        request.insert_header("x-a: 1\r\nx-evil", "1");
        next.run(request, client)
    });
    let short = with(|mut request, client, next| {
        request.set_body(Body::from_reader(&b"short"[..], Some(50)));
        next.run(request, client)
    });
    let user = with(|mut request, client, next| {
        let inner: &mut surf::http::Request = request.as_mut();
        inner.url_mut().set_username("sk-hidden").unwrap();
        next.run(request, client)
    });
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let cases = [
        (header, "the header `x-a` holds what no header can carry"),
        (name, "a header's name is none"),
        (short, "shorter than it was to be"),
        (user, "the URL holds credentials"),
    ];
    for (transport, text) in cases {
        let error = post(&transport, &gateway.base_url(), "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest);
        assert!(error.to_string().contains(text), "{error}");
        assert!(!format!("{error:?}{}", explain(&error)).contains("sk-hidden"));
    }
    assert_eq!((gateway.connections(), gateway.violations()), (0, vec![]));
}

#[test]
fn what_surf_cannot_carry_is_refused_rather_than_lost() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let value = http::HeaderValue::from_bytes("sk-Jörg".as_bytes()).unwrap();
    let request = Request::get(gateway.base_url()).header("x-name", value).body(vec![]).unwrap();
    let error = send(&AsyncStdTransport::default(), request.clone()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    assert!(error.to_string().contains("`x-name` holds a character outside ASCII"), "{error}");
    assert!(!format!("{error:?}").contains("sk-J"));
    assert_eq!(gateway.connections(), 0);
    assert_eq!(read_ok(send(&AsyncStdTransport::direct(), request).unwrap()), "{}");
}

#[test]
fn a_host_that_surf_would_take_for_another_one_is_refused() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let port = gateway.addr().port();
    let transport = AsyncStdTransport::default();
    for host in ["127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1"] {
        let error = post(&transport, &format!("http://{host}:{port}"), "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest);
        assert!(error.to_string().contains(&format!("{host}:{port}, for another one")), "{error}");
    }
    assert_eq!(gateway.connections(), 0);
    for host in ["127.0.0.1", "LocalHost", "[::FFFF:127.0.0.1]"] {
        assert_eq!(read_ok(post(&transport, &format!("http://{host}:{port}"), "{}").unwrap()), "{}");
    }
}

#[test]
fn a_request_that_was_cloned_is_sent_with_the_default_deadline() {
    let transport = with(|request, client, next| next.run(request.clone(), client));
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let request = Request::get(gateway.base_url()).body(bytes::Bytes::new()).unwrap();
    assert_eq!(read_ok(block_on(transport.send(request, Duration::ZERO)).unwrap()), "{}");
}

/// What this crate's documentation says of it.
#[test]
fn surfs_redirects_take_the_key_elsewhere_and_send_everything_twice() {
    let other = Gateway::start(Answer::json(200, "{}")).unwrap();
    let location = format!("{}/v1", other.base_url());
    let gateway = Gateway::start(Answer::new(307).header("location", &location)).unwrap();
    let transport = TransportBuilder::new().build_with(|client| client.with(Redirect::default())).unwrap();
    let request = Request::post(gateway.base_url()).header("authorization", "Bearer sk-0123456789");
    let response = send(&transport, request.body(b"{}".to_vec()).unwrap()).unwrap();
    assert_eq!(response.status(), 200);
    let bodies = |gateway: &Gateway| gateway.requests().into_iter().map(|seen| seen.body).collect::<Vec<_>>();
    assert_eq!((bodies(&gateway), bodies(&other)), (vec![vec![]], vec![vec![], b"{}".to_vec()]));
    assert!(other.requests().iter().all(|seen| seen.header("authorization") == Some("Bearer sk-0123456789")));
}

#[test]
fn the_key_that_middleware_tells_is_not_repeated() {
    let fails =
        with(|request, _, _| Box::pin(async move { Err(surf::Error::from_str(500, telling_of(&request))) }));
    let fails_later = with(|request, client, next| {
        Box::pin(async move {
            let text = telling_of(&request);
            let mut response = next.run(request, client).await?;
            response.set_body(Body::from_reader(BufReader::new(Failing(text)), None));
            Ok(response)
        })
    });
    let gateway = Gateway::start(Answer::event_stream().stall()).unwrap();
    for transport in [fails, fails_later] {
        let client = Client::builder().transport(transport).base_url(gateway.base_url());
        let client = client.api_key("sk-0123456789").max_retries(0).build().unwrap();
        let error = block_on(client.chat().stream(&ChatRequest::new("gpt-4").user("Hi"))).unwrap_err();
        let shown = format!("{error} {error:?} {}", error.message());
        assert!(shown.contains("sent \"[redacted]\""), "{shown}");
        assert!(!shown.contains("sk-0123456789"), "{shown}");
    }
}

fn telling_of(request: &surf::Request) -> String {
    format!("sent {:?}", request.header("authorization").unwrap().as_str())
}

/// Fails by telling this.
struct Failing(String);

impl async_std::io::Read for Failing {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut [u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::task::Poll::Ready(Err(std::io::Error::other(self.0.clone())))
    }
}

#[test]
fn the_backend_serves_a_client_of_ones_own() {
    let backend = SurfBackend::default();
    let client = surf::Client::with_http_client(backend.clone());
    let gateway = Gateway::start(Script::new(|request| Answer::new(200).body(request.body.clone()))).unwrap();
    let url = Url::parse(&gateway.base_url()).unwrap();
    let transport = AsyncStdTransport::with_surf(client.clone());
    block_on(async {
        assert_eq!(client.get(&url).recv_string().await.unwrap(), "");
        let streamed = Body::from_reader(&b"streamed"[..], None);
        assert_eq!(client.post(&url).body(streamed).recv_string().await.unwrap(), "streamed");
        assert_eq!(client.post(&url).body("whole").recv_bytes().await.unwrap(), b"whole");
    });
    assert_eq!(read_ok(post(&transport, &gateway.base_url(), "{}").unwrap()), "{}");
    assert_eq!((gateway.connections(), gateway.open_connections()), (1, 1));
    assert_eq!(gateway.violations(), [""; 0]);
    backend.close_idle();
    gateway.wait_for_open_connections(0);
}

#[test]
fn the_backend_says_how_it_is_set_up_and_takes_no_orders() {
    use surf::HttpClient as _;

    let mut backend = TransportBuilder::new().build_backend().unwrap();
    let config = backend.config().clone();
    assert_eq!((config.timeout, config.http_keep_alive, config.tcp_no_delay), (None, true, true));
    let refused = backend.set_config(config).unwrap_err();
    assert!(refused.to_string().contains("TransportBuilder"));
}

#[test]
fn the_credentials_for_a_proxy_are_known_of_this_crates_own_client() {
    let builder = || {
        let proxy = Proxy::parse("http://user:pass@127.0.0.1:1").unwrap();
        TransportBuilder::new().proxies(Proxies::all(proxy))
    };
    let credentials = |transport: AsyncStdTransport| {
        let url = "http://gateway.test/".parse().unwrap();
        transport.credentials(&url).map(|value| value.to_str().unwrap().to_owned())
    };
    let expected = Some("Basic dXNlcjpwYXNz".to_owned());
    assert_eq!(credentials(builder().build().unwrap()), expected);
    assert_eq!(credentials(builder().build_direct().unwrap()), expected);
    assert_eq!(
        credentials(builder().build_with(|client| client.with(Redirect::default())).unwrap()),
        expected
    );
    let client = surf::Client::with_http_client(builder().build_backend().unwrap());
    assert_eq!(credentials(AsyncStdTransport::with_surf(client)), None);
}
