//! Closing a client over real sockets, and what the gateway sees of it.

use std::thread;

use choreoai_smol::{ChatRequest, Client, ErrorKind};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script};
use futures_lite::future::{block_on, poll_once};
use futures_lite::{StreamExt, pin};

fn client(gateway: &Gateway) -> Client {
    Client::builder().base_url(gateway.base_url()).api_key("k").build().unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Say it")
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

fn whole() -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::event_stream().event(chunks.content(0, "whole")).event(chunks.finish(0, "stop")).done()
}

#[test]
fn closing_waits_for_a_stream_and_leaves_no_connection() {
    let gate = Gate::new();
    let gateway = Gateway::start(Script::sequence([held(&gate), whole()])).unwrap();
    let client = client(&gateway);
    block_on(async {
        let mut stream = client.chat().stream(&request()).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap().text(), "one");
        // Another call leaves an idle connection.
        assert_eq!(client.chat().create(&request()).await.unwrap().text(), "whole");
        {
            let closing = client.close();
            pin!(closing);
            assert!(poll_once(closing.as_mut()).await.is_none());
            let refused = client.chat().create(&request()).await.unwrap_err();
            assert_eq!((refused.kind(), refused.attempts()), (ErrorKind::Closed, 0));
            gate.open();
            assert_eq!(stream.next().await.unwrap().unwrap().text(), "two");
            while let Some(chunk) = stream.next().await {
                chunk.unwrap();
            }
            closing.await;
        }
        assert!(stream.verdict().is_some());
    });
    gateway.wait_for_open_connections(0);
    assert_eq!(gateway.requests().len(), 2);
    assert_eq!(gateway.violations(), [""; 0]);
}

#[test]
fn an_abort_from_another_thread_reaches_the_gateway() {
    let chunk = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "one");
    let streamed = Answer::event_stream().event(chunk).stall();
    let silent = Answer::event_stream().stall();
    let gateway = Gateway::start(Script::sequence([streamed, silent])).unwrap();
    let client = client(&gateway);
    let mut stream = block_on(client.chat().stream(&request())).unwrap();
    assert_eq!(block_on(stream.next()).unwrap().unwrap().text(), "one");
    thread::scope(|scope| {
        let reading = scope.spawn(|| block_on(stream.next()).unwrap().unwrap_err());
        let waiting = scope.spawn(|| block_on(client.chat().create(&request())).unwrap_err());
        gateway.wait_for_requests(2);
        client.abort();
        for thread in [reading, waiting] {
            let error = thread.join().unwrap();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Closed, 1), "{error}");
        }
    });
    // The stream is still there; its connection is not.
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
    assert_eq!(gateway.wait_for_outcome(1), Outcome::PeerClosed);
    gateway.wait_for_open_connections(0);
    block_on(client.close());
    drop(stream);
}

#[test]
fn the_last_clone_closes_what_is_idle() {
    let gate = Gate::new();
    let gateway = Gateway::start(Script::sequence([whole(), held(&gate), whole()])).unwrap();
    let client = client(&gateway);
    block_on(client.chat().create(&request())).unwrap();
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
    let clone = client.clone();
    drop(client);
    let mut stream = block_on(clone.chat().stream(&request())).unwrap();
    assert_eq!(gateway.requests()[1].connection, 0, "one of two clones does not");
    block_on(clone.chat().create(&request())).unwrap();
    assert_eq!(gateway.open_connections(), 2);
    // A stream that is still read keeps what it needs, to its end.
    drop(clone);
    gate.open();
    let mut text = String::new();
    while let Some(chunk) = block_on(stream.next()) {
        text.push_str(&chunk.unwrap().text());
    }
    assert_eq!(text, "onetwo");
    drop(stream);
    gateway.wait_for_open_connections(0);
    assert_eq!(gateway.violations(), [""; 0]);
}
