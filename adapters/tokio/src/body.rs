//! The body of a response.

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use choreoai::{ResponseBody, TransportError, TransportErrorKind};
use http_body::Body as _;

use crate::error::Way;
use crate::released::Released;

/// The body of a response, read from reqwest as the caller asks for it, without a copy.
///
/// | when it is | the connection |
/// |---|---|
/// | read to its end | is given back for other requests |
/// | dropped before | is closed; of an HTTP/2 connection, which others go on to use, the stream is reset |
/// | [released](ResponseBody::release) | is given back once the end comes; the next request of the transport drops a body whose end has not come by then, and so does a release outside of a runtime, or with more than 64 KiB left |
///
/// All this is done by reqwest's tasks as soon as the runtime runs them, which it does not while its only thread is blocked.
/// An error is final: later calls repeat its kind.
pub struct ReqwestBody {
    way: Way,
    released: Arc<Released>,
    state: State,
    /// What has come and was not consumed.
    data: Bytes,
}

enum State {
    Open(reqwest::Body),
    Ended,
    Failed(TransportErrorKind),
}

impl ReqwestBody {
    pub(crate) fn new(body: reqwest::Body, way: Way, released: Arc<Released>) -> Self {
        Self { way, released, state: State::Open(body), data: Bytes::new() }
    }

    /// Makes `data` non-empty, or brings the body to its end.
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while self.data.is_empty() {
            let body = match &mut self.state {
                State::Open(body) => body,
                State::Ended => break,
                State::Failed(kind) => {
                    let error = TransportError::new(*kind, "the response's body has failed before");
                    return Poll::Ready(Err(error));
                }
            };
            match ready!(Pin::new(body).poll_frame(cx)) {
                // Trailers say nothing that is asked for.
                Some(Ok(frame)) => self.data = frame.into_data().unwrap_or_default(),
                Some(Err(error)) => {
                    let error = self.way.failed_in_body(error);
                    self.state = State::Failed(error.kind());
                    return Poll::Ready(Err(error));
                }
                None => self.state = State::Ended,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl ResponseBody for ReqwestBody {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        ready!(this.poll_advance(cx))?;
        Poll::Ready(Ok(&this.data))
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        let amount = amount.min(self.data.len());
        self.data.advance(amount);
    }

    fn release(self: Pin<&mut Self>) {
        let this = self.get_mut();
        this.data = Bytes::new();
        if let State::Failed(_) = this.state {
            return;
        }
        if let State::Open(body) = mem::replace(&mut this.state, State::Ended) {
            this.released.hold(body);
        }
    }
}

impl fmt::Debug for ReqwestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestBody").field("target", &self.way.target).finish_non_exhaustive()
    }
}
