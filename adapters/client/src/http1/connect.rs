//! How byte streams are made.

use std::future::Future;

use futures_io::{AsyncRead, AsyncWrite};

use super::Target;
use crate::TransportError;

/// Makes connections: the one thing that an executor's network types must provide.
///
/// The types are associated, so that what is built on a connector is `Send` when the connector's types are.
pub trait Connect {
    /// A connected byte stream. Dropping it closes the connection.
    type Stream: AsyncRead + AsyncWrite + Unpin;
    /// Resolves once the connection stands. Dropping it abandons the attempt.
    type Connecting: Future<Output = Result<Self::Stream, TransportError>>;

    /// Starts to connect to `target`.
    ///
    /// Failures to resolve and to connect are [`Connect`](crate::TransportErrorKind::Connect), a failed handshake is
    /// [`Tls`](crate::TransportErrorKind::Tls). A connector that only speaks plain bytes answers
    /// [`InvalidRequest`](crate::TransportErrorKind::InvalidRequest) to a target that
    /// [`is_https`](Target::is_https); a connector below TLS is asked for such targets too, so that it is TLS that
    /// has to look at the scheme. No deadline is kept here: the caller drops the future.
    fn connect(&self, target: &Target) -> Self::Connecting;
}
