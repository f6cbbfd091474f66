//! A reqwest client that was given, with settings of its own.

mod support;

use std::time::Duration;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, Outcome, Script};
use choreoai_tokio::{
    Client, ErrorKind, ReqwestTransport, TokioTimer, Transport, TransportErrorKind as Kind,
};
use reqwest::ClientBuilder;
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;

use support::{KEY, explain, get, next, post, read, read_ok, request};

/// What is given, whatever features of reqwest are on.
fn given(set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    // With this feature alone reqwest wants a provider, here as in any program.
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_preconfigured(choreoai_tokio::tls_config(None).unwrap());
    set(builder).build().unwrap()
}

fn transport(set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> ReqwestTransport {
    ReqwestTransport::from(given(set))
}

#[tokio::test(flavor = "multi_thread")]
async fn its_settings_are_used_and_not_shown() {
    let mut headers = HeaderMap::new();
    headers.insert("x-team", HeaderValue::from_static("red"));
    headers.insert("x-api-key", HeaderValue::from_static("hunter2"));
    headers.insert("authorization", HeaderValue::from_static("Bearer of-the-client"));
    let transport = transport(|client| client.default_headers(headers).user_agent("a service"));
    assert_eq!(format!("{transport:?}"), "ReqwestTransport { is_given: true, .. }");

    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let gateway = Gateway::start(Answer::sse(chunks.text(&["Hi"], "stop"))).unwrap();
    let client = Client::builder_with(transport, TokioTimer::default());
    let client = client.base_url(gateway.base_url()).api_key(KEY).build().unwrap();
    assert_eq!(client.chat().create(&request()).await.unwrap().text(), "Hi");
    let sent = gateway.requests().pop().unwrap();
    assert_eq!((sent.header("x-team"), sent.header("x-api-key")), (Some("red"), Some("hunter2")));
    // What the ChoreoAI client says itself goes before.
    assert_eq!(sent.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert!(sent.header("user-agent").unwrap().starts_with("choreoai-rust/"));
    assert_eq!(gateway.violations(), [""; 0]);
    assert!(!format!("{client:?}").contains("hunter2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_body_cancels_at_the_server() {
    let gateway = Gateway::start(Answer::event_stream().event("one").stall()).unwrap();
    let transport = transport(|client| client);
    let mut response = post(&transport, &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(next(response.body_mut(), 5).await.unwrap(), b"data:");
    // It is not known which of a given client's connections are idle.
    transport.close_idle();
    drop(response);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_another_origin_is_refused() {
    let other = Gateway::start(Answer::json(200, r#"{"status": "healthy"}"#)).unwrap();
    let to_other = Answer::new(307).header("location", &format!("{}/health?hunter2", other.base_url()));
    let gateway = Gateway::start(to_other).unwrap();
    let transport = transport(|client| client);
    let error = post(&transport, &gateway.base_url(), "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    let text = format!("{} {error:?}", explain(&error));
    assert!(text.contains("was redirected to another server") && text.contains("Policy::none()"), "{text}");
    assert!(text.contains(&gateway.addr().to_string()) && !text.contains("hunter2"), "{text}");
    assert_eq!(other.requests().len(), 1, "too late: this is why redirects belong off");

    let client = Client::builder_with(transport, TokioTimer::default());
    let client = client.base_url(gateway.base_url()).api_key(KEY).build().unwrap();
    let error = client.health().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 1), "{error}");
    assert!(!format!("{error} {error:?}").contains(KEY));
    // reqwest keeps this one for itself; not so an `X-Api-Key`.
    assert_eq!(other.requests()[1].header("authorization"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_the_same_origin_is_taken() {
    let script = Script::by_path([
        ("/v1/chat/completions", Answer::new(308).header("location", "/v2")),
        ("/v2", Answer::json(200, "{}")),
    ]);
    let gateway = Gateway::start(script).unwrap();
    let response = post(&transport(|client| client), &gateway.base_url(), "{}").await.unwrap();
    assert_eq!(read_ok(response).await, "{}");
    // As it should be set up, the redirect is left to the ChoreoAI client.
    let transport = transport(|client| client.redirect(Policy::none()));
    assert_eq!(post(&transport, &gateway.base_url(), "{}").await.unwrap().status(), 308);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_without_end_are_its_own_affair() {
    let turn = Answer::new(307).header("location", "/v1/chat/completions?hunter2");
    let gateway = Gateway::start(turn).unwrap();
    let transport = transport(|client| client.redirect(Policy::limited(2)));
    let error = post(&transport, &gateway.base_url(), "{}").await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest, "{error:?}");
    let text = format!("{} {error:?}", explain(&error));
    assert!(text.contains("would not follow a redirect") && !text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_timeouts_are_told_as_such() {
    let short = Duration::from_millis(50);
    let gateway = Gateway::start(Answer::raw([]).stall()).unwrap();
    for set in [ClientBuilder::timeout, ClientBuilder::read_timeout] {
        let transport = transport(|client| set(client, short));
        let error = get(&transport, &format!("{}/?hunter2", gateway.base_url())).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Io);
        let text = format!("{} {error:?}", explain(&error));
        assert!(text.contains("timed out, by reqwest's settings") && !text.contains("hunter2"), "{text}");
    }

    let gateway = Gateway::start(Answer::event_stream().event("one").stall()).unwrap();
    for set in [ClientBuilder::timeout, ClientBuilder::read_timeout] {
        let transport = transport(|client| set(client, short));
        // On a busy machine it may pass before the head has come, or before the body is read.
        let Ok(response) = post(&transport, &gateway.base_url(), "{}").await else { continue };
        let (data, end) = read(response).await;
        assert!("data: one\n\n".starts_with(&data), "{data:?}");
        let error = end.unwrap_err();
        assert_eq!(error.kind(), Kind::Truncated);
        assert!(explain(&error).contains("timed out, by reqwest's settings"), "{}", explain(&error));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_will_not_send_is_an_invalid_request() {
    let gateway = Gateway::start(Answer::json(200, "{}")).unwrap();
    let transport = transport(|client| client.https_only(true));
    let error = get(&transport, &format!("{}/?hunter2", gateway.base_url())).await.unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    let text = format!("{} {error:?}", explain(&error));
    assert!(text.contains("cannot be sent by reqwest") && !text.contains("hunter2"), "{text}");
    assert_eq!(gateway.connections(), 0);
}
