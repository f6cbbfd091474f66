//! All outcomes, answers and errors alike, in the order of the questions.
//!
//! In Python: `await asyncio.gather(*calls, return_exceptions=True)`.
//!
//! `join` gives a `Result` for each call, so that nothing has to be told apart by its type. Here those that
//! failed are asked again, of another model; to give up at the first error instead, use `try_join` (see
//! `concurrent_requests`).

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_concurrency::future::Join;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let calls = [("gpt-4", "Name a bird"), ("no-such-model", "Name a fish"), ("spent-model", "Name a tree")];
    let outcomes = calls.map(|(model, question)| ask(&client, model, question)).join().await;

    for ((model, question), outcome) in calls.iter().zip(&outcomes) {
        match outcome {
            Ok(answer) => println!("{question}: {answer}"),
            Err(error) => println!("{question}: {model} failed, {}: {error}", error.class().as_str()),
        }
    }

    let failed = calls.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_err());
    let again: Vec<_> = failed.map(|((_, question), _)| ask(&client, "gpt-4", question)).collect();
    println!(
        "{} of {} were answered, {} are asked again",
        calls.len() - again.len(),
        calls.len(),
        again.len()
    );
    for outcome in again.join().await {
        println!("{}", outcome?);
    }
    Ok(())
}

async fn ask(client: &Client, model: &str, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new(model).user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}
