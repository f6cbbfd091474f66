//! Proxies as a connector that wraps a connector.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::super::{Connect, Target};
use super::tunnel::Tunnel;
use super::{Proxies, Proxy};
use crate::TransportError;

/// Goes through proxies where [`Proxies`] say so: it connects to the proxy instead, and for an `https` target it has the
/// proxy open a tunnel.
///
/// TLS is spoken inside the tunnel, with the target: wrap this in `Tls`, `Tls<Proxied<C>>`. It offers no `https` of its
/// own, not even where `C` does: with `C`'s TLS the proxy would be the one at the other end.
///
/// Its `default()` reads the [environment](Proxies::from_env). Clones share what they know of proxies.
#[derive(Clone, Debug)]
pub struct Proxied<C> {
    connector: C,
    proxies: Arc<Proxies>,
}

impl<C> Proxied<C> {
    /// Connects by `connector`, to the target or to its proxy.
    pub fn new(connector: C, proxies: Proxies) -> Self {
        Self { connector, proxies: Arc::new(proxies) }
    }
}

impl<C: Default> Default for Proxied<C> {
    fn default() -> Self {
        Self::new(C::default(), Proxies::from_env())
    }
}

impl<C: Connect> Connect for Proxied<C> {
    type Stream = C::Stream;
    type Connecting = Proxying<C>;

    fn connect(&self, target: &Target) -> Proxying<C> {
        let (server, route) = match self.proxies.proxy(target) {
            Ok(None) => (target, None),
            Ok(Some(proxy)) => (proxy.server(), Some(Route { proxy: proxy.clone(), target: target.clone() })),
            Err(error) => return Proxying { state: State::Refused { error: Some(error) } },
        };
        Proxying { state: State::Connecting { connecting: self.connector.connect(server), route } }
    }

    fn proxy(&self, target: &Target) -> Option<&Proxy> {
        // One that cannot be used is told of by `connect`.
        self.proxies.proxy(target).ok().flatten()
    }
}

pin_project! {
    /// Connects, and asks for a tunnel where one is needed.
    #[must_use = "futures do nothing unless polled"]
    pub struct Proxying<C: Connect> {
        #[pin]
        state: State<C::Connecting, C::Stream>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, S> {
        Refused { error: Option<TransportError> },
        Connecting { #[pin] connecting: F, route: Option<Route> },
        // Boxed, so that a connection without a proxy is not as large.
        Tunnelling { tunnel: Box<Tunnel<S>> },
    }
}

/// The way to a target.
pub(super) struct Route {
    pub(super) proxy: Proxy,
    pub(super) target: Target,
}

impl<C: Connect> Future for Proxying<C> {
    type Output = Result<C::Stream, TransportError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Refused { error } => match error.take() {
                    Some(error) => return Poll::Ready(Err(error)),
                    None => return Poll::Pending,
                },
                StateProjection::Connecting { connecting, route } => {
                    let stream = ready!(connecting.poll(cx));
                    let Some(route) = route.take() else { return Poll::Ready(stream) };
                    let stream = stream.map_err(|error| route.unreachable(error))?;
                    if !route.target.is_https() {
                        return Poll::Ready(Ok(stream));
                    }
                    let tunnel = Box::new(Tunnel::new(stream, route)?);
                    state.set(State::Tunnelling { tunnel });
                }
                StateProjection::Tunnelling { tunnel } => return tunnel.poll(cx),
            }
        }
    }
}

impl Route {
    fn unreachable(&self, error: TransportError) -> TransportError {
        let (proxy, target) = (self.proxy.server(), &self.target);
        let context = format!("could not reach the proxy {proxy} on the way to {target}");
        TransportError::new(error.kind(), context).with_source(error)
    }
}
