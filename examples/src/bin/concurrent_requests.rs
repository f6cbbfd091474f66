//! Any number of questions at once, on the task that asks them: nothing is spawned.
//!
//! In Python: `await asyncio.gather(*calls)`.
//!
//! `try_join` is for all or nothing: the first error ends it, and cancels the others at the server. `join`
//! waits for each, whatever becomes of the others. Both give the results in the order of the questions. Futures
//! that are joined need be neither `Send` nor `'static`, so they may borrow the client; for work on other
//! threads, see `spawned_tasks`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};
use futures_concurrency::future::{Join, TryJoin};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let questions = ["What is a future?", "What is a waker?", "What is an executor?"];
    for (question, answer) in questions.iter().zip(all_or_nothing(&client, &questions).await?) {
        println!("{question}\n{answer}\n");
    }

    let models = ["gpt-4", "no-such-model", "claude-3-5-sonnet"];
    for (model, answer) in models.iter().zip(each_model(&client, &models, "What is a pin?").await) {
        match answer {
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

async fn each_model(client: &Client, models: &[&str], question: &str) -> Vec<Result<String, Error>> {
    let calls: Vec<_> = models.iter().map(|model| ask(client, model, question)).collect();
    calls.join().await
}

async fn ask(client: &Client, model: &str, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new(model).system("Be brief.").user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}
