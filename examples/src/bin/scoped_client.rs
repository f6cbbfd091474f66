//! A client that is closed at the end of its scope, however that ends.
//!
//! In Python: `async with AsyncChoreoAI() as client:`.
//!
//! For a job with a beginning and an end, and for the end of a service. Rust cannot wait when something is
//! dropped: the last clone of a client that is dropped closes its idle connections, but does not wait for calls
//! of other tasks. `close` does, and refuses new ones.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?
    let kept = client.clone();

    let task = scope(client, async |client| {
        let request = ChatRequest::new("gpt-4").user("Tell a story");
        let story = client.chat().stream(&request).await?; // has begun, and goes on in a task
        Ok::<_, Error>(smol::spawn(story.collect_message()))
    })
    .await?;

    println!("closed: {}, calls that run: {}", kept.is_closed(), kept.load().running);
    println!("{}", task.await?.text());
    let request = ChatRequest::new("gpt-4").user("Another one");
    if let Err(error) = kept.chat().create(&request).await {
        println!("{}: {error}", error.class().as_str());
    }
    Ok(())
}

/// Closes the client after the work, when the calls that it began on other tasks have ended.
async fn scope<O>(client: Client, work: impl AsyncFnOnce(&Client) -> O) -> O {
    let outcome = work(&client).await;
    client.close().await;
    outcome
}
