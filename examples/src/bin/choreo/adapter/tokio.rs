//! tokio.

use std::future::Future;

use ::tokio::runtime::Builder;
use choreoai::ErrorKind;
pub(super) use choreoai_tokio::ClientBuilder;
use choreoai_tokio::{Client, TransportBuilder};

use crate::cli::ServerArgs;
use crate::failure::{AnswerFailure, Failure};

/// Runs a job on a runtime of its own, on this thread.
pub(super) fn block_on<T>(job: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
        AnswerFailure::new(ErrorKind::Connect, format!("cannot start the runtime of tokio: {error}"))
    })?;
    runtime.block_on(job)
}

pub(super) fn builder(server: &ServerArgs) -> Result<ClientBuilder, Failure> {
    let mut transport = TransportBuilder::new();
    if let Some(pem) = &server.ca_file {
        transport = transport.ca_pem(&*pem.0);
    }
    Ok(Client::builder().transport(transport.build().map_err(super::bad_ca)?))
}
