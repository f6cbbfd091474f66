//! Whole calls over real sockets, against the scripted gateway and the demonstration one.

mod support;

use std::collections::HashSet;
use std::net::TcpListener;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, Step, demo};
use choreoai_tokio::{ChatStream, Client, EmbeddingRequest, ErrorKind};
use futures_lite::StreamExt as _;

use support::{KEY, builder, client, request};

fn whole() -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::sse(chunks.text(&["Grüße, ", "\"Welt\" 🦀"], "stop")).done()
}

/// A stream that goes on when the gate is opened.
fn held(gate: &Gate) -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::event_stream()
        .event(chunks.content(0, "one"))
        .gate(gate)
        .event(chunks.content(0, "two"))
        .event(chunks.finish(0, "stop"))
        .done()
}

#[test]
fn clients_calls_and_streams_can_move_between_threads() {
    fn is_shared<T: Send + Sync + Clone>() {}
    fn is_send<T: Send>(_: &T) {}
    is_shared::<Client>();
    let client = builder("http://localhost").build().unwrap();
    let (chat, request) = (client.chat(), request());
    is_send(&chat.create(&request));
    is_send(&chat.stream(&request));
    is_send(&client.close());
    is_send(&None::<ChatStream>);
}

#[tokio::test(flavor = "multi_thread")]
async fn chunks_arrive_while_the_gateway_is_still_sending() {
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate)).unwrap();
    let mut stream: ChatStream = client(&gateway).chat().stream(&request()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
    gate.open();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "two");
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    assert!(stream.verdict().is_some());
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
    assert_eq!(gateway.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_streams_are_open_at_once() {
    const STREAMS: usize = 100;
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate)).unwrap();
    let client = client(&gateway);
    let tasks = (0..STREAMS).map(|_| {
        let client = client.clone();
        tokio::spawn(async move {
            let stream = client.chat().stream(&request()).await.unwrap();
            stream.collect_message().await.unwrap().text().to_owned()
        })
    });
    let tasks = tasks.collect::<Vec<_>>();
    gate.wait_for_arrivals(STREAMS);
    let connections: HashSet<usize> = gateway.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections.len(), STREAMS);
    gate.open();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "onetwo");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_stream_cancels_at_the_gateway() {
    let one = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "one");
    let gateway = Gateway::start(Answer::event_stream().event(one).stall()).unwrap();
    let mut stream = client(&gateway).chat().stream(&request()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
    drop(stream);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_sent_again_and_then_told() {
    let overloaded = || {
        Answer::json(503, r#"{"error": {"message": "busy", "code": "service_overloaded"}}"#)
            .header("retry-after-ms", "1")
            .header("x-request-id", "req-1")
    };
    let answers = [overloaded(), whole(), overloaded(), overloaded(), overloaded()];
    let gateway = Gateway::start(Script::sequence(answers)).unwrap();
    let client = client(&gateway);
    assert_eq!(client.chat().create(&request()).await.unwrap().response().unwrap().attempts(), 2);
    let error = client.chat().create(&request()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.request_id()), (ErrorKind::Http, 3, Some("req-1")));
    assert_eq!(
        error.to_string(),
        "the gateway answered 503 Service Unavailable: busy (service_overloaded) (after 3 attempts)"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_gateway_closed_costs_a_retry_at_most() {
    let gateway = Gateway::start(Script::sequence([whole().close(), whole()])).unwrap();
    let client = client(&gateway);
    for _ in 0..2 {
        assert_eq!(client.chat().create(&request()).await.unwrap().text(), "Grüße, \"Welt\" 🦀");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_one_line_and_do_not_show_the_key() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let raw = |bytes: &str| Answer::raw([Step::Send(bytes.into()), Step::Close]);
    let answers = [
        (Answer::raw([Step::Close]), ErrorKind::Connect),
        (raw("SSH-2.0-OpenSSH_9.6\r\n"), ErrorKind::Protocol),
        (Answer::event_stream().body("data: {").close(), ErrorKind::Truncated),
        (raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n"), ErrorKind::Protocol),
        (Answer::json(401, format!(r#"{{"detail": "no such key: {KEY}"}}"#)), ErrorKind::Http),
    ];
    let gateways = answers.map(|(answer, kind)| (Gateway::start(answer).unwrap(), kind));
    let served = gateways.iter().map(|(gateway, kind)| (gateway.base_url(), *kind));
    for (base_url, kind) in served.chain([(format!("http://{nobody}"), ErrorKind::Connect)]) {
        let client = builder(&base_url).max_retries(0).build().unwrap();
        let error = client.chat().create(&request()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
        assert!(!format!("{error} {error:?} {client:?}").contains(KEY), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn models_embeddings_and_health() {
    let gateway = demo::start(demo::Options::default()).unwrap();
    let client = client(&gateway);
    assert!(client.models().list().await.unwrap().models().iter().any(|model| model.id() == "gpt-4"));
    let error = client.models().retrieve("meta/none").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Http, Some("resource_not_found")));
    let request = EmbeddingRequest::new("text-embedding-3-small", ["a b", "b a", "c"]);
    assert_eq!(client.embeddings().create(&request).await.unwrap().vectors().count(), 3);
    assert_eq!(client.health().await.unwrap().status(), Some("healthy"));
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_a_stream_and_leaves_no_connection() {
    let gate = Gate::new();
    let gateway = Gateway::start(Script::sequence([held(&gate), whole()])).unwrap();
    let client = client(&gateway);
    let mut stream = client.chat().stream(&request()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
    // Another call leaves an idle connection.
    client.chat().create(&request()).await.unwrap();
    let mut closing = Box::pin(client.close());
    assert!(futures_lite::future::poll_once(closing.as_mut()).await.is_none());
    let refused = client.chat().create(&request()).await.unwrap_err();
    assert_eq!((refused.kind(), refused.attempts()), (ErrorKind::Closed, 0));
    gate.open();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "two");
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    closing.await;
    assert!(stream.verdict().is_some());
    gateway.wait_for_open_connections(0);
    assert_eq!(gateway.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_abort_from_another_task_reaches_the_gateway() {
    let chunk = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "one");
    let streamed = Answer::event_stream().event(chunk).stall();
    let silent = Answer::event_stream().stall();
    let gateway = Gateway::start(Script::sequence([streamed, silent])).unwrap();
    let client = client(&gateway);
    let mut stream = client.chat().stream(&request()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
    let reading = tokio::spawn(async move { (stream.next().await.unwrap().unwrap_err(), stream) });
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.chat().create(&request()).await.unwrap_err() }
    });
    gateway.wait_for_requests(2);
    client.abort();
    let (error, stream) = reading.await.unwrap();
    for error in [error, waiting.await.unwrap()] {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Closed, 1), "{error}");
    }
    // The stream is still there; its connection is not.
    gateway.wait_for_open_connections(0);
    client.close().await;
    drop(stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_clone_closes_what_is_idle() {
    let gate = Gate::new();
    let gateway = Gateway::start(Script::sequence([whole(), held(&gate)])).unwrap();
    let client = client(&gateway);
    client.chat().create(&request()).await.unwrap();
    let clone = client.clone();
    drop(client);
    let mut stream = clone.chat().stream(&request()).await.unwrap();
    // A stream that is still read keeps what it needs, to its end.
    drop(clone);
    gate.open();
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.push_str(&chunk.unwrap().text());
    }
    assert_eq!(text, "onetwo");
    drop(stream);
    gateway.wait_for_open_connections(0);
    assert_eq!(gateway.violations(), [""; 0]);
}
