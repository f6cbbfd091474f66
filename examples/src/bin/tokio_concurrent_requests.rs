//! Any number of questions at once, a task for each; on tokio.
//!
//! In Python: `async with asyncio.TaskGroup() as group`, and `asyncio.gather`.
//!
//! A `JoinSet` that is dropped aborts its tasks, and with them their calls at the server: the first error ends it
//! all. A task takes a clone of the client; clones share its connections and limits. `tokio::join!` is for a few
//! calls that are known beforehand: they stay on this task, may borrow, and none minds the failure of another.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_tokio::{ChatRequest, Client, Error};
use tokio::task::JoinSet;

#[tokio::main]
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

    let [first, second, third] = ["gpt-4", "no-such-model", "claude-3-5-sonnet"];
    let question = "What is a pin?";
    let answers = tokio::join!(
        ask(&client, first, question),
        ask(&client, second, question),
        ask(&client, third, question)
    );
    for (model, answer) in [(first, answers.0), (second, answers.1), (third, answers.2)] {
        match answer {
            Ok(answer) => println!("{model}:\n{answer}\n"),
            Err(error) => println!("{model} failed: {error}\n"),
        }
    }
    Ok(())
}

/// The answers in the order of their questions.
async fn all_or_nothing(
    client: &Client,
    questions: &[&'static str],
) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut calls = JoinSet::new();
    for (place, &question) in questions.iter().enumerate() {
        let client = client.clone();
        calls.spawn(async move { (place, ask(&client, "gpt-4", question).await) });
    }
    let mut answers = vec![String::new(); questions.len()];
    while let Some(call) = calls.join_next().await {
        let (place, answer) = call?;
        answers[place] = answer?;
    }
    Ok(answers)
}

async fn ask(client: &Client, model: &str, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new(model).system("Be brief.").user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}
