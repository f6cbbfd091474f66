//! How long the server does not know that a stream was dropped, over loopback: from the drop until it has seen the close.
//!
//! ```sh
//! cargo bench -p choreoai-smol --bench cancel
//! ```

use std::time::{Duration, Instant};

use choreoai_smol::{ChatRequest, Client, Error, SmolTimer, TransportBuilder};
use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, Outcome};
use futures_lite::future::block_on;

const ROUNDS: usize = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` runs this too, and measures nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let gateway = Gateway::start(stalling())?;
    report("http", measure(&gateway, TransportBuilder::new())?);
    #[cfg(feature = "rustls")]
    {
        let authority = choreoai_testkit::tls::Authority::new()?;
        let gateway = Gateway::start_tls(stalling(), &authority.identity(None)?)?;
        report("https", measure(&gateway, TransportBuilder::new().ca_pem(authority.pem()))?);
    }
    Ok(())
}

/// An answer that begins and never ends.
fn stalling() -> Answer {
    Answer::event_stream().event(Chunks::new(Dialect::Gateway, "gpt-4").content(0, "Hi")).stall()
}

fn measure(gateway: &Gateway, transport: TransportBuilder) -> Result<Vec<Duration>, Error> {
    let client = Client::builder_with(transport.build()?, SmolTimer::default())
        .base_url(gateway.base_url())
        .api_key("any")
        .build()?;
    let request = ChatRequest::new("gpt-4").user("Hi");
    (0..ROUNDS)
        .map(|round| {
            let stream = block_on(client.chat().stream(&request))?;
            let started = Instant::now();
            drop(stream);
            let outcome = gateway.wait_for_outcome(round);
            let took = started.elapsed();
            assert_eq!(outcome, Outcome::PeerClosed);
            Ok(took)
        })
        .collect()
}

fn report(scheme: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
    println!("{scheme}: median {:?}, 99% {:?}, worst {:?} of {ROUNDS}", at(50), at(99), at(100));
}
