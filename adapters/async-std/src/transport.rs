//! The transport of this crate: one type, whichever way its requests go.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai::http1;
use choreoai::{ResponseBody, Transport, TransportError};

use crate::AsyncStdTimer;
use crate::builder::{Connector, Direct};
#[cfg(feature = "surf")]
use crate::surfing::{self, Surfing};

/// HTTP/1.1 over async-std, by way of surf where that feature is on.
///
/// `AsyncStdTransport::default()` trusts the platform's roots, goes through the proxies that the
/// [environment](http1::Proxies::from_env) names, and has the default [`PoolLimits`](http1::PoolLimits);
/// [`TransportBuilder`](crate::TransportBuilder) makes others. Clones share their connections.
///
/// Both ways, through surf and around it, lead to the same [`Http1`](http1::Http1) and deliver the same responses and
/// errors; surf adds its middleware. With a [client of one's own](crate#surf) that client's backend takes its place.
#[derive(Clone, Debug)]
pub struct AsyncStdTransport(Way);

#[derive(Clone, Debug)]
enum Way {
    Direct(Direct),
    #[cfg(feature = "surf")]
    Surf(Surfing),
}

impl Default for AsyncStdTransport {
    fn default() -> Self {
        Self::by_default(Direct::default())
    }
}

impl AsyncStdTransport {
    /// What [`default`](Self::default) is, but that surf is left out, whatever features are on.
    pub fn direct() -> Self {
        Self::directly(Direct::default())
    }

    /// Sends all requests through this client, its middleware included.
    ///
    /// What a backend of another origin than [`SurfBackend`](crate::SurfBackend) does not keep is told
    /// [here](crate#surf). [`close_idle`](Transport::close_idle) does nothing, for a client does not let go of its
    /// connections; where that or a proxy with a password matters,
    /// [`TransportBuilder::build_with`](crate::TransportBuilder::build_with) adds middleware to this crate's own client.
    #[cfg(feature = "surf")]
    pub fn with_surf(client: surf::Client) -> Self {
        Self(Way::Surf(Surfing::new(client)))
    }

    pub(crate) fn directly(direct: Direct) -> Self {
        Self(Way::Direct(direct))
    }

    #[cfg(feature = "surf")]
    pub(crate) fn by_default(direct: Direct) -> Self {
        Self::over(direct, |client| client)
    }

    #[cfg(not(feature = "surf"))]
    pub(crate) fn by_default(direct: Direct) -> Self {
        Self::directly(direct)
    }

    #[cfg(feature = "surf")]
    pub(crate) fn over(direct: Direct, add: impl FnOnce(surf::Client) -> surf::Client) -> Self {
        Self(Way::Surf(Surfing::over(direct, add)))
    }
}

impl Transport for AsyncStdTransport {
    type Body = AsyncStdBody;
    type Sending = AsyncStdSending;

    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> AsyncStdSending {
        AsyncStdSending(match &self.0 {
            Way::Direct(direct) => SendingWay::Direct(direct.send(request, connect_timeout)),
            #[cfg(feature = "surf")]
            Way::Surf(surf) => SendingWay::Surf(surf.send(request, connect_timeout)),
        })
    }

    fn close_idle(&self) {
        match &self.0 {
            Way::Direct(direct) => direct.close_idle(),
            #[cfg(feature = "surf")]
            Way::Surf(surf) => surf.close_idle(),
        }
    }

    fn credentials(&self, url: &http::Uri) -> Option<http::HeaderValue> {
        match &self.0 {
            Way::Direct(direct) => direct.credentials(url),
            #[cfg(feature = "surf")]
            Way::Surf(surf) => surf.credentials(url),
        }
    }
}

/// A request on its way. Dropping it cancels the request.
///
/// Nothing happens before the first poll.
#[must_use = "futures do nothing unless polled"]
pub struct AsyncStdSending(SendingWay);

#[allow(clippy::large_enum_variant, reason = "the direct way need not allocate")]
enum SendingWay {
    Direct(http1::Sending<Connector, AsyncStdTimer>),
    #[cfg(feature = "surf")]
    Surf(surfing::Sending),
}

impl Future for AsyncStdSending {
    type Output = Result<http::Response<AsyncStdBody>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            SendingWay::Direct(sending) => Pin::new(sending)
                .poll(cx)
                .map_ok(|response| response.map(|body| AsyncStdBody(BodyWay::Direct(body)))),
            #[cfg(feature = "surf")]
            SendingWay::Surf(sending) => sending
                .as_mut()
                .poll(cx)
                .map_ok(|response| response.map(|body| AsyncStdBody(BodyWay::Surf(body)))),
        }
    }
}

/// The body of a response, read as the caller asks for it. Dropped before its end, it cancels the response.
pub struct AsyncStdBody(BodyWay);

enum BodyWay {
    Direct(http1::Body<Connector, AsyncStdTimer>),
    #[cfg(feature = "surf")]
    Surf(surfing::Body),
}

impl ResponseBody for AsyncStdBody {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        match &mut self.get_mut().0 {
            BodyWay::Direct(body) => Pin::new(body).poll_data(cx),
            #[cfg(feature = "surf")]
            BodyWay::Surf(body) => Pin::new(body).poll_data(cx),
        }
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        match &mut self.0 {
            BodyWay::Direct(body) => Pin::new(body).consume(amount),
            #[cfg(feature = "surf")]
            BodyWay::Surf(body) => Pin::new(body).consume(amount),
        }
    }

    fn release(mut self: Pin<&mut Self>) {
        match &mut self.0 {
            BodyWay::Direct(body) => Pin::new(body).release(),
            #[cfg(feature = "surf")]
            BodyWay::Surf(body) => Pin::new(body).release(),
        }
    }
}

impl fmt::Debug for AsyncStdSending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncStdSending").finish_non_exhaustive()
    }
}

impl fmt::Debug for AsyncStdBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncStdBody").finish_non_exhaustive()
    }
}
