//! HTTP/1.1 over any byte stream: [`Http1`] is a [`Transport`] made of a [`Connect`] and a [`Timer`].
//!
//! ```text
//! Sending: idle connection, or Connect (with TLS) --> request written, head read --> http::Response<Body>
//! Body:    read to its end --> idle      released --> idle, to be drained      dropped --> closed
//! ```
//!
//! [`dial`] resolves a name and tries its addresses, which is most of a connector over an executor's sockets.
//! [`Proxied`] is a connector that wraps a connector and goes through proxies where it is told to.
//!
//! Nothing is spawned and nothing is boxed: the futures are state machines that are `Send` when the connector's and
//! the timer's types are.

mod body;
mod connect;
mod connection;
mod dial;
mod idle;
mod pool;
mod proxy;
mod race;
mod request;
mod response;
mod round_trip;
mod sending;
mod target;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::body::Body;
pub use self::connect::Connect;
pub use self::dial::dial;
use self::idle::Idle;
use self::pool::Pool;
pub use self::pool::PoolLimits;
pub use self::proxy::{Proxied, Proxies, Proxy, Proxying};
pub use self::sending::Sending;
pub use self::target::Target;
use crate::{Timer, Transport};

/// A [`Transport`] that speaks HTTP/1.1 over the streams of `C`, with keep-alive and a pool.
///
/// Clones share the pool.
///
/// - A request goes over the idle connection that was used last, if it is still usable, else over a new one.
/// - A connection is looked at before it is reused: one that the server has closed, or on which something came that
///   nobody asked for, is not used again.
/// - The server may also close a reused connection at the very moment at which the request is sent. If it is closed or
///   reset before any byte of a response came, the request is sent once more, over a new connection, and nobody hears
///   of the first. This goes for a `POST` too, by choice: a server that takes a request off an idle connection and then
///   closes it without a word may have acted on it, and gets it again; far more often it had closed before. Failures of
///   other kinds (a timeout of the network) are told, and nothing is sent a third time.
/// - A response that comes before the request is written out (a `413`, for instance) is delivered; the rest of the
///   request is not sent, and the connection is closed with the response.
/// - Interim responses (`1xx`) are skipped. A head is bounded at 64 KiB and 256 fields.
pub struct Http1<C: Connect, R> {
    shared: Arc<Shared<C, R>>,
}

impl<C: Connect, R: Timer> Http1<C, R> {
    /// A transport with the default [`PoolLimits`].
    pub fn new(connector: C, timer: R) -> Self {
        Self::with_limits(connector, timer, PoolLimits::default())
    }

    /// A transport that keeps as many idle connections as `limits` say.
    pub fn with_limits(connector: C, timer: R, limits: PoolLimits) -> Self {
        Self { shared: Arc::new(Shared { connector, timer, pool: Pool::new(limits) }) }
    }

    /// Closes the connections that are idle. Those in use are not touched and may come back.
    pub fn close_idle(&self) {
        self.shared.pool.clear();
    }
}

impl<C: Connect, R> Clone for Http1<C, R> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C: Connect + Default, R: Timer + Default> Default for Http1<C, R> {
    fn default() -> Self {
        Self::new(C::default(), R::default())
    }
}

impl<C: Connect, R> fmt::Debug for Http1<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http1").finish_non_exhaustive()
    }
}

impl<C: Connect, R: Timer> Transport for Http1<C, R> {
    type Body = Body<C, R>;
    type Sending = Sending<C, R>;

    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> Sending<C, R> {
        Sending::new(Arc::clone(&self.shared), request, connect_timeout)
    }

    fn close_idle(&self) {
        Self::close_idle(self);
    }

    fn credentials(&self, url: &http::Uri) -> Option<http::HeaderValue> {
        // The answers of a tunnel's proxy are read by nobody else.
        let target = Target::from_uri(url).ok().filter(|target| !target.is_https())?;
        self.shared.connector.proxy(&target)?.authorization().cloned()
    }
}

/// What the clones of a transport, its requests and its bodies have in common.
struct Shared<C: Connect, R> {
    connector: C,
    timer: R,
    pool: Pool<Idle<C::Stream>>,
}

impl<C: Connect, R: Timer> Shared<C, R> {
    /// The idle connection to `target` that was used last and still stands; the others on the way are closed.
    fn take_idle(&self, target: &Target) -> Option<connection::Connection<C::Stream>> {
        let now = self.timer.now();
        std::iter::from_fn(|| self.pool.take(target, now)).find_map(Idle::revive)
    }
}
