//! Any number of questions at once; on async-std.
//!
//! In Python: `await asyncio.gather(*calls)`.
//!
//! `try_join` keeps the calls on this task, and its first error cancels the others at the server. A task of each
//! runs on async-std's threads; it takes a clone of the client, and clones share connections and limits. Beware:
//! a `JoinHandle` that is dropped lets its task run on. To end it, and its call, there is `cancel`.

use std::process::ExitCode;

use async_std::task::{self, JoinHandle};
use choreoai_async_std::{ChatRequest, Client, Error};
use choreoai_examples::{Gateway, report};
use futures_concurrency::future::TryJoin;

#[async_std::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = ["What is a future?", "What is a waker?", "What is an executor?"];
    for (question, answer) in questions.iter().zip(all_or_nothing(&client, &questions).await?) {
        println!("{question}\n{answer}\n");
    }

    let models = ["gpt-4", "no-such-model", "claude-3-5-sonnet"];
    let calls = models.map(|model| spawn(&client, model, "What is a pin?"));
    for (model, call) in models.iter().zip(calls) {
        match call.await {
            Ok(answer) => println!("{model}:\n{answer}\n"),
            Err(error) => println!("{model} failed: {error}\n"),
        }
    }
    Ok(())
}

async fn all_or_nothing(client: &Client, questions: &[&str]) -> Result<Vec<String>, Error> {
    let calls: Vec<_> = questions.iter().map(|question| ask(client, "gpt-4", question)).collect();
    calls.try_join().await
}

fn spawn(client: &Client, model: &'static str, question: &'static str) -> JoinHandle<Result<String, Error>> {
    let client = client.clone();
    task::spawn(async move { ask(&client, model, question).await })
}

async fn ask(client: &Client, model: &str, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new(model).system("Be brief.").user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}
