//! One request and the head of its response, on one connection.

use std::io;
use std::mem;
use std::task::{Context, Poll, ready};

use choreoai_core::http1::Response;
use futures_io::{AsyncRead, AsyncWrite};
use http::response::Parts;

use super::Target;
use super::connection::Connection;
use super::request::Request;
use super::response::HeadReader;
use crate::{TransportError, TransportErrorKind};

/// Writes the request and reads the response's head, both at once: a server may answer, and even close, before it
/// has read everything, and what it said is still to be had.
pub(super) struct RoundTrip<S> {
    connection: Connection<S>,
    reused: bool,
    writing: Writing,
    head: HeadReader,
    /// At least a byte of the response has arrived.
    answered: bool,
    /// It failed because the peer had closed the connection.
    closed: bool,
}

enum Writing {
    /// So many bytes of the head and the body have been written.
    Pieces(usize),
    Flushing,
    Done,
    /// The peer takes no more; it may have said why.
    Failed(io::Error),
}

/// What a round trip leaves for the body.
pub(super) struct Answered<S> {
    pub(super) parts: Parts,
    pub(super) response: Response,
    pub(super) connection: Connection<S>,
    /// The request has been written out, so that the connection could carry another one.
    pub(super) all_sent: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> RoundTrip<S> {
    pub(super) fn new(connection: Connection<S>, reused: bool, request: &Request) -> Self {
        let head = HeadReader::new(request.method());
        Self { connection, reused, writing: Writing::Pieces(0), head, answered: false, closed: false }
    }

    /// Resolves once the final head has arrived; then [`finish`](Self::finish).
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        request: &Request,
    ) -> Poll<Result<(), TransportError>> {
        if let Poll::Ready(Err(error)) = self.poll_write(cx, request) {
            self.writing = Writing::Failed(error);
        }
        loop {
            let mut input = self.connection.unread();
            let complete = self.head.read(&mut input, request.target())?;
            let left = input.len();
            self.connection.keep(left);
            if complete {
                return Poll::Ready(Ok(()));
            }
            match ready!(self.connection.poll_fill(cx)) {
                Ok(0) => return Poll::Ready(Err(self.lost(request.target(), None))),
                Ok(_) => self.answered = true,
                Err(error) => return Poll::Ready(Err(self.lost(request.target(), Some(error)))),
            }
        }
    }

    /// Whether a failure most likely means that the server had closed the connection while it was idle: it was
    /// reused, and then closed or reset with not a byte of a response.
    pub(super) fn was_stale(&self) -> bool {
        self.reused && self.closed && !self.answered
    }

    pub(super) fn finish(self) -> Answered<S> {
        let (parts, response) = self.head.finish();
        let all_sent = matches!(self.writing, Writing::Done);
        Answered { parts, response, connection: self.connection, all_sent }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>, request: &Request) -> Poll<io::Result<()>> {
        loop {
            match &mut self.writing {
                Writing::Pieces(written) => match request.after(*written) {
                    ([], []) => self.writing = Writing::Flushing,
                    (head, body) => *written += ready!(self.connection.poll_write(cx, head, body))?,
                },
                Writing::Flushing => {
                    ready!(self.connection.poll_flush(cx))?;
                    self.writing = Writing::Done;
                }
                Writing::Done | Writing::Failed(_) => return Poll::Ready(Ok(())),
            }
        }
    }

    /// The connection ended, by `cause` if it was not closed in good order, before the head was complete.
    fn lost(&mut self, target: &Target, cause: Option<io::Error>) -> TransportError {
        let writing = mem::replace(&mut self.writing, Writing::Done);
        self.closed = match (&writing, &cause) {
            (_, Some(error)) | (Writing::Failed(error), None) => is_close(error),
            (_, None) => true,
        };
        let (kind, context, cause) = match (writing, cause) {
            (_, cause) if self.answered => {
                let context = format!("{target} closed the connection in the middle of the response's head");
                (TransportErrorKind::Truncated, context, cause)
            }
            // It came first and says more.
            (Writing::Failed(error), _) => {
                (TransportErrorKind::Io, format!("the request could not be sent to {target}"), Some(error))
            }
            (_, cause) => {
                (TransportErrorKind::Io, format!("{target} closed the connection without an answer"), cause)
            }
        };
        let error = TransportError::new(kind, context);
        match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        }
    }
}

/// Whether an error is how the close of the other end shows. Others, a timeout of the network for instance, say nothing
/// about whether the request was read.
fn is_close(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof
    )
}
