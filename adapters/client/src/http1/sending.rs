//! A request on its way.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_io::{AsyncRead, AsyncWrite};
use pin_project_lite::pin_project;

use super::body::{Body, Open};
use super::connect::Connect;
use super::connection::Connection;
use super::request::Request;
use super::round_trip::{Answered, RoundTrip};
use super::{Proxy, Shared, Target};
use crate::{Timer, TransportError, TransportErrorKind};

pin_project! {
    /// Resolves once the head of the response has arrived. Dropping it cancels the request, its connection is closed.
    ///
    /// Nothing happens before the first poll.
    #[must_use = "futures do nothing unless polled"]
    pub struct Sending<C: Connect, R: Timer> {
        shared: Arc<Shared<C, R>>,
        request: Result<Request, Option<TransportError>>,
        connect_timeout: Duration,
        #[pin]
        state: State<C::Connecting, R::Sleep, C::Stream>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, Z, S> {
        Start,
        Connecting { #[pin] connecting: F, #[pin] deadline: Z },
        UnderWay { round_trip: Option<RoundTrip<S>> },
    }
}

impl<C: Connect, R: Timer> Sending<C, R> {
    pub(super) fn new(
        shared: Arc<Shared<C, R>>,
        request: http::Request<Bytes>,
        connect_timeout: Duration,
    ) -> Self {
        let proxy = |target: &Target| shared.connector.proxy(target);
        let request = Request::new(request, proxy).and_then(|request| match request.target() {
            target if target.is_https() && !C::HTTPS => Err(TransportError::new(
                TransportErrorKind::InvalidRequest,
                format!("{target} is to be reached over https, but this client is built without TLS"),
            )),
            _ => Ok(request),
        });
        Self { shared, request: request.map_err(Some), connect_timeout, state: State::Start }
    }
}

impl<C: Connect, R: Timer> Future for Sending<C, R> {
    type Output = Result<http::Response<Body<C, R>>, TransportError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let request = match this.request {
            Ok(request) => request,
            Err(error) => match error.take() {
                Some(error) => return Poll::Ready(Err(error)),
                None => return Poll::Pending,
            },
        };
        let target = request.target();
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Start => match this.shared.take_idle(target) {
                    Some(connection) => send(connection, true, request),
                    None => connect(this.shared, target, *this.connect_timeout),
                },
                StateProjection::Connecting { connecting, deadline } => match connecting.poll(cx) {
                    Poll::Ready(stream) => send(Connection::new(stream?), false, request),
                    Poll::Pending => {
                        ready!(deadline.poll(cx));
                        return Poll::Ready(Err(timed_out(target, this.shared.connector.proxy(target))));
                    }
                },
                StateProjection::UnderWay { round_trip } => {
                    let Some(running) = round_trip else { return Poll::Pending };
                    let outcome = ready!(running.poll(cx, request));
                    let Some(finished) = round_trip.take() else { return Poll::Pending };
                    match outcome {
                        Ok(()) => {
                            let Answered { parts, response, connection, all_sent } = finished.finish();
                            let open = Open { connection, response, reusable: all_sent };
                            let body = Body::new(Arc::clone(this.shared), target.clone(), open);
                            return Poll::Ready(Ok(http::Response::from_parts(parts, body)));
                        }
                        Err(_) if finished.was_stale() => connect(this.shared, target, *this.connect_timeout),
                        Err(error) => return Poll::Ready(Err(error)),
                    }
                }
            };
            this.state.set(next);
        }
    }
}

type StateOf<C, R> = State<<C as Connect>::Connecting, <R as Timer>::Sleep, <C as Connect>::Stream>;

fn connect<C: Connect, R: Timer>(shared: &Shared<C, R>, target: &Target, timeout: Duration) -> StateOf<C, R> {
    State::Connecting { connecting: shared.connector.connect(target), deadline: shared.timer.sleep(timeout) }
}

fn send<F, Z, S>(connection: Connection<S>, reused: bool, request: &Request) -> State<F, Z, S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    State::UnderWay { round_trip: Some(RoundTrip::new(connection, reused, request)) }
}

fn timed_out(target: &Target, proxy: Option<&Proxy>) -> TransportError {
    let context = match proxy {
        Some(proxy) => {
            format!("could not connect to {target} through the proxy {} in time", proxy.server())
        }
        None => format!("could not connect to {target} in time"),
    };
    TransportError::new(TransportErrorKind::ConnectTimeout, context)
}
