//! Another model, when the first one cannot answer.
//!
//! In Python: `for model in models: try: ... except APIError: continue`.
//!
//! The next model is asked when an error may not concern it (its provider is down, its quota used up, it does
//! not exist), and only while nothing of an answer has come. A wrong key or a malformed request ends it at
//! once.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, FallbackError};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?

    println!("{}", ask(&client, "Write a haiku about Rust").await?);
    Ok(())
}

async fn ask(client: &Client, question: &str) -> Result<String, FallbackError> {
    let models = client.chat().fallback(["no-such-model", "claude-3-5-sonnet", "gemini-2.0-flash"]);
    let models = models.total_timeout(Duration::from_secs(60)); // for all of them together

    let request = ChatRequest::new("spent-model").user(question); // the one to be asked first
    let answer = models.create(&request).await?;
    for failure in answer.failures() {
        println!("{failure}");
    }
    println!("answered by {}:", answer.asked_model());
    Ok(answer.text().to_owned())
}
