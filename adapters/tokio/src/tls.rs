//! How rustls is set up for reqwest.

use std::sync::{Arc, OnceLock};

use choreoai::{TransportError, TransportErrorKind, tls_config};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

/// The settings of TLS for clients that speak it.
#[derive(Default)]
pub(crate) struct Tls {
    /// Empty: the platform's roots, which have not been read yet.
    config: OnceLock<ClientConfig>,
}

impl Tls {
    /// Trusts the certificates in `pem`, and nothing else.
    pub(crate) fn with_ca_pem(pem: &[u8]) -> Result<Self, TransportError> {
        Ok(Self { config: OnceLock::from(with_alpn(tls_config(Some(pem))?)) })
    }

    /// A machine without roots is asked anew the next time.
    pub(crate) fn config(&self) -> Result<ClientConfig, TransportError> {
        if let Some(config) = self.config.get() {
            return Ok(config.clone());
        }
        let config = with_alpn(tls_config(None)?);
        Ok(self.config.get_or_init(|| config).clone())
    }

    /// Settings for a client that speaks `http` alone, which trust nobody: without any, reqwest would look for the
    /// process-wide default provider.
    pub(crate) fn unused() -> Result<ClientConfig, TransportError> {
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| {
                TransportError::new(TransportErrorKind::Tls, "TLS cannot be set up").with_source(error)
            })?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(config)
    }
}

/// In the order of preference.
fn with_alpn(mut config: ClientConfig) -> ClientConfig {
    let protocols: &[&[u8]] = if cfg!(feature = "http2") { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    config
}
