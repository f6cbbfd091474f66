//! Throw-away certificates, good and bad.
//!
//! ```
//! use choreoai_testkit::{Answer, Gateway, tls::{Authority, Flaw}};
//!
//! let authority = Authority::new()?;
//! let gateway = Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(None)?)?;
//! let trusted = authority.pem(); // what the client is told to trust
//! assert!(gateway.base_url().starts_with("https://localhost:"));
//!
//! let expired = Gateway::start_tls(Answer::json(200, "{}"), &authority.identity(Some(Flaw::Expired))?)?;
//! # std::io::Result::Ok(())
//! ```

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

/// A certificate authority that nobody trusts unless told to.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// What is wrong with a certificate. For one from an authority that is not trusted, make a second [`Authority`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flaw {
    /// It is for `wrong.test`.
    WrongName,
    /// It ended with the year 2000.
    Expired,
    /// It was issued by whoever holds the authority's certificate for `wrong.test`, which is no CA's.
    IssuedByLeaf,
}

/// A certificate and its key, to serve with.
#[derive(Clone, Debug)]
pub struct Identity {
    config: Arc<ServerConfig>,
}

impl Authority {
    /// A new authority with a new key.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn new() -> io::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "a test authority");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;
        Ok(Self { issuer })
    }

    /// Its certificate, as PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for `localhost` and `127.0.0.1`, or a flawed one.
    ///
    /// # Errors
    /// If no key can be made or no certificate signed.
    pub fn identity(&self, flaw: Option<Flaw>) -> io::Result<Identity> {
        if flaw == Some(Flaw::IssuedByLeaf) {
            return self.identity_by_leaf();
        }
        let params = params(flaw)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        Identity::new(vec![leaf.der().clone()], &key)
    }

    fn identity_by_leaf(&self) -> io::Result<Identity> {
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let holder = CertifiedIssuer::signed_by(params(Some(Flaw::WrongName))?, key, &self.issuer);
        let holder = holder.map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let leaf = params(None)?.signed_by(&key, &holder).map_err(io::Error::other)?;
        Identity::new(vec![leaf.der().clone(), holder.der().clone()], &key)
    }
}

/// The certificate in a PEM, as DER: for clients that read no PEM.
///
/// # Errors
/// If there is none.
pub fn der(pem: &str) -> io::Result<Vec<u8>> {
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(io::Error::other)?;
    Ok(certificate.to_vec())
}

/// For `localhost` and `127.0.0.1`, or flawed.
fn params(flaw: Option<Flaw>) -> io::Result<CertificateParams> {
    let names = match flaw {
        Some(Flaw::WrongName) => vec!["wrong.test".to_owned()],
        Some(Flaw::Expired | Flaw::IssuedByLeaf) | None => {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned()]
        }
    };
    let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
    if flaw == Some(Flaw::Expired) {
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
        params.not_after = rcgen::date_time_ymd(2000, 12, 31);
    }
    Ok(params)
}

impl Identity {
    /// A certificate that is its own CA, as `openssl req -x509` makes them, and its PEM.
    ///
    /// # Errors
    /// If no key can be made or the certificate not signed.
    pub fn self_signed(flaw: Option<Flaw>) -> io::Result<(Self, String)> {
        let mut params = params(flaw)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        Ok((Self::new(vec![certificate.der().clone()], &key)?, certificate.pem()))
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> io::Result<Self> {
        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
        // Named, not the process's default: another part of the program may have installed another one.
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config) })
    }

    /// How rustls serves with it, for a server of one's own. ALPN offers `http/1.1`.
    #[must_use]
    pub fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Read, Write};
    use std::net::TcpStream;

    use rustls::pki_types::ServerName;
    use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    use super::*;
    use crate::{Answer, Gateway};

    fn connect(
        gateway: &Gateway,
        trusted: &Authority,
        name: &str,
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(trusted.pem().as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).unwrap();
        let tls = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(gateway.addr()).unwrap();
        stream.set_read_timeout(Some(crate::gateway::PATIENCE)).unwrap();
        StreamOwned::new(tls, stream)
    }

    #[test]
    fn answers_over_tls() {
        let authority = Authority::new().unwrap();
        let body = vec![b'x'; 100_000];
        let answer = Answer::new(200).body(body.clone()).close();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        for name in ["localhost", "127.0.0.1"] {
            let mut stream = connect(&gateway, &authority, name);
            // Longer than a record.
            let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
            stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
            let mut text = Vec::new();
            stream.read_to_end(&mut text).unwrap();
            assert!(text.starts_with(b"HTTP/1.1 200 OK\r\n") && text.ends_with(&body));
        }
        assert!(gateway.requests().iter().all(|request| request.body == body));
        assert_eq!(gateway.requests().len(), 2);
    }

    #[test]
    fn an_end_without_close_notify_is_told_apart() {
        let authority = Authority::new().unwrap();
        let answer = Answer::new(200).close_delimited().body("x").half_close();
        let gateway = Gateway::start_tls(answer, &authority.identity(None).unwrap()).unwrap();
        let mut stream = connect(&gateway, &authority, "localhost");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let error = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }

    #[test]
    fn flawed_certificates_are_refused_for_their_flaw() {
        let authority = Authority::new().unwrap();
        let stranger = Authority::new().unwrap();
        let refusal = |identity: Identity| {
            let gateway = Gateway::start_tls(Answer::json(200, "{}"), &identity).unwrap();
            let mut stream = connect(&gateway, &authority, "localhost");
            let error = stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap_err();
            assert!(gateway.requests().is_empty());
            match error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
                Some(rustls::Error::InvalidCertificate(error)) => error.clone(),
                other => panic!("{other:?}"),
            }
        };
        let wrong_name = refusal(authority.identity(Some(Flaw::WrongName)).unwrap());
        assert!(matches!(wrong_name, CertificateError::NotValidForNameContext { .. }), "{wrong_name:?}");
        let expired = refusal(authority.identity(Some(Flaw::Expired)).unwrap());
        assert!(matches!(expired, CertificateError::ExpiredContext { .. }), "{expired:?}");
        let by_leaf = refusal(authority.identity(Some(Flaw::IssuedByLeaf)).unwrap());
        assert!(matches!(by_leaf, CertificateError::Other(_)), "{by_leaf:?}"); // that it is no CA has no name here
        // Both authorities bear the same name, so the signature is what fails.
        let unknown = refusal(stranger.identity(None).unwrap());
        assert!(
            matches!(unknown, CertificateError::UnknownIssuer | CertificateError::BadSignature),
            "{unknown:?}"
        );
    }
}
