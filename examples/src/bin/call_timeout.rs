//! A call that takes too long is given up.
//!
//! In Python: `await asyncio.wait_for(call, timeout)`, or `AsyncChoreoAI(timeout=...)`.
//!
//! The client has four timeouts of its own, for connecting, for the first event, for pauses and for the whole
//! call; each is its own `ErrorKind`. Set them for all calls. For one call that has less time than others, race
//! it with a timer: what is dropped is cancelled at the server.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_lite::future;
use smol::Timer;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let settings = Client::builder().total_timeout(Duration::from_secs(2));
    let client = gateway.client(settings)?; // in a service: builder().env().total_timeout(...).build()?

    let slow = ChatRequest::new("silent-model").user("What is the answer to everything?");
    let quick = ChatRequest::new("gpt-4").user("What is the answer to this?");

    match client.chat().create(&slow).await {
        Ok(answer) => println!("in time: {}", answer.text()),
        Err(error) if error.is_timeout() => println!("{}: {error}", error.kind()),
        Err(error) => return Err(error.into()),
    }
    for request in [&slow, &quick] {
        match within(Duration::from_secs(1), client.chat().create(request)).await {
            Some(answer) => println!("in time: {}", answer?.text()),
            None => println!("not within a second"),
        }
    }
    Ok(())
}

/// `None`: the call did not end in time, and was dropped.
async fn within<O>(
    limit: Duration,
    call: impl Future<Output = Result<O, Error>>,
) -> Option<Result<O, Error>> {
    let late = async {
        Timer::after(limit).await;
        None
    };
    future::or(async { Some(call.await) }, late).await
}
