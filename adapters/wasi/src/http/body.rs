//! The body of a response.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes};
use choreoai::http1::Target;
use choreoai::{ResponseBody, TransportError, TransportErrorKind};
use wasip2::http::types::{ErrorCode, FutureTrailers, IncomingBody, InputStream, IoError};
use wasip2::io::streams::StreamError;

use super::failure::{Moment, cut, failure};
use super::writing::Writing;
use crate::reactor::Source;

/// How much is taken of a body at a time, at most.
const PIECE: u64 = 16 << 10;

/// The body of a response, read from the host as the caller asks for it, up to 16 KiB at a time.
///
/// Its end is one only if the host says so of the response as a whole, and if it is as long as its head says. Dropped or
/// [released](ResponseBody::release) before, it is given back to the host, which is to cancel it.
/// An error is final: later calls repeat its kind.
pub struct WasiBody {
    target: Target,
    state: State,
    writing: Option<Writing>,
    /// What has come and was not consumed.
    data: Bytes,
    /// How much is to come, where the head says so.
    left: Option<u64>,
}

enum State {
    Open(Open),
    Trailers(Trailers),
    Ended,
    Failed(TransportErrorKind),
}

/// In the order in which the host must get them back.
struct Open {
    source: Option<Source>,
    stream: InputStream,
    body: IncomingBody,
}

/// In the order in which the host must get them back.
struct Trailers {
    source: Source,
    trailers: FutureTrailers,
}

impl WasiBody {
    pub(super) fn new(
        stream: InputStream,
        body: IncomingBody,
        writing: Writing,
        target: Target,
        length: Option<u64>,
    ) -> Self {
        let state = State::Open(Open { source: None, stream, body });
        Self { target, state, writing: Some(writing), data: Bytes::new(), left: length }
    }

    /// Makes `data` non-empty, or brings the body to its end.
    fn poll_advance(&mut self, cx: &Context<'_>) -> Poll<Result<(), TransportError>> {
        if self.writing.as_mut().is_some_and(|writing| writing.poll_write(cx).is_ready()) {
            self.writing = None;
        }
        while self.data.is_empty() {
            match &mut self.state {
                State::Open(open) => match ready!(open.poll_read(cx)) {
                    Ok(Some(data)) => {
                        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
                        self.left = self.left.map(|left| left.saturating_sub(length));
                        self.data = data;
                    }
                    Ok(None) if self.left.is_some_and(|left| left > 0) => {
                        let code = ErrorCode::HttpResponseIncomplete;
                        return Poll::Ready(Err(self.fail(failure(&self.target, Moment::InBody, code))));
                    }
                    Ok(None) => self.finish(),
                    Err(error) => {
                        return Poll::Ready(Err(self.fail(cut(&self.target, &error))));
                    }
                },
                State::Trailers(trailers) => match ready!(trailers.poll_end(cx)) {
                    Ok(()) => self.state = State::Ended,
                    Err(code) => {
                        return Poll::Ready(Err(self.fail(failure(&self.target, Moment::InBody, code))));
                    }
                },
                State::Ended => break,
                State::Failed(kind) => {
                    let error = TransportError::new(*kind, "the response's body has failed before");
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// The stream has ended: asks the host whether the response has.
    fn finish(&mut self) {
        if let State::Open(Open { source, stream, body }) = std::mem::replace(&mut self.state, State::Ended) {
            drop(source);
            drop(stream);
            self.state = State::Trailers(Trailers::new(IncomingBody::finish(body)));
        }
    }

    fn fail(&mut self, error: TransportError) -> TransportError {
        self.state = State::Failed(error.kind());
        error
    }
}

impl Open {
    /// The next piece, which is never empty; `None` at the stream's end.
    fn poll_read(&mut self, cx: &Context<'_>) -> Poll<Result<Option<Bytes>, IoError>> {
        match self.stream.read(PIECE) {
            Ok(data) if data.is_empty() => {
                let source = self.source.get_or_insert_with(|| Source::new(self.stream.subscribe()));
                source.wake_when_ready(cx);
                Poll::Pending
            }
            Ok(data) => Poll::Ready(Ok(Some(data.into()))),
            Err(StreamError::Closed) => Poll::Ready(Ok(None)),
            Err(StreamError::LastOperationFailed(error)) => Poll::Ready(Err(error)),
        }
    }
}

impl Trailers {
    fn new(trailers: FutureTrailers) -> Self {
        Self { source: Source::new(trailers.subscribe()), trailers }
    }

    /// What they say is not asked for; that they come is the end of the response.
    fn poll_end(&mut self, cx: &Context<'_>) -> Poll<Result<(), ErrorCode>> {
        match self.trailers.get() {
            None => {
                self.source.wake_when_ready(cx);
                Poll::Pending
            }
            Some(Ok(Err(code))) => Poll::Ready(Err(code)),
            Some(Ok(Ok(_)) | Err(())) => Poll::Ready(Ok(())),
        }
    }
}

impl ResponseBody for WasiBody {
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
        if !matches!(this.state, State::Failed(_)) {
            this.state = State::Ended;
            this.writing = None;
        }
    }
}

impl fmt::Debug for WasiBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiBody").field("target", &self.target).finish_non_exhaustive()
    }
}
