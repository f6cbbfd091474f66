//! The body of a response.

use std::fmt;
use std::mem;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use choreoai_core::http1::{Part, Response};

use super::connect::Connect;
use super::connection::Connection;
use super::idle::Idle;
use super::response::unreadable;
use super::{Shared, Target};
use crate::{ResponseBody, Timer, TransportError, TransportErrorKind};

/// The body of a response, read from its connection as the caller asks for it.
///
/// Read to its end, it gives its connection back for the next request. Dropped before, it closes the connection at
/// once, which cancels the answer at the server. [Released](ResponseBody::release), it gives the connection back at
/// once, too: the next request that takes it first drains what is left, as far as that has arrived and is no more
/// than about 64 KiB, or else closes it and takes another one.
///
/// Memory: the connection's read buffer, 4 KiB. An error is final: later calls repeat its kind.
pub struct Body<C: Connect, R: Timer> {
    shared: Arc<Shared<C, R>>,
    target: Target,
    state: State<C::Stream>,
    /// What was decoded and not consumed, as a place in the connection's buffer.
    data: Range<usize>,
}

enum State<S> {
    Open(Open<S>),
    /// The connection has been given back, or closed where it could not be.
    Ended,
    Failed(TransportErrorKind),
}

pub(super) struct Open<S> {
    pub(super) connection: Connection<S>,
    pub(super) response: Response,
    /// Nothing but the response itself speaks against another request on the connection.
    pub(super) reusable: bool,
}

impl<C: Connect, R: Timer> Body<C, R> {
    pub(super) fn new(shared: Arc<Shared<C, R>>, target: Target, open: Open<C::Stream>) -> Self {
        let complete = open.response.is_complete();
        let mut body = Self { shared, target, state: State::Open(open), data: 0..0 };
        if complete {
            // Whoever sees a 204 or a length of 0 need not read to learn that nothing comes.
            body.give_back();
        }
        body
    }

    /// Makes `data` non-empty, or brings the body to its end.
    fn poll_advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        while self.data.is_empty() {
            let open = match &mut self.state {
                State::Open(open) => open,
                State::Ended => break,
                State::Failed(kind) => {
                    return Poll::Ready(Err(TransportError::new(
                        *kind,
                        "the response's body has failed before",
                    )));
                }
            };
            match ready!(open.poll_data(cx, &self.target)) {
                Ok(Some(data)) => self.data = data,
                Ok(None) => self.give_back(),
                Err(error) => {
                    self.state = State::Failed(error.kind());
                    return Poll::Ready(Err(error));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Puts the connection into the pool, with what is left of the response, or closes it.
    fn give_back(&mut self) {
        self.data = 0..0;
        if matches!(self.state, State::Failed(_)) {
            return;
        }
        if let State::Open(open) = mem::replace(&mut self.state, State::Ended)
            && open.reusable
            && let Some(idle) = Idle::new(open.connection, open.response)
        {
            self.shared.pool.put(&self.target, idle, self.shared.timer.now());
        }
    }
}

impl<S: futures_io::AsyncRead + futures_io::AsyncWrite + Unpin> Open<S> {
    /// The place of the next data in the connection's buffer; `None` at the body's end.
    fn poll_data(
        &mut self,
        cx: &mut Context<'_>,
        target: &Target,
    ) -> Poll<Result<Option<Range<usize>>, TransportError>> {
        loop {
            let mut input = self.connection.unread();
            let part = self.response.next_part(&mut input).transpose();
            let length = match part.map_err(|error| unreadable(target, error))? {
                Some(Part::Data(data)) => Some(data.len()),
                Some(_) => Some(0),
                None => None,
            };
            let left = input.len();
            // Data is a piece of the input, and nothing of the input lies between it and what is left.
            let end = self.connection.keep(left);
            match length {
                Some(length @ 1..) => return Poll::Ready(Ok(Some(end.saturating_sub(length)..end))),
                _ if self.response.is_complete() => return Poll::Ready(Ok(None)),
                Some(_) => continue,
                None => {}
            }
            match ready!(self.connection.poll_fill(cx)) {
                Ok(0) => {
                    self.response.end().map_err(|error| unreadable(target, error))?;
                    return Poll::Ready(Ok(None));
                }
                Ok(_) => {}
                // Over TLS this may be an end without a close_notify.
                Err(error) => {
                    let context =
                        format!("the connection to {target} was lost in the middle of the response");
                    let lost = TransportError::new(TransportErrorKind::Truncated, context);
                    return Poll::Ready(Err(lost.with_source(error)));
                }
            }
        }
    }
}

impl<C: Connect, R: Timer> ResponseBody for Body<C, R> {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        ready!(this.poll_advance(cx))?;
        Poll::Ready(Ok(match &this.state {
            State::Open(open) => open.connection.bytes(this.data.clone()),
            State::Ended | State::Failed(_) => &[],
        }))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let data = &mut self.get_mut().data;
        data.start = data.start.saturating_add(amount);
    }

    fn release(self: Pin<&mut Self>) {
        self.get_mut().give_back();
    }
}

impl<C: Connect, R: Timer> fmt::Debug for Body<C, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").field("target", &self.target).finish_non_exhaustive()
    }
}
