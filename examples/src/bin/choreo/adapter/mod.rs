//! What carries the requests: the one place that knows of executors.

#[cfg(feature = "async-std")]
mod async_std;
mod smol;
#[cfg(feature = "tokio")]
mod tokio;

use std::fmt::Display;

use choreoai::{Client, ClientBuilder, Timer, Transport};
use clap::ValueEnum;

use crate::cli::ServerArgs;
use crate::failure::Failure;
use crate::server;

/// What carries a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Adapter {
    /// HTTP/1.1 on smol
    #[default]
    Smol,
    /// surf on async-std
    #[cfg(feature = "async-std")]
    AsyncStd,
    /// reqwest on tokio
    #[cfg(feature = "tokio")]
    Tokio,
}

/// What is done with a client, whatever it is made of.
pub(crate) trait Job {
    type Output;

    async fn run<T: Transport, R: Timer>(self, client: &Client<T, R>) -> Result<Self::Output, Failure>;
}

/// Does the job with the adapter that was chosen, on its executor.
pub(crate) fn run<J: Job>(server: &ServerArgs, job: J) -> Result<J::Output, Failure> {
    match server.adapter {
        Adapter::Smol => smol::block_on(with(server, smol::builder(server)?, job)),
        #[cfg(feature = "async-std")]
        Adapter::AsyncStd => async_std::block_on(with(server, async_std::builder(server)?, job)),
        #[cfg(feature = "tokio")]
        Adapter::Tokio => tokio::block_on(with(server, tokio::builder(server)?, job)),
    }
}

async fn with<T: Transport, R: Timer, J: Job>(
    server: &ServerArgs,
    builder: ClientBuilder<T, R>,
    job: J,
) -> Result<J::Output, Failure> {
    // The embedded gateway, if there is one, serves until the job is done.
    let (client, _gateway) = server::connect(server, builder)?;
    job.run(&client).await
}

/// A transport that cannot be made: only what was given to it can be at fault.
fn bad_ca(error: impl Display) -> Failure {
    server::refused(format!("--ca-file: {error}")).into()
}
