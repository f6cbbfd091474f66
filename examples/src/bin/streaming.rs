//! An answer that is shown while it is made.
//!
//! In Python: `async for chunk in await client.chat.completions.create(..., stream=True)`.
//!
//! For people who wait: the first words are there long before the last. A stream that is dropped is cancelled
//! at the server.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client};
use futures_lite::StreamExt;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust").include_usage(true);
    let mut stream = client.chat().stream(&request).await?;
    let mut tokens = None;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?; // what came before an error has been shown
        print!("{}", chunk.text());
        io::stdout().flush()?;
        tokens = chunk.usage().and_then(|usage| usage.total_tokens()).or(tokens);
    }
    println!();
    if let Some(tokens) = tokens {
        println!("({tokens} tokens)");
    }
    Ok(())
}
