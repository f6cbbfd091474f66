//! What to do about an error, by its class; on async-std.
//!
//! In Python: `except RateLimitError`, `except AuthenticationError`, and so on.
//!
//! The error is the same on each executor. It is `Send` and `'static`: a task may return it to whoever awaits its
//! handle. What `async_std::future::timeout` gives up is a `TimeoutError`: the client's own timeouts are of the
//! class `Timeout`.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_async_std::{ChatRequest, Client, Error, ErrorClass};
use choreoai_examples::{Gateway, report};

#[async_std::main]
async fn main() -> ExitCode {
    report(run().await)
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
