//! A request on its way.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind};
use http::Method;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{FutureIncomingResponse, IncomingResponse};

use super::failure::{Moment, failure};
use super::writing::Writing;
use super::{WasiBody, request, response};
use crate::reactor::Source;

/// A request on its way. Dropping it cancels the request.
#[must_use = "futures do nothing unless polled"]
pub struct WasiSending(
    Pin<Box<dyn Future<Output = Result<http::Response<WasiBody>, TransportError>> + Send>>,
);

impl WasiSending {
    pub(super) fn new(request: http::Request<Bytes>, connect_timeout: Duration) -> Self {
        Self(Box::pin(send(request, connect_timeout)))
    }
}

impl Future for WasiSending {
    type Output = Result<http::Response<WasiBody>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn send(
    request: http::Request<Bytes>,
    connect_timeout: Duration,
) -> Result<http::Response<WasiBody>, TransportError> {
    let target = Target::from_uri(request.uri())?;
    let (head, body) = request.into_parts();
    let outgoing = request::outgoing(&head, body.len(), &target)?;
    let mut writing = Writing::new(outgoing.body().ok(), body);
    let options = request::options(connect_timeout);
    let pending =
        handle(outgoing, Some(options)).map_err(|code| failure(&target, Moment::BeforeSending, code))?;
    let response = Pending::new(pending).response(&target, &mut writing).await?;
    response::read(response, writing, target, head.method == Method::HEAD)
}

/// In the order in which the host must get them back.
struct Pending {
    source: Source,
    response: FutureIncomingResponse,
}

impl Pending {
    fn new(response: FutureIncomingResponse) -> Self {
        Self { source: Source::new(response.subscribe()), response }
    }

    /// Waits for the head of the response, and writes the request meanwhile.
    async fn response(
        self,
        target: &Target,
        writing: &mut Writing,
    ) -> Result<IncomingResponse, TransportError> {
        poll_fn(|cx| {
            let _ = writing.poll_write(cx);
            match self.response.get() {
                None => {
                    self.source.wake_when_ready(cx);
                    Poll::Pending
                }
                Some(Ok(Ok(response))) => Poll::Ready(Ok(response)),
                Some(Ok(Err(code))) => Poll::Ready(Err(failure(target, Moment::BeforeHead, code))),
                Some(Err(())) => Poll::Ready(Err(TransportError::new(
                    TransportErrorKind::Io,
                    format!("the host gave the response of {target} away twice"),
                ))),
            }
        })
        .await
    }
}
