//! Whole calls over real sockets, on async-std, against the scripted gateway, by both ways.

mod support;

use async_std::task::{self, block_on};
use choreoai_async_std::{AsyncStdTimer, AsyncStdTransport, ChatRequest, ChatStream, Client, ErrorKind};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script, demo};
use futures_lite::StreamExt as _;
use futures_lite::future::{poll_once, zip};
use support::both_ways;

fn clients(gateway: &Gateway) -> [Client; 2] {
    both_ways().map(|transport| client(gateway, transport))
}

fn client(gateway: &Gateway, transport: AsyncStdTransport) -> Client {
    let builder = Client::builder_with(transport, AsyncStdTimer::default()).base_url(gateway.base_url());
    builder.api_key("sk-secret-0123456789").build().unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Hi")
}

fn answer() -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::sse(chunks.text(&["Grüße, ", "\"Welt\" 🦀"], "stop"))
}

/// A stream that goes on when the gate is opened.
fn held(gate: &Gate) -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let begun = Answer::event_stream().event(chunks.content(0, "one")).gate(gate);
    begun.event(chunks.content(0, "two")).event(chunks.finish(0, "stop")).done()
}

#[test]
fn calls_share_a_connection() {
    for by_default in [true, false] {
        let gateway = Gateway::start(answer()).unwrap();
        let [through, around] = clients(&gateway);
        let client = if by_default { through } else { around };
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
}

#[test]
fn a_refusal_is_sent_again_and_then_told() {
    let overloaded = || {
        Answer::json(529, r#"{"error": {"message": "busy", "code": "service_overloaded"}}"#)
            .header("retry-after-ms", "1")
            .header("x-request-id", "req-1")
    };
    for way in 0..2 {
        let answers = [overloaded(), answer(), overloaded(), overloaded(), overloaded()];
        let gateway = Gateway::start(Script::sequence(answers)).unwrap();
        let client = &clients(&gateway)[way];
        block_on(async {
            assert_eq!(client.chat().create(&request()).await.unwrap().response().unwrap().attempts(), 2);
            let error = client.chat().create(&request()).await.unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Http, 3));
            assert_eq!(error.request_id(), Some("req-1"));
            assert_eq!(
                error.to_string(),
                "the gateway answered 529: busy (service_overloaded) (after 3 attempts)"
            );
        });
        assert_eq!(gateway.connections(), 1, "an error page leaves the connection usable");
    }
}

#[test]
fn a_hundred_streams_are_open_at_once() {
    const STREAMS: usize = 100;
    for way in 0..2 {
        let gate = Gate::new();
        let gateway = Gateway::start(held(&gate)).unwrap();
        let client = &clients(&gateway)[way];
        let tasks: Vec<_> = (0..STREAMS)
            .map(|_| {
                let client = client.clone();
                task::spawn(async move {
                    let mut stream: ChatStream = client.chat().stream(&request()).await?;
                    let mut text = String::new();
                    while let Some(chunk) = stream.next().await {
                        text.push_str(&chunk?.text());
                    }
                    Ok::<_, choreoai_async_std::Error>(text)
                })
            })
            .collect();
        gate.wait_for_arrivals(STREAMS);
        assert_eq!((gateway.connections(), gateway.open_connections()), (STREAMS, STREAMS));
        gate.open();
        for task in tasks {
            assert_eq!(block_on(task).unwrap(), "onetwo");
        }
        assert_eq!(gateway.violations(), [""; 0]);
        client.abort();
        gateway.wait_for_open_connections(0);
    }
}

#[test]
fn a_dropped_stream_cancels_at_the_gateway() {
    let chunk = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "one");
    let gateway = Gateway::start(Answer::event_stream().event(chunk).stall()).unwrap();
    for (request_number, client) in clients(&gateway).into_iter().enumerate() {
        let mut stream = block_on(client.chat().stream(&request())).unwrap();
        assert_eq!(block_on(stream.next()).unwrap().unwrap().text(), "one");
        drop(stream);
        assert_eq!(gateway.wait_for_outcome(request_number), Outcome::PeerClosed);
    }
}

#[test]
fn closing_waits_for_a_stream_and_leaves_no_connection() {
    for way in 0..2 {
        let gate = Gate::new();
        let gateway = Gateway::start(Script::sequence([held(&gate), answer()])).unwrap();
        let client = &clients(&gateway)[way];
        block_on(async {
            let mut stream = client.chat().stream(&request()).await.unwrap();
            assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
            // Another call leaves an idle connection.
            client.chat().create(&request()).await.unwrap();
            let mut closing = Box::pin(client.close());
            assert!(poll_once(closing.as_mut()).await.is_none());
            gate.open();
            let (rest, ()) = zip(stream.collect_message(), closing).await;
            assert_eq!(rest.unwrap().text(), "two");
        });
        gateway.wait_for_open_connections(0);
        assert_eq!((gateway.requests().len(), gateway.violations()), (2, vec![]));
    }
}

#[test]
fn models_and_embeddings() {
    use choreoai_async_std::EmbeddingRequest;

    let gateway = demo::start(demo::Options::default()).unwrap();
    for client in clients(&gateway) {
        block_on(async {
            assert!(client.models().list().await.unwrap().models().iter().any(|model| model.id() == "gpt-4"));
            let error = client.models().retrieve("none/").await.unwrap_err();
            assert_eq!(error.message(), "there is no model \"none/\" here");
            let request = EmbeddingRequest::new("text-embedding-3-small", ["one", "two"]);
            assert_eq!(client.embeddings().create(&request).await.unwrap().vectors().count(), 2);
            client.health().await.unwrap();
        });
    }
    assert_eq!((gateway.connections(), gateway.violations()), (2, vec![]));
}

#[test]
fn nobody_there_is_one_clear_line() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let lines = both_ways().map(|transport| {
        let builder = Client::builder().transport(transport).base_url(format!("http://{address}"));
        let client = builder.api_key("k").max_retries(0).build().unwrap();
        let error = block_on(client.chat().create(&request())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        error.to_string()
    });
    assert!(lines[0].starts_with(&format!("could not connect to {address}: ")), "{}", lines[0]);
    assert_eq!((lines[0].lines().count(), &lines[0]), (1, &lines[1]));
}
