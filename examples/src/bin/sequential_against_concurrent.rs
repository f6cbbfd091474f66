//! Requests one after the other, the same at once, and a thousand streams; all on one thread.
//!
//! In Python: a `for` loop of `await`s, against `asyncio.gather`.
//!
//! A call spends its time waiting for the model. Calls that wait together take as long as the slowest of them. Run
//! it by `--release` to see what the client itself takes: `sequential_against_concurrent picture.svg` draws it.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use choreoai_examples::timeline::{Span, Timeline, draw};
use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use clap::Parser;
use futures_concurrency::future::TryJoin;

#[derive(Parser)]
struct Args {
    /// Draw when each call ran, to this SVG file
    picture: Option<PathBuf>,
    /// After so many milliseconds the embedded gateway begins an answer
    #[arg(long, default_value_t = 300)]
    latency: u64,
    #[arg(long, default_value_t = 10)]
    requests: usize,
    #[arg(long, default_value_t = 1000)]
    streams: usize,
}

fn main() -> ExitCode {
    report(smol::block_on(run(Args::parse())))
}

async fn run(Args { picture, latency, requests, streams }: Args) -> Result<(), Box<dyn std::error::Error>> {
    rlimit::increase_nofile_limit(2 * streams as u64 + 64)?; // a socket here and one in the gateway for each
    let gateway = Gateway::slow(Duration::from_millis(latency))?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let (origin, mut spans) = (Instant::now(), Vec::new());
    for _ in 0..requests {
        spans.push(Span::of(ask(&client), origin).await?);
    }
    let sequential = Timeline::new(format!("{requests} requests, one after the other"), spans);
    println!("{sequential}");

    let origin = Instant::now();
    let calls: Vec<_> = (0..requests).map(|_| Span::of(ask(&client), origin)).collect();
    let concurrent = Timeline::new(format!("{requests} requests at once"), calls.try_join().await?);
    println!("{concurrent}");

    let origin = Instant::now();
    let calls: Vec<_> = (0..streams).map(|_| Span::of(stream(&client), origin)).collect();
    let streamed =
        Timeline::new(format!("{streams} streams at once, on one thread"), calls.try_join().await?);
    println!("{streamed}");

    let ratio = sequential.end().as_secs_f64() / concurrent.end().as_secs_f64();
    println!("At once it took 1/{ratio:.1} of the time.");
    if let Some(path) = picture {
        smol::fs::write(path, draw(&[sequential, concurrent, streamed])).await?;
    }
    Ok(())
}

async fn ask(client: &Client) -> Result<(), Error> {
    let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust");
    client.chat().create(&request).await.map(drop)
}

async fn stream(client: &Client) -> Result<(), Error> {
    let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust");
    client.chat().stream(&request).await?.collect_message().await.map(drop)
}
