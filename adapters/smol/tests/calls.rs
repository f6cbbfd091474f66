//! Whole calls over real sockets, driven by a bare `block_on`, against the scripted gateway.

use choreoai_smol::{ChatRequest, Client, ClientBuilder, ErrorKind};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Script};
use futures_lite::StreamExt as _;
use futures_lite::future::block_on;

fn builder(url: &str) -> ClientBuilder {
    Client::builder().base_url(url).api_key("sk-secret-0123456789")
}

fn client(gateway: &Gateway) -> Client {
    builder(&gateway.base_url()).build().unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Hi")
}

fn answer() -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::sse(chunks.text(&["Grüße, ", "\"Welt\" 🦀"], "stop"))
}

#[test]
fn calls_share_a_connection() {
    let gateway = Gateway::start(Script::sequence([answer(), answer(), answer()])).unwrap();
    let client = client(&gateway);
    block_on(async {
        for _ in 0..2 {
            let completion = client.chat().create(&request()).await.unwrap();
            assert_eq!(completion.text(), "Grüße, \"Welt\" 🦀");
            gateway.wait_for_outcome(gateway.requests().len() - 1);
        }
        let stream = client.clone().chat().stream(&request()).await.unwrap();
        assert_eq!(stream.collect_message().await.unwrap().finish_reason(), Some("stop"));
    });
    assert_eq!(gateway.connections(), 1);
}

#[test]
fn a_refusal_is_sent_again_and_then_told() {
    let overloaded = || {
        Answer::json(503, r#"{"error": {"message": "busy", "code": "service_overloaded"}}"#)
            .header("retry-after-ms", "1")
            .header("x-request-id", "req-1")
    };
    let gateway =
        Gateway::start(Script::sequence([overloaded(), answer(), overloaded(), overloaded(), overloaded()]))
            .unwrap();
    let client = client(&gateway);
    block_on(async {
        assert_eq!(client.chat().create(&request()).await.unwrap().response().unwrap().attempts(), 2);
        let error = client.chat().create(&request()).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Http, 3));
        assert_eq!(error.request_id(), Some("req-1"));
        assert_eq!(
            error.to_string(),
            "the gateway answered 503 Service Unavailable: busy (service_overloaded) (after 3 attempts)"
        );
    });
    assert_eq!(gateway.connections(), 1, "an error page leaves the connection usable");
}

#[test]
fn a_cut_answer_is_truncated() {
    for end in [Answer::close, Answer::reset] {
        let gate = Gate::new();
        let half = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "half");
        let gateway = Gateway::start(end(Answer::event_stream().event(half).gate(&gate))).unwrap();
        let client = client(&gateway);
        block_on(async {
            // What was not read yet, a reset may take away.
            let mut stream = client.chat().stream(&request()).await.unwrap();
            assert_eq!(stream.next().await.unwrap().unwrap().text(), "half");
            gate.open();
            let error = stream.next().await.unwrap().unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Truncated, 1), "{error}");
            assert!(stream.next().await.is_none());
        });
    }
}

#[cfg(feature = "rustls")]
#[test]
fn https_with_a_custom_authority_and_without_it() {
    use choreoai_smol::TransportBuilder;
    use choreoai_testkit::tls::Authority;

    let authority = Authority::new().unwrap();
    let gateway = Gateway::start_tls(answer(), &authority.identity(None).unwrap()).unwrap();
    let transport = TransportBuilder::new().ca_pem(authority.pem()).build().unwrap();
    let trusting = builder(&gateway.base_url()).transport(transport).build().unwrap();
    assert_eq!(block_on(trusting.chat().create(&request())).unwrap().text(), "Grüße, \"Welt\" 🦀");

    let error = block_on(client(&gateway).chat().create(&request())).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1), "{error}");
}
