//! Several questions, one after the other, with one client.
//!
//! In Python: one `await` after the other.
//!
//! For questions that need the answer before them. Those that do not are answered sooner at once: see
//! `concurrent_requests`.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    let haiku = ask(&client, "Write a haiku about Rust").await?;
    println!("{haiku}\n");
    let translation = ask(&client, &format!("Translate into French: {haiku}")).await?;
    println!("{translation}\n");
    let title = ask(&client, &format!("Give a title to: {haiku}")).await?;
    println!("{title}");
    Ok(())
}

async fn ask(client: &Client, question: &str) -> Result<String, Error> {
    let request = ChatRequest::new("gpt-4").system("Be brief.").user(question);
    Ok(client.chat().create(&request).await?.text().to_owned())
}
