//! The client over real sockets, driven by a bare `block_on`, against the scripted gateway.

use choreoai_smol::{ChatRequest, ChatStream, Client, ErrorKind};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome};
use futures_lite::StreamExt;
use futures_lite::future::block_on;

fn client(gateway: &Gateway) -> Client {
    Client::builder().base_url(gateway.base_url()).api_key("k").build().unwrap()
}

fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Say it")
}

#[test]
fn chunks_arrive_while_the_gateway_is_still_sending() {
    let gate = Gate::new();
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let answer = Answer::event_stream()
        .event(chunks.content(0, "Grüße, "))
        .gate(&gate)
        .event(chunks.content(0, "🦀"))
        .event(chunks.finish(0, "stop"))
        .done();
    let gateway = Gateway::start(answer).unwrap();
    let client = client(&gateway);
    block_on(async {
        let mut stream: ChatStream = client.chat().stream(&request()).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap().text(), "Grüße, ");
        gate.open();
        let mut rest = String::new();
        while let Some(chunk) = stream.next().await {
            rest.push_str(&chunk.unwrap().text());
        }
        assert_eq!(rest, "🦀");
    });
    assert_eq!(gateway.wait_for_outcome(0), Outcome::Complete);
    // The body's end came after `[DONE]`: the connection serves the next request none the less.
    assert_eq!(
        block_on(client.chat().stream(&request())).map(drop).map_err(|error| error.to_string()),
        Ok(())
    );
    gateway.wait_for_requests(2);
    assert_eq!(gateway.connections(), 1);
    assert_eq!(gateway.violations(), [""; 0]);
}

#[test]
fn a_dropped_stream_cancels_at_the_gateway() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let gateway = Gateway::start(Answer::event_stream().event(chunks.content(0, "one")).stall()).unwrap();
    let client = client(&gateway);
    let mut stream = block_on(client.chat().stream(&request())).unwrap();
    assert_eq!(block_on(stream.next()).unwrap().unwrap().text(), "one");
    drop(stream);
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[test]
fn nobody_there_is_one_clear_line() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let builder = Client::builder().base_url(format!("http://{address}")).api_key("k").max_retries(0);
    let error = block_on(builder.build().unwrap().chat().create(&request())).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("could not connect to {address}: ")) && text.lines().count() == 1,
        "{text}"
    );
}
