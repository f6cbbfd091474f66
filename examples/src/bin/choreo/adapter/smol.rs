//! smol.

pub(super) use choreoai_smol::ClientBuilder;
use choreoai_smol::{Client, TransportBuilder};
pub(super) use futures_lite::future::block_on;

use crate::cli::ServerArgs;
use crate::failure::Failure;

pub(super) fn builder(server: &ServerArgs) -> Result<ClientBuilder, Failure> {
    let mut transport = TransportBuilder::new();
    if let Some(pem) = &server.ca_file {
        transport = transport.ca_pem(&*pem.0);
    }
    Ok(Client::builder().transport(transport.build().map_err(super::bad_ca)?))
}
