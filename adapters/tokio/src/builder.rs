//! How the transport's own client is set up.

use choreoai::TransportError;
use choreoai::http1::{PoolLimits, Proxies};

use crate::ReqwestTransport;
use crate::clients::Clients;
#[cfg(feature = "rustls")]
use crate::tls::Tls;

/// Sets up a [`ReqwestTransport`] with a reqwest client of its own.
///
/// That client follows no redirects, asks for no compression and inflates none, sends no `Referer`, and has no timeout but
/// the connect timeout, which it keeps for every request as the ChoreoAI client says. Nagle's algorithm is off, for a
/// request is written at once. What an HTTP/2 server refuses unprocessed is sent again by reqwest, twice at most, and
/// a request that finds its connection closed before it was written; whatever may have been read is never repeated here.
///
/// ```
/// use choreoai_tokio::{TransportBuilder, http1::PoolLimits};
///
/// let limits = PoolLimits { max_idle_per_host: 8, ..PoolLimits::default() };
/// let transport = TransportBuilder::new().pool_limits(limits).build()?;
/// # let _ = transport;
/// # Ok::<(), choreoai_tokio::TransportError>(())
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

    /// How many idle connections are kept, and for how long. reqwest counts them for each host: `max_idle` is one more
    /// bound of `max_idle_per_host`. An HTTP/2 connection is one, however many answers come over it. A connection after `[DONE]`
    /// whose body has not ended counts as in use, and is held until the next request; as many as that, and 64 at most.
    pub fn pool_limits(mut self, limits: PoolLimits) -> Self {
        self.pool_limits = limits;
        self
    }

    /// Goes through these proxies, and leaves the environment unread; [`Proxies::none`] connects to everybody directly.
    ///
    /// ```
    /// use choreoai_tokio::{TransportBuilder, http1::{Proxies, Proxy}};
    ///
    /// let proxy = Proxy::parse("http://user:password@proxy.example:3128")?;
    /// let transport = TransportBuilder::new().proxies(Proxies::all(proxy).except(".corp.example")).build()?;
    /// # let _ = transport;
    /// # Ok::<(), choreoai_tokio::TransportError>(())
    /// ```
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

    /// The transport. Unless [`proxies`](Self::proxies) were given the environment is read here, once.
    ///
    /// # Errors
    ///
    /// [`Tls`](crate::TransportErrorKind::Tls) when the PEM text holds no certificate or a malformed one.
    pub fn build(self) -> Result<ReqwestTransport, TransportError> {
        let clients = Clients::new(self.pool_limits, self.proxies.unwrap_or_else(Proxies::from_env));
        #[cfg(feature = "rustls")]
        let clients = match &self.ca_pem {
            Some(pem) => clients.with_tls(Tls::with_ca_pem(pem)?),
            None => clients,
        };
        Ok(ReqwestTransport::own(clients))
    }
}
