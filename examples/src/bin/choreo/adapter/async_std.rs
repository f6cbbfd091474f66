//! async-std.

pub(super) use ::async_std::task::block_on;
pub(super) use choreoai_async_std::ClientBuilder;
use choreoai_async_std::{Client, TransportBuilder};

use crate::cli::ServerArgs;
use crate::failure::Failure;

pub(super) fn builder(server: &ServerArgs) -> Result<ClientBuilder, Failure> {
    let mut transport = TransportBuilder::new();
    if let Some(pem) = &server.ca_file {
        transport = transport.ca_pem(&*pem.0);
    }
    Ok(Client::builder().transport(transport.build().map_err(super::bad_ca)?))
}
