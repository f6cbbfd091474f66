//! How byte streams are made.

use std::future::Future;

use futures_io::{AsyncRead, AsyncWrite};

use super::{Proxy, Target};
use crate::TransportError;

/// Makes connections: the one thing that an executor's network types must provide.
///
/// The types are associated, so that what is built on a connector is `Send` when the connector's types are.
pub trait Connect {
    /// Whether `https` targets get TLS. Where they do not, they are refused before a connection is made: nothing
    /// that was meant to be secret is ever sent in the clear.
    const HTTPS: bool = false;

    /// A connected byte stream. Dropping it closes the connection.
    ///
    /// An idle connection is looked at before it is used again: of two reads polled one after the other, the second has to ask
    /// for what has arrived by then, even if nothing woke it.
    type Stream: AsyncRead + AsyncWrite + Unpin;
    /// Resolves once the connection stands. Dropping it abandons the attempt.
    type Connecting: Future<Output = Result<Self::Stream, TransportError>>;

    /// Starts to connect to `target`.
    ///
    /// Failures to resolve and to connect are [`Connect`](crate::TransportErrorKind::Connect), a failed handshake is
    /// [`Tls`](crate::TransportErrorKind::Tls). No deadline is kept here: the caller drops the future.
    fn connect(&self, target: &Target) -> Self::Connecting;

    /// The proxy between here and `target`, if there is one: `connect` connects to it. Where the target is `https` the
    /// stream is a tunnel; where it is `http` the requests are written for the proxy, with the whole URL and its
    /// `Proxy-Authorization` (RFC 9112, section 3.2.2).
    ///
    /// The same for a target whenever it is asked, for connections are pooled by their target.
    fn proxy(&self, target: &Target) -> Option<&Proxy> {
        let _ = target;
        None
    }
}
