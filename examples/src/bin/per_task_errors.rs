//! One task fails, and the others do not mind: each deals with its own error.
//!
//! In Python: `try` and `except` within the function that `asyncio.gather` is given.
//!
//! For a page of independent parts, one of which may be missing. Where the caller is to decide about the errors
//! together, see `return_exceptions`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let parts = [("gpt-4", "Name a city"), ("no-such-model", "Name a river"), ("gpt-4", "Name a lake")];
    let tasks = parts.map(|(model, question)| smol::spawn(part(client.clone(), model, question)));

    let mut failures = 0;
    for ((_, question), task) in parts.iter().zip(tasks) {
        let part = task.await; // in the order of the questions, whichever came first
        failures += usize::from(part.is_none());
        println!("{question}: {}\n", part.as_deref().unwrap_or("(not available)"));
    }
    if failures == parts.len() {
        return Err("no part is available".into());
    }
    Ok(())
}

/// An answer, or `None` and a line in the log.
async fn part(client: Client, model: &str, question: &str) -> Option<String> {
    let request = ChatRequest::new(model).user(question);
    match client.chat().create(&request).await {
        Ok(answer) => Some(answer.text().to_owned()),
        Err(error) => {
            eprintln!("{question:?} was not answered: {error}");
            None
        }
    }
}
