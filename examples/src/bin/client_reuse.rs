//! One client for all calls, and what it saves: connections.
//!
//! In Python: one `AsyncChoreoAI()` for the service, rather than one in each function.
//!
//! A client keeps the connection of an answer that has been read to its end, and clones share it. A client that
//! is made for one call opens a connection for it, with all that TLS takes, and has no limit or rate in common
//! with the others.

use std::process::ExitCode;

use choreoai_examples::{Gateway, report};
use choreoai_smol::{ChatRequest, Client, Error};

const CALLS: usize = 10;

fn main() -> ExitCode {
    report(smol::block_on(run()))
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let gateway = Gateway::demo()?;

    let client = gateway.client(Client::builder())?; // in a service: Client::from_env()?
    for _ in 0..CALLS {
        ask(&client).await?;
    }
    let shared = gateway.connections();
    tell("one client", shared);

    for _ in 0..CALLS {
        let client = gateway.client(Client::builder())?; // not like this
        ask(&client).await?;
    }
    tell("a client for each call", gateway.connections().zip(shared).map(|(all, shared)| all - shared));
    Ok(())
}

async fn ask(client: &Client) -> Result<(), Error> {
    let request = ChatRequest::new("gpt-4").user("Hi");
    client.chat().create(&request).await.map(drop)
}

fn tell(who: &str, connections: Option<usize>) {
    match connections {
        Some(connections) => println!("{who}: {CALLS} answers, connections opened: {connections}"),
        None => println!("{who}: {CALLS} answers (only the embedded gateway counts connections)"),
    }
}
