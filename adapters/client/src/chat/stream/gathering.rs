//! An answer that is handed on as it arrives and put together at the same time.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::ChatStream;
use crate::chat::{Assembly, ChatChunk, ChatCompletion};
use crate::{Error, Timer, Transport};

/// A stream, which keeps what it gives. An error takes what had come along.
pub(in crate::chat) struct Gathering<T: Transport, R: Timer> {
    stream: ChatStream<T, R>,
    assembly: Assembly,
}

impl<T: Transport, R: Timer> Gathering<T, R> {
    pub(in crate::chat) fn new(stream: ChatStream<T, R>) -> Self {
        Self { stream, assembly: Assembly::new() }
    }

    pub(in crate::chat) fn stream(&self) -> &ChatStream<T, R> {
        &self.stream
    }

    /// Takes out what has come so far.
    pub(in crate::chat) fn take(&mut self) -> ChatCompletion {
        let mut completion = std::mem::take(&mut self.assembly).finish();
        completion.keep_raw_body(self.stream.exchange.take_raw_body());
        completion
    }

    /// Takes out the whole answer, once the stream has ended well.
    pub(in crate::chat) fn finish(&mut self) -> ChatCompletion {
        let mut completion = self.take();
        completion.ended(self.stream.exchange.head().cloned(), self.stream.exchange.verdict());
        completion
    }
}

impl<T: Transport, R: Timer> Stream for Gathering<T, R> {
    type Item = Result<ChatChunk, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let error = match ready!(Pin::new(&mut this.stream).poll_next(cx)) {
            None => return Poll::Ready(None),
            Some(Err(error)) => error,
            Some(Ok(chunk)) => match this.assembly.push(&chunk) {
                Ok(()) => return Poll::Ready(Some(Ok(chunk))),
                Err(limit) => {
                    this.stream.is_over = true;
                    this.stream.exchange.fail(limit)
                }
            },
        };
        Poll::Ready(Some(Err(error.with_partial(this.take()))))
    }
}
