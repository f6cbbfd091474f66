//! Several answers at once, each shown while it is made, their pieces interleaved and labelled.
//!
//! In Python: `asyncio.gather` of functions with an `async for` each.
//!
//! For a page that asks several models, or one thread that serves many people. All run on the task that joins
//! them; thousands do.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_concurrency::future::TryJoin;
use futures_lite::StreamExt;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = [("haiku", "Write a haiku"), ("joke", "Tell a joke"), ("fact", "Name a fact")];
    let streams: Vec<_> = questions.iter().map(|(label, question)| show(&client, label, question)).collect();
    let lengths = streams.try_join().await?;

    for ((label, _), length) in questions.iter().zip(lengths) {
        println!("{label}: {length} characters");
    }
    Ok(())
}

/// Shows the pieces of an answer as they arrive, a line for each, and tells how long it was.
async fn show(client: &Client, label: &str, question: &str) -> Result<usize, Error> {
    let request = ChatRequest::new("gpt-4").user(question);
    let mut pieces = client.chat().stream(&request).await?.text();
    let mut length = 0;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        println!("[{label}] {piece:?}");
        length += piece.chars().count();
    }
    Ok(length)
}
