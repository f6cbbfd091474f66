//! What failed is asked again, after waits that grow.
//!
//! In Python: a loop with `await asyncio.sleep(2 ** attempt)`, or `AsyncChoreoAI(max_retries=...)`.
//!
//! The client does it: two retries unless told otherwise, after half a second and a whole one, less a little
//! chance so that not all come back at once. A server's `Retry-After` goes first. What cannot heal is not asked
//! again, nor what may have been answered: once a part of the answer has come, nothing is repeated.

use std::process::ExitCode;
use std::time::Duration;

use choreoai_examples::{Gateway, report};
use choreoai_smol::retry::Policy;
use choreoai_smol::{ChatRequest, Client, Observer, RetryInfo};

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;
    let policy = Policy {
        max_retries: 4,
        base: Duration::from_millis(100),
        cap: Duration::from_secs(5),
        ..Policy::default()
    };
    let settings = Client::builder().retry(policy).observer(Log);
    let client = gateway.client(settings)?; // in a service: builder().env().retry(...).build()?

    for model in ["flaky-model", "no-such-model"] {
        let request = ChatRequest::new(model).user("Hi");
        match client.chat().create(&request).await {
            Ok(answer) => {
                let requests = answer.response().map_or(0, |response| response.attempts());
                println!("{model}: answered, with {requests} requests");
            }
            Err(error) if error.is_retryable() => return Err(error.into()),
            Err(error) => println!("{model}: failed, with {} request: {error}", error.attempts()),
        }
    }
    Ok(())
}

/// Tells of each wait.
struct Log;

impl Observer for Log {
    fn retry(&self, retry: &RetryInfo<'_>) {
        println!("request {} failed, again in {:?}: {}", retry.error.attempts(), retry.wait, retry.error);
    }
}
