//! What a service does with a client.

use std::future::Future;
use std::thread;

use choreoai::{
    ChatRequest, Client, Conversation, EmbeddingRequest, Error, ErrorClass, Timer, ToolResult, Toolbox,
    Transport,
};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, demo};
use futures_lite::StreamExt;

/// How many streams are open at once.
pub(crate) const STREAMS: usize = 100;

/// The demonstration gateway, as fast as it can be.
pub(crate) fn demo_gateway() -> Gateway {
    let options = demo::Options { delay: std::time::Duration::ZERO, ..demo::Options::default() };
    demo::start(options).unwrap()
}

/// One call after the other, of every kind, against the demonstration gateway.
pub(crate) async fn calls<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
    let request = ChatRequest::new("gpt-4").user("Say hello");
    let whole = client.chat().create(&request).await?;
    assert!(whole.text().contains("Say hello"), "{}", whole.text());

    let mut stream = client.chat().stream(&request).await?;
    let mut streamed = String::new();
    while let Some(chunk) = stream.next().await {
        streamed.push_str(&chunk?.text());
    }
    assert_eq!(streamed, whole.text());

    let error = client.chat().create(&ChatRequest::new("gpt-4").user("Please cut")).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Truncated, "{error}");
    let mut broken = client.chat().stream(&ChatRequest::new("gpt-4").user("An error, please")).await?;
    let error = loop {
        match broken.next().await {
            Some(Ok(_)) => {}
            Some(Err(error)) => break error,
            None => panic!("it did not fail"),
        }
    };
    assert_eq!(error.class(), ErrorClass::Server, "{error}");

    // Left early, it is cancelled.
    let mut left = client.chat().stream(&request).await?;
    assert!(left.next().await.is_some());
    drop(left);

    let schema = r#"{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}"#;
    let toolbox = Toolbox::new().tool("weather", "The weather of a city", schema, weather);
    let mut conversation = Conversation::new("gpt-4");
    let answer = conversation.ask_with_tools(client, &toolbox, "A tool, please").await?;
    assert!(answer.text().contains("Sunny"), "{}", answer.text());

    assert!(client.models().list().await?.models().iter().any(|model| model.id() == "gpt-4"));
    let texts = EmbeddingRequest::new("text-embedding-3-small", ["one", "two"]);
    assert_eq!(client.embeddings().create(&texts).await?.into_vectors().len(), 2);
    assert!(client.health().await?.status().is_some());
    Ok(())
}

async fn weather(place: Place) -> ToolResult {
    Ok(format!("Sunny in {}", place.city))
}

#[derive(serde::Deserialize)]
struct Place {
    city: String,
}

/// A gateway whose streams go on once [`STREAMS`] of them are open.
pub(crate) fn patient_gateway() -> Gateway {
    let gate = Gate::new();
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let answer = Answer::event_stream()
        .event(chunks.content(0, "together, "))
        .gate(&gate)
        .event(chunks.content(0, "apart"))
        .event(chunks.finish(0, "stop"))
        .done();
    thread::spawn(move || {
        gate.wait_for_arrivals(STREAMS);
        gate.open();
    });
    Gateway::start(answer).unwrap()
}

/// A stream for each of [`STREAMS`] tasks. They are `Send` exactly where the transport and the timer are.
pub(crate) fn streams<T: Transport, R: Timer>(
    client: &Client<T, R>,
) -> Vec<impl Future<Output = Result<String, Error>> + use<T, R>> {
    let stream = || {
        let client = client.clone();
        async move {
            let request = ChatRequest::new("gpt-4").user("Hi");
            Ok(client.chat().stream(&request).await?.collect_message().await?.text().to_owned())
        }
    };
    std::iter::repeat_with(stream).take(STREAMS).collect()
}

/// A caller that is generic itself asks for `Send` where it needs it, and gets it.
#[expect(clippy::manual_async_fn, reason = "an `async fn` cannot promise `Send`")]
pub(crate) fn spawnable<T, R>(client: Client<T, R>) -> impl Future<Output = Result<(), Error>> + Send
where
    T: Transport<Body: Send, Sending: Send> + Send + Sync,
    R: Timer<Sleep: Send> + Send + Sync,
{
    async move { calls(&client).await }
}

#[track_caller]
pub(crate) fn check(gateway: &Gateway, answers: &[Result<String, Error>]) {
    assert_eq!(answers.len(), STREAMS);
    for answer in answers {
        assert_eq!(answer.as_deref().map_err(ToString::to_string), Ok("together, apart"));
    }
    assert_eq!(gateway.requests().len(), STREAMS);
    assert_eq!(gateway.violations(), [""; 0]);
}
