//! The transport of this crate and how it is set up.

use choreoai::TransportError;
use choreoai::http1::{Http1, PoolLimits};

use crate::{SmolConnector, SmolTimer};

/// What connections are made with: TCP, and TLS for `https`.
#[cfg(feature = "rustls")]
pub type SmolConnect = choreoai::Tls<SmolConnector>;
/// What connections are made with: TCP. `https` is refused, for the `rustls` feature is off.
#[cfg(not(feature = "rustls"))]
pub type SmolConnect = SmolConnector;

/// HTTP/1.1 over `async-io`. `SmolTransport::default()` trusts the platform's roots and has the default
/// [`PoolLimits`]; [`TransportBuilder`] makes others.
pub type SmolTransport = Http1<SmolConnect, SmolTimer>;

/// Sets up a [`SmolTransport`].
///
/// ```
/// use choreoai_smol::{TransportBuilder, http1::PoolLimits};
///
/// let limits = PoolLimits { max_idle_per_host: 8, ..PoolLimits::default() };
/// let transport = TransportBuilder::new().pool_limits(limits).build()?;
/// # let _ = transport;
/// # Ok::<(), choreoai_smol::TransportError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct TransportBuilder {
    pool_limits: PoolLimits,
    #[cfg(feature = "rustls")]
    ca_pem: Option<Vec<u8>>,
}

impl TransportBuilder {
    /// The platform's roots and the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many idle connections are kept, and for how long.
    pub fn pool_limits(mut self, limits: PoolLimits) -> Self {
        self.pool_limits = limits;
        self
    }

    /// Trusts the certificates in this PEM text and no others; the platform's roots are not used.
    #[cfg(feature = "rustls")]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// The transport.
    ///
    /// # Errors
    ///
    /// [`Tls`](crate::TransportErrorKind::Tls) when the PEM text holds no certificate or a malformed one.
    pub fn build(self) -> Result<SmolTransport, TransportError> {
        Ok(Http1::with_limits(self.connect()?, SmolTimer::default(), self.pool_limits))
    }

    #[cfg(feature = "rustls")]
    fn connect(&self) -> Result<SmolConnect, TransportError> {
        match &self.ca_pem {
            Some(pem) => SmolConnect::with_ca_pem(SmolConnector, pem),
            None => Ok(SmolConnect::new(SmolConnector)),
        }
    }

    #[cfg(not(feature = "rustls"))]
    fn connect(&self) -> Result<SmolConnect, TransportError> {
        Ok(SmolConnector)
    }
}
