//! TLS as a connector that wraps a connector.

mod own_roots;

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::rustls::client::WebPkiServerVerifier;
use futures_rustls::rustls::client::danger::ServerCertVerifier;
use futures_rustls::rustls::crypto::{CryptoProvider, ring};
use futures_rustls::rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::pki_types::{CertificateDer, ServerName};
use futures_rustls::rustls::{self, CertificateError, ClientConfig, RootCertStore};
use futures_rustls::{TlsConnector, client};
use pin_project_lite::pin_project;

use self::own_roots::OwnRoots;
use crate::http1::{Connect, Proxy, Target};
use crate::{TransportError, TransportErrorKind};

/// Adds TLS to a connector: `https` targets are secured, `http` targets are left as they are.
///
/// TLS 1.2 and 1.3 by rustls with `ring`, named explicitly: the process-wide default provider is neither read nor
/// set. ALPN offers `http/1.1` only. The certificate must be valid for the host of the URL, be it a name or an address.
///
/// Clones share their configuration, its session cache included.
#[derive(Clone, Debug, Default)]
pub struct Tls<C> {
    connector: C,
    /// Empty: the platform's roots, read at the first `https` connection.
    config: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl<C> Tls<C> {
    /// Trusts what the platform trusts.
    ///
    /// The platform's roots are read at the first `https` connection, once and without yielding (some milliseconds
    /// on Linux). A machine without roots can speak `http`; an `https` connection fails there with
    /// [`TransportErrorKind::Tls`] and is tried anew the next time.
    pub fn new(connector: C) -> Self {
        Self { connector, config: Arc::default() }
    }

    /// Trusts the certificates in `pem`, and nothing else: the platform's roots are neither used nor needed. A server may
    /// present a certificate that one of them has issued, or one of them itself (one that signed itself, for instance).
    ///
    /// # Errors
    ///
    /// [`TransportErrorKind::Tls`] when `pem` holds no certificate or a malformed one.
    pub fn with_ca_pem(connector: C, pem: &[u8]) -> Result<Self, TransportError> {
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
        let provider = Arc::new(ring::default_provider());
        let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| bad_ca("cannot be used", error))?;
        let verifier = Arc::new(OwnRoots::new(chain, certificates));
        Ok(Self::with_config(connector, client_config(provider, verifier)?))
    }

    /// Uses `config` as it is: client certificates, other roots, another provider. Its ALPN protocols must be
    /// `http/1.1` or none.
    pub fn with_config(connector: C, config: Arc<ClientConfig>) -> Self {
        Self { connector, config: Arc::new(OnceLock::from(config)) }
    }

    fn config(&self) -> Result<Arc<ClientConfig>, TransportError> {
        if let Some(config) = self.config.get() {
            return Ok(Arc::clone(config));
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).map_err(|error| {
            let context = "this machine has no trusted root certificates: install them (on Debian the package \
                           ca-certificates) or give the gateway's CA (--ca-file)";
            TransportError::new(TransportErrorKind::Tls, context).with_source(error)
        })?;
        let config = client_config(provider, Arc::new(verifier))?;
        Ok(Arc::clone(self.config.get_or_init(|| config)))
    }
}

fn client_config(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> Result<Arc<ClientConfig>, TransportError> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            TransportError::new(TransportErrorKind::Tls, "TLS cannot be set up").with_source(error)
        })?
        // Not dangerous: the platform's verifier, or rustls' own but for what `OwnRoots` tells.
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn bad_ca(what: &str, error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::new(TransportErrorKind::Tls, format!("the CA file {what}")).with_source(error)
}

impl<C: Connect> Connect for Tls<C> {
    const HTTPS: bool = true;

    type Stream = MaybeTlsStream<C::Stream>;
    type Connecting = TlsConnecting<C>;

    fn connect(&self, target: &Target) -> Self::Connecting {
        let session = if target.is_https() {
            match self.session(target) {
                Ok(session) => Some(session),
                Err(error) => return TlsConnecting { state: State::Refused { error: Some(error) } },
            }
        } else {
            None
        };
        TlsConnecting { state: State::Connecting { connecting: self.connector.connect(target), session } }
    }

    fn proxy(&self, target: &Target) -> Option<&Proxy> {
        self.connector.proxy(target)
    }
}

impl<C> Tls<C> {
    fn session(&self, target: &Target) -> Result<Session, TransportError> {
        let name = ServerName::try_from(target.host().to_owned()).map_err(|error| {
            let context = format!("`{}` is no name that a certificate can hold", target.host());
            TransportError::new(TransportErrorKind::InvalidRequest, context).with_source(error)
        })?;
        Ok(Session { connector: self.config()?.into(), name, target: target.clone() })
    }
}

pin_project! {
    /// Connects, then shakes hands where the target asks for TLS.
    #[must_use = "futures do nothing unless polled"]
    pub struct TlsConnecting<C: Connect> {
        #[pin]
        state: State<C::Connecting, C::Stream>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, S> {
        Refused { error: Option<TransportError> },
        Connecting { #[pin] connecting: F, session: Option<Session> },
        // Boxed, so that a request over plain TCP is not as large as a TLS session.
        Handshaking { handshake: Box<futures_rustls::Connect<S>>, target: Target },
    }
}

/// What the handshake needs once there is a stream.
struct Session {
    connector: TlsConnector,
    name: ServerName<'static>,
    target: Target,
}

impl<C: Connect> Future for TlsConnecting<C> {
    type Output = Result<MaybeTlsStream<C::Stream>, TransportError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Refused { error } => match error.take() {
                    Some(error) => return Poll::Ready(Err(error)),
                    None => return Poll::Pending,
                },
                StateProjection::Connecting { connecting, session } => {
                    let stream = ready!(connecting.poll(cx))?;
                    let Some(Session { connector, name, target }) = session.take() else {
                        return Poll::Ready(Ok(MaybeTlsStream::Plain(stream)));
                    };
                    let handshake = Box::new(connector.connect(name, stream));
                    state.set(State::Handshaking { handshake, target });
                }
                StateProjection::Handshaking { handshake, target } => {
                    return Poll::Ready(match ready!(Pin::new(&mut **handshake).poll(cx)) {
                        Ok(stream) => Ok(MaybeTlsStream::Tls(Box::new(stream))),
                        Err(error) => Err(handshake_error(target, error)),
                    });
                }
            }
        }
    }
}

/// How many of a certificate's names are told: it may have thousands.
const NAMES: usize = 5;

/// Says in plain words what a failed handshake means; the library's own words stay as the source.
fn handshake_error(target: &Target, error: io::Error) -> TransportError {
    let reason = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(reason) = reason else {
        // The stream failed, and TLS has nothing to say about it: that may pass.
        let context = format!("the connection to {target} was lost in the TLS handshake");
        return TransportError::new(TransportErrorKind::Connect, context).with_source(error);
    };
    let context = match reason {
        rustls::Error::InvalidCertificate(certificate) => certificate_refused(target, certificate),
        rustls::Error::InvalidMessage(_) => {
            format!("{target} does not speak TLS: check whether its URL starts with http://")
        }
        _ => format!("the TLS handshake with {target} failed"),
    };
    TransportError::new(TransportErrorKind::Tls, context).with_source(error)
}

fn certificate_refused(target: &Target, error: &CertificateError) -> String {
    match error {
        // A bad signature is what another CA of the same name looks like.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "the certificate of {target} is not trusted: no trusted CA has issued it; if the gateway has a CA of its own, \
             give that CA's certificate (--ca-file)"
        ),
        CertificateError::NotValidForName => {
            format!("the certificate of {target} is not valid for the name `{}`", target.host())
        }
        CertificateError::NotValidForNameContext { presented, .. } => format!(
            "the certificate of {target} is not valid for the name `{}`, but for: {}{}",
            target.host(),
            presented.get(..NAMES).unwrap_or(presented).join(", "),
            if presented.len() > NAMES { ", ..." } else { "" }
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("the certificate of {target} has expired: renew it, or check this machine's clock")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("the certificate of {target} is not valid yet: check this machine's clock")
        }
        _ => format!(
            "the certificate of {target} is not trusted; if the gateway has a certificate or a CA of its own, give that \
             (--ca-file)"
        ),
    }
}

/// A stream with or without TLS.
///
/// With TLS, an end without `close_notify` is an error ([`io::ErrorKind::UnexpectedEof`]), so that a cut is never
/// taken for the end of a body.
#[derive(Debug)]
pub enum MaybeTlsStream<S> {
    /// Bytes as they are.
    Plain(S),
    /// Secured bytes. Boxed, for a session's state is far larger than a socket.
    Tls(Box<client::TlsStream<S>>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for MaybeTlsStream<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for MaybeTlsStream<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bufs),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_close(cx),
            Self::Tls(stream) => Pin::new(stream).poll_close(cx),
        }
    }
}
