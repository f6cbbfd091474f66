//! What is done with a socket.
//!
//! A future of one type, whatever it is, so that all waiting for a socket shares its code. Written by hand for the reason that
//! [`Race`](crate::time) is.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use embedded_io_async::{Read, Write};
use pin_project_lite::pin_project;

use crate::error::Failure;
use crate::wire::Span;

/// What is done with a socket.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Io {
    Write,
    Flush,
    Read,
}

/// Some use of a socket.
#[doc(hidden)]
pub struct Transfer<'s, S> {
    pub(crate) io: Io,
    pub(crate) socket: &'s mut S,
    pub(crate) buffer: &'s mut [u8],
    /// What of the buffer is to be written.
    pub(crate) unwritten: Span,
}

impl<'s, S: Read + Write> Transfer<'s, S> {
    /// Writes these bytes of the buffer, or reads into it.
    #[inline(always)]
    pub(crate) fn perform(self) -> impl Future<Output = Result<usize, Failure<S::Error>>> + use<'s, S> {
        let Self { io, socket, buffer, unwritten } = self;
        match io {
            Io::Write => Perform::Write { work: socket.write(unwritten.of(buffer)) },
            Io::Flush => Perform::Flush { work: socket.flush() },
            Io::Read => Perform::Read { work: socket.read(buffer) },
        }
    }
}

pin_project! {
    #[project = Work]
    enum Perform<W, F, R> {
        Write { #[pin] work: W },
        Flush { #[pin] work: F },
        Read { #[pin] work: R },
    }
}

impl<W, F, R, E> Future for Perform<W, F, R>
where
    W: Future<Output = Result<usize, E>>,
    F: Future<Output = Result<(), E>>,
    R: Future<Output = Result<usize, E>>,
{
    type Output = Result<usize, Failure<E>>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let poll = match self.project() {
            Work::Write { work } => work.poll(cx),
            Work::Flush { work } => work.poll(cx).map_ok(|()| 0),
            Work::Read { work } => work.poll(cx),
        };
        poll.map_err(Failure::Io)
    }
}

pin_project! {
    /// Some work that has failed, if it is hasty, unless it is done at once.
    pub(crate) struct Hasty<F> {
        #[pin]
        pub(crate) work: F,
        pub(crate) is_hasty: bool,
    }
}

impl<F: Future<Output = Result<T, Failure<E>>>, T, E> Future for Hasty<F> {
    type Output = Result<T, Failure<E>>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.work.poll(cx) {
            Poll::Pending if *this.is_hasty => Poll::Ready(Err(Failure::Closed)),
            poll => poll,
        }
    }
}
