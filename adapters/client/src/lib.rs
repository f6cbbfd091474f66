//! The ChoreoAI client, generic over transport and timer.

pub mod http1;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

#[cfg(feature = "rustls")]
pub use tls::{MaybeTlsStream, Tls, TlsConnecting};
pub use transport::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind};
