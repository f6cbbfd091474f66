//! Several answers at once, each shown while it is made, their pieces interleaved and labelled; on async-std.
//!
//! In Python: `aiostream.stream.merge` of the answers, and one `async for`.
//!
//! The streams are merged into one of labelled pieces, and read by one task. What has arrived on any of them comes
//! next, so that none waits for another.

use std::process::ExitCode;

use async_std::stream::{Stream, StreamExt};
use choreoai_async_std::{ChatRequest, Client, Error};
use choreoai_examples::{Gateway, report};
use futures_concurrency::future::TryJoin;
use futures_concurrency::stream::Merge;

#[async_std::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = [("haiku", "Write a haiku"), ("joke", "Tell a joke"), ("fact", "Name a fact")];
    let answers: Vec<_> =
        questions.iter().enumerate().map(|(place, (_, question))| begin(&client, place, question)).collect();
    let mut pieces = answers.try_join().await?.merge();

    let mut lengths = questions.map(|_| 0);
    while let Some((place, piece)) = pieces.next().await {
        let (label, piece) = (questions[place].0, piece?);
        println!("[{label}] {piece:?}");
        lengths[place] += piece.chars().count();
    }
    for ((label, _), length) in questions.iter().zip(lengths) {
        println!("{label}: {length} characters");
    }
    Ok(())
}

/// The pieces of an answer, each with the place of its question.
async fn begin(
    client: &Client,
    place: usize,
    question: &str,
) -> Result<impl Stream<Item = (usize, Result<String, Error>)> + use<>, Error> {
    let request = ChatRequest::new("gpt-4").user(question);
    Ok(client.chat().stream(&request).await?.text().map(move |piece| (place, piece)))
}
