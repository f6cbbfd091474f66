//! A call that takes too long is given up.
//!
//! In Python: `await asyncio.wait_for(call, timeout)`, or `AsyncChoreoAI(timeout=...)`.
//!
//! The client has four timeouts of its own, for connecting, for the first event, for pauses and for the whole
//! call; each is its own `ErrorKind`. Set them for all calls, and anew for those that have less time, or more. To
//! give up several calls together, or for another reason than time, race them: what is dropped is cancelled at the
//! server.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client};
use futures_concurrency::future::TryJoin;
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

    let chat = client.chat();
    let hurried = client.chat().total_timeout(Duration::from_millis(500));
    for chat in [&chat, &hurried] {
        match chat.create(&slow).await {
            Ok(answer) => println!("in time: {}", answer.text()),
            Err(error) if error.is_timeout() => println!("{}: {error}", error.kind()),
            Err(error) => return Err(error.into()),
        }
    }

    for pair in [[&quick, &slow], [&quick, &quick]] {
        let calls = pair.map(|request| chat.create(request)).try_join();
        match within(Duration::from_secs(1), calls).await {
            Some(answers) => println!("both in time: {}", answers?[1].text()),
            None => println!("not both within a second"),
        }
    }
    Ok(())
}

/// `None`: the calls did not end in time, and were dropped.
async fn within<O>(limit: Duration, calls: impl Future<Output = O>) -> Option<O> {
    let late = async {
        Timer::after(limit).await;
        None
    };
    future::or(async { Some(calls.await) }, late).await
}
