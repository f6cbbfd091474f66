//! At most five of twenty calls at once.
//!
//! In Python: `asyncio.Semaphore(5)` and `async with semaphore:`.
//!
//! A semaphore bounds one batch: the rest of the program is not slowed down. The client's own
//! `max_concurrent_calls` bounds all that it and its clones do, which is what a gateway's limit is about.
//! Nothing has to be remembered for it at the places that call; a stream counts until its end; retries keep
//! their place; and the wait is part of the total timeout. For so many requests in a minute there is
//! `max_requests`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, InFlight, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_concurrency::future::TryJoin;
use smol::lock::Semaphore;

const CALLS: usize = 20;
const AT_ONCE: usize = 5;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;

    let in_flight = InFlight::default();
    let client = gateway.client(Client::builder().observer(in_flight.clone()))?;
    let answers = by_semaphore(&client).await?;
    println!("semaphore: {} answers, at most {} in flight", answers.len(), in_flight.highest());

    let in_flight = InFlight::default();
    let settings = Client::builder().observer(in_flight.clone()).max_concurrent_calls(AT_ONCE);
    let client = gateway.client(settings)?;
    let answers = by_client(&client).await?;
    println!("max_concurrent_calls: {} answers, at most {} in flight", answers.len(), in_flight.highest());
    Ok(())
}

async fn by_semaphore(client: &Client) -> Result<Vec<String>, Error> {
    let semaphore = &Semaphore::new(AT_ONCE);
    let call = |number| async move {
        let _permit = semaphore.acquire().await;
        ask(client, number).await
    };
    (0..CALLS).map(call).collect::<Vec<_>>().try_join().await
}

async fn by_client(client: &Client) -> Result<Vec<String>, Error> {
    (0..CALLS).map(|number| ask(client, number)).collect::<Vec<_>>().try_join().await
}

async fn ask(client: &Client, number: usize) -> Result<String, Error> {
    let request = ChatRequest::new("gpt-4").user(format!("Question {number}"));
    Ok(client.chat().create(&request).await?.text().to_owned())
}
