//! What to do about an error, by its class.
//!
//! In Python: `except RateLimitError`, `except AuthenticationError`, and so on.
//!
//! There is one error type. Printed, it is a line for a person; a program matches on [`ErrorClass`], which says
//! what an error means wherever it came from: a status, an error within an answer, the network.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error, ErrorClass};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let settings = Client::builder().max_retries(0).total_timeout(Duration::from_secs(1)); // to fail soon
    let client = gateway.client(settings)?; // in a service: Client::from_env()?

    let ask = |model: &str| ChatRequest::new(model).user("Hi");
    for request in [
        ask("gpt-4"),
        ask("gpt-4").temperature(9.0),
        ask("no-such-model"),
        ask("forbidden-model"),
        ask("spent-model"),
        ask("busy-model"),
        ask("broken-model"),
        ask("silent-model"),
        ask("gpt-4").user("How is a diamond cut?"), // the embedded gateway cuts the answer
    ] {
        tell(&client, &request).await;
    }

    let nobody_listens =
        Client::builder().max_retries(0).base_url("http://127.0.0.1:1").without_key().build()?;
    tell(&nobody_listens, &ask("gpt-4")).await;
    Ok(())
}

async fn tell(client: &Client, request: &ChatRequest) {
    match client.chat().create(request).await {
        Ok(answer) => println!("answered: {}", answer.text()),
        Err(error) => println!("{}: {}\n    {error}", error.class().as_str(), what_to_do(&error)),
    }
}

fn what_to_do(error: &Error) -> String {
    match error.class() {
        ErrorClass::Authentication | ErrorClass::Permission => "use another key".to_owned(),
        ErrorClass::InvalidRequest => format!("mend the request ({} were sent)", error.attempts()),
        ErrorClass::NotFound => "ask another model".to_owned(),
        ErrorClass::Quota => "tell whoever pays".to_owned(),
        ErrorClass::RateLimit => {
            format!("ask again in {:?}", error.retry_after().unwrap_or(Duration::from_secs(1)))
        }
        ErrorClass::Provider | ErrorClass::Server => "ask another model, or later".to_owned(),
        ErrorClass::Timeout => "allow more time, or ask for less".to_owned(),
        ErrorClass::Connection => "check the network and the base URL".to_owned(),
        ErrorClass::Truncated => match error.partial() {
            Some(part) => format!("make do with {:?}", part.text()),
            None => "ask again".to_owned(),
        },
        _ => "tell the operators".to_owned(),
    }
}
