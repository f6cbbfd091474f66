//! Several answers at once, each shown while it is made, their pieces interleaved and labelled; on tokio.
//!
//! In Python: a task for each `async for`, and an `asyncio.Queue` to one that shows.
//!
//! A task reads each stream, and one place shows what all of them send. The channel is bounded: where showing is
//! slow, reading waits, and with it the server. If the receiver has gone, the task ends, and its stream with it.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_tokio::{ChatRequest, Client, Error};
use tokio::sync::mpsc::{self, Sender};
use tokio_stream::StreamExt;

type Piece = (&'static str, Result<String, Error>);

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = [("haiku", "Write a haiku"), ("joke", "Tell a joke"), ("fact", "Name a fact")];
    let (sender, mut pieces) = mpsc::channel(16);
    for (label, question) in questions {
        tokio::spawn(read(client.clone(), label, question, sender.clone()));
    }
    drop(sender); // the tasks have theirs: when they have ended, the channel is closed

    let mut lengths = questions.map(|(label, _)| (label, 0));
    while let Some((from, piece)) = pieces.recv().await {
        let piece = piece?;
        println!("[{from}] {piece:?}");
        for (_, length) in lengths.iter_mut().filter(|(label, _)| *label == from) {
            *length += piece.chars().count();
        }
    }
    for (label, length) in lengths {
        println!("{label}: {length} characters");
    }
    Ok(())
}

async fn read(client: Client, label: &'static str, question: &'static str, pieces: Sender<Piece>) {
    let request = ChatRequest::new("gpt-4").user(question);
    let mut answer = match client.chat().stream(&request).await {
        Ok(stream) => stream.text(),
        Err(error) => return drop(pieces.send((label, Err(error))).await),
    };
    while let Some(piece) = answer.next().await {
        if pieces.send((label, piece)).await.is_err() {
            break;
        }
    }
}
