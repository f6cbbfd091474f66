//! How rustls is set up.

use std::sync::Arc;

use futures_rustls::rustls::client::WebPkiServerVerifier;
use futures_rustls::rustls::client::danger::ServerCertVerifier;
use futures_rustls::rustls::crypto::{CryptoProvider, ring};
use futures_rustls::rustls::pki_types::CertificateDer;
use futures_rustls::rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::{ClientConfig, RootCertStore};

use super::own_roots::OwnRoots;
use crate::{TransportError, TransportErrorKind};

/// TLS 1.2 and 1.3 by rustls with `ring`, named explicitly: the process-wide default provider is neither read nor set.
/// For an HTTP library that makes its own connections; no ALPN protocol is set.
///
/// With `ca_pem`, the certificates in it are trusted, and nothing else: the platform's roots are neither used nor needed. A
/// server may present a certificate that one of them has issued, or one of them itself (one that signed itself, for
/// instance). Without, what the platform trusts is trusted.
///
/// # Errors
///
/// [`TransportErrorKind::Tls`] when `ca_pem` holds no certificate or a malformed one, or when the platform has no roots.
pub fn tls_config(ca_pem: Option<&[u8]>) -> Result<ClientConfig, TransportError> {
    let provider = Arc::new(ring::default_provider());
    let verifier: Arc<dyn ServerCertVerifier> = match ca_pem {
        Some(pem) => Arc::new(own_roots(pem, &provider)?),
        None => Arc::new(platform_roots(&provider)?),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            TransportError::new(TransportErrorKind::Tls, "TLS cannot be set up").with_source(error)
        })?
        // Not dangerous: the platform's verifier, or rustls' own but for what `OwnRoots` tells.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

fn own_roots(pem: &[u8], provider: &Arc<CryptoProvider>) -> Result<OwnRoots, TransportError> {
    let mut roots = RootCertStore::empty();
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| bad_ca("is not valid PEM", error))?;
        roots.add(certificate.clone()).map_err(|error| bad_ca("holds a malformed certificate", error))?;
        certificates.push(certificate);
    }
    if roots.is_empty() {
        return Err(TransportError::new(
            TransportErrorKind::Tls,
            "the CA file holds no certificate: it must be PEM, with `-----BEGIN CERTIFICATE-----`",
        ));
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
        .build()
        .map_err(|error| bad_ca("cannot be used", error))?;
    Ok(OwnRoots::new(chain, certificates))
}

fn platform_roots(
    provider: &Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, TransportError> {
    rustls_platform_verifier::Verifier::new(Arc::clone(provider)).map_err(|error| {
        let context = "this machine has no trusted root certificates: install them (on Debian the package \
                       ca-certificates) or give the gateway's CA (--ca-file)";
        TransportError::new(TransportErrorKind::Tls, context).with_source(error)
    })
}

fn bad_ca(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, format!("the CA file {what}")).with_source(error)
}
