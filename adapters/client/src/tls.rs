//! TLS as a connector that wraps a connector.

mod config;
mod own_roots;
mod refusal;

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use futures_rustls::rustls::pki_types::ServerName;
use futures_rustls::rustls::{self, ClientConfig};
use futures_rustls::{TlsConnector, client};
use pin_project_lite::pin_project;

pub use self::config::tls_config;
pub use self::refusal::tls_refusal;
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
        Ok(Self::with_config(connector, Arc::new(http1_config(Some(pem))?)))
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
        let config = Arc::new(http1_config(None)?);
        Ok(Arc::clone(self.config.get_or_init(|| config)))
    }
}

fn http1_config(ca_pem: Option<&[u8]>) -> Result<ClientConfig, TransportError> {
    let mut config = tls_config(ca_pem)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
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

/// The library's own words stay as the source.
fn handshake_error(target: &Target, error: io::Error) -> TransportError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(reason) => tls_refusal(target, reason).with_source(error),
        None => {
            // The stream failed, and TLS has nothing to say about it: that may pass.
            let context = format!("the connection to {target} was lost in the TLS handshake");
            TransportError::new(TransportErrorKind::Connect, context).with_source(error)
        }
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
