//! One question, one answer; on async-std.
//!
//! In Python: `await client.chat.completions.create(...)`.
//!
//! For a service that stands on async-std, which is discontinued: a new one takes smol, as `single_request` does.

use std::error::Error;
use std::process::ExitCode;

use choreoai_async_std::{ChatRequest, Client};
use choreoai_examples::{Gateway, report};

#[async_std::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let request = ChatRequest::new("gpt-4").system("Be brief.").user("Write a haiku about Rust");
    let answer = client.chat().create(&request).await?;

    println!("{}", answer.text());
    if let Some(tokens) = answer.usage().and_then(|usage| usage.total_tokens()) {
        println!("({tokens} tokens)");
    }
    Ok(())
}
