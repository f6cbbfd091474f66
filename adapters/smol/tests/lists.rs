//! Models, embeddings and health over real sockets, against the demonstration gateway and the scripted one.

use choreoai_smol::{Client, EmbeddingRequest, EncodingFormat, ErrorKind};
use choreoai_testkit::{Answer, Gateway, Script, demo, wire};
use futures_lite::future::block_on;

fn client(gateway: &Gateway) -> Client {
    Client::builder().base_url(gateway.base_url()).api_key("sk-secret-0123456789").build().unwrap()
}

#[test]
fn models() {
    let gateway = demo::start(demo::Options::default()).unwrap();
    let client = client(&gateway);
    block_on(async {
        let list = client.models().list().await.unwrap();
        assert!(list.models().iter().any(|model| model.id() == "gpt-4"));
        assert!(list.request_id().is_some());
        assert_eq!(client.models().retrieve("gpt-4").await.unwrap().owned_by(), Some("openai"));
        let error = client.models().retrieve("meta/none").await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Http, Some("resource_not_found")));
        // A slash is part of the id, not of the path.
        let error = client.models().retrieve("none/").await.unwrap_err();
        assert_eq!(error.message(), "there is no model \"none/\" here");
    });
    assert_eq!(gateway.connections(), 1);
}

#[test]
fn a_redirect_is_followed_on_the_same_connection() {
    let script = Script::sequence([
        Answer::new(307).header("location", "/v1/models/"),
        Answer::json(200, wire::models(&["gpt-4"])),
    ]);
    let gateway = Gateway::start(script).unwrap();
    let list = block_on(client(&gateway).models().list()).unwrap();
    assert_eq!(list.response().unwrap().attempts(), 2);
    assert_eq!(gateway.requests()[1].target, "/v1/models/");
    assert!(gateway.violations().is_empty());
}

#[test]
fn embeddings() {
    let gateway = demo::start(demo::Options::default()).unwrap();
    let client = client(&gateway);
    let request = EmbeddingRequest::new("text-embedding-3-small", ["a b", "b a", "c"]);
    block_on(async {
        let list = client.embeddings().create(&request).await.unwrap();
        assert_eq!(
            (list.model(), list.usage().unwrap().prompt_tokens()),
            (Some("text-embedding-3-small"), Some(5))
        );
        let floats = request.encoding_format(EncodingFormat::Float);
        let floats = client.embeddings().create(&floats).await.unwrap().into_vectors();
        assert_eq!(list.into_vectors(), floats);
        assert_eq!(floats[0], floats[1]);
        assert_ne!(floats[0], floats[2]);
    });
    assert_eq!(gateway.connections(), 1);
}

#[test]
fn health() {
    let gateway = demo::start(demo::Options::default()).unwrap();
    let health = block_on(client(&gateway).health()).unwrap();
    assert_eq!((health.status(), &**health.body()), (Some("healthy"), &br#"{"status": "healthy"}"#[..]));

    let gateway = Gateway::start(Answer::json(503, wire::detail("Draining."))).unwrap();
    let error = block_on(client(&gateway).health()).unwrap_err();
    assert_eq!((error.kind(), error.message(), error.attempts()), (ErrorKind::Http, "Draining.", 1));
    assert_eq!(gateway.requests().len(), 1);
}
