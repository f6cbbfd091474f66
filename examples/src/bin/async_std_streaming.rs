//! An answer that is shown while it is made; on async-std.
//!
//! In Python: `async for chunk in await client.chat.completions.create(..., stream=True)`.
//!
//! The stream is one of async-std's own kind, with all that `async_std::stream::StreamExt` has. Dropped, it is
//! cancelled at the server.

use std::error::Error;
use std::process::ExitCode;

use async_std::io::{WriteExt, stdout};
use async_std::stream::StreamExt;
use choreoai_async_std::{ChatRequest, Client};
use choreoai_examples::{Gateway, report};

#[async_std::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust").include_usage(true);
    let mut stream = client.chat().stream(&request).await?;
    let mut tokens = None;
    let mut output = stdout();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?; // what came before an error has been shown
        output.write_all(chunk.text().as_bytes()).await?;
        output.flush().await?;
        tokens = chunk.usage().and_then(|usage| usage.total_tokens()).or(tokens);
    }
    println!();
    if let Some(tokens) = tokens {
        println!("({tokens} tokens)");
    }
    Ok(())
}
