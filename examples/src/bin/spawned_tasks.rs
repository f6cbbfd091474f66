//! A task for each question, on the executor's threads.
//!
//! In Python: `asyncio.create_task(...)`, awaited later.
//!
//! For calls that go on while this task does something else. A task takes a clone of the client: clones are
//! cheap and share connections and limits. A `Task` that is dropped is cancelled, at the server too; `detach`
//! lets it run by itself.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use smol::Task;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = ["What is a future?", "What is a waker?", "What is an executor?"];
    let tasks = questions.map(|question| spawn(&client, question));
    println!("{} tasks have been spawned", tasks.len());

    for (question, task) in questions.iter().zip(tasks) {
        println!("{question}\n{}\n", task.await?);
    }
    Ok(())
}

fn spawn(client: &Client, question: &'static str) -> Task<Result<String, Error>> {
    let client = client.clone();
    smol::spawn(async move {
        let request = ChatRequest::new("gpt-4").system("Be brief.").user(question);
        Ok(client.chat().create(&request).await?.text().to_owned())
    })
}
