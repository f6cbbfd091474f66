//! One question, one answer; on tokio.
//!
//! In Python: `await client.chat.completions.create(...)`.
//!
//! For a program that needs the whole answer before it goes on. To show it as it is made, see `tokio_streaming`.

use std::error::Error;
use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_tokio::{ChatRequest, Client};

#[tokio::main]
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
