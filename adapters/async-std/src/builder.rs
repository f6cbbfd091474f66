//! How a transport is set up.

use choreoai::TransportError;
use choreoai::http1::{Http1, PoolLimits, Proxied, Proxies};
#[cfg(feature = "surf")]
use surf::Client;

#[cfg(feature = "surf")]
use crate::SurfBackend;
use crate::{AsyncStdConnector, AsyncStdTimer, AsyncStdTransport};

/// What connections are made with: TCP, through a proxy where there is one, and TLS for `https`.
#[cfg(feature = "rustls")]
pub(crate) type Connector = choreoai::Tls<Proxied<AsyncStdConnector>>;
/// What connections are made with: TCP, through a proxy where there is one. `https` is refused, for the `rustls` feature is
/// off.
#[cfg(not(feature = "rustls"))]
pub(crate) type Connector = Proxied<AsyncStdConnector>;

/// HTTP/1.1 over async-std: what carries the requests, be it directly or beneath surf.
pub(crate) type Direct = Http1<Connector, AsyncStdTimer>;

/// Sets up an [`AsyncStdTransport`].
///
/// ```
/// use choreoai_async_std::{TransportBuilder, http1::PoolLimits};
///
/// let limits = PoolLimits { max_idle_per_host: 8, ..PoolLimits::default() };
/// let transport = TransportBuilder::new().pool_limits(limits).build()?;
/// # let _ = transport;
/// # Ok::<(), choreoai_async_std::TransportError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct TransportBuilder {
    pool_limits: PoolLimits,
    /// `None`: as the environment says.
    proxies: Option<Proxies>,
    #[cfg(feature = "rustls")]
    ca_pem: Option<Vec<u8>>,
}

impl TransportBuilder {
    /// The platform's roots, the environment's proxies and the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many idle connections are kept, and for how long.
    pub fn pool_limits(mut self, limits: PoolLimits) -> Self {
        self.pool_limits = limits;
        self
    }

    /// Goes through these proxies, and leaves the environment unread; [`Proxies::none`] connects to everybody directly.
    pub fn proxies(mut self, proxies: Proxies) -> Self {
        self.proxies = Some(proxies);
        self
    }

    /// Trusts the certificates in this PEM text and no others; the platform's roots are not used.
    #[cfg(feature = "rustls")]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// The transport, by way of surf where that feature is on. Unless [`proxies`](Self::proxies) were given the environment
    /// is read here, once.
    ///
    /// # Errors
    ///
    /// [`Tls`](crate::TransportErrorKind::Tls) when the PEM text holds no certificate or a malformed one.
    pub fn build(self) -> Result<AsyncStdTransport, TransportError> {
        Ok(AsyncStdTransport::by_default(self.direct()?))
    }

    /// A transport that leaves surf out, whatever features are on; else as [`build`](Self::build).
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    pub fn build_direct(self) -> Result<AsyncStdTransport, TransportError> {
        Ok(AsyncStdTransport::directly(self.direct()?))
    }

    /// A transport by way of surf, whose client is given middleware by `add`; else as [`build`](Self::build).
    ///
    /// ```
    /// use choreoai_async_std::TransportBuilder;
    ///
    /// let transport = TransportBuilder::new().build_with(|client| client.with(surf::middleware::Logger::new()))?;
    /// # let _ = transport;
    /// # Ok::<(), choreoai_async_std::TransportError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    #[cfg(feature = "surf")]
    pub fn build_with(self, add: impl FnOnce(Client) -> Client) -> Result<AsyncStdTransport, TransportError> {
        Ok(AsyncStdTransport::over(self.direct()?, add))
    }

    /// A backend for a [`surf::Client`]; else as [`build`](Self::build).
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build).
    #[cfg(feature = "surf")]
    pub fn build_backend(self) -> Result<SurfBackend, TransportError> {
        Ok(SurfBackend::new(self.direct()?))
    }

    fn direct(self) -> Result<Direct, TransportError> {
        let proxies = self.proxies.unwrap_or_else(Proxies::from_env);
        let connector = Proxied::new(AsyncStdConnector, proxies);
        #[cfg(feature = "rustls")]
        let connector = match &self.ca_pem {
            Some(pem) => Connector::with_ca_pem(connector, pem)?,
            None => Connector::new(connector),
        };
        Ok(Http1::with_limits(connector, AsyncStdTimer::default(), self.pool_limits))
    }
}
