//! A byte stream and what has been read from it.

use std::io::{self, IoSlice};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use futures_io::{AsyncRead, AsyncWrite};

/// What one read takes at most. Events are some hundred bytes each and come one by one, so that more would lie idle
/// in every open stream.
const READ_BUFFER: usize = 4 * 1024;

/// A connected stream with its read buffer.
#[derive(Debug)]
pub(super) struct Connection<S> {
    stream: S,
    buffer: Box<[u8]>,
    unread: Range<usize>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: vec![0; READ_BUFFER].into_boxed_slice(), unread: 0..0 }
    }

    /// The stream alone; what has been read and not consumed is lost.
    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    /// What has been read and not consumed.
    pub(super) fn unread(&self) -> &[u8] {
        self.bytes(self.unread.clone())
    }

    /// Keeps the last `remaining` bytes of what is unread, and says where in the buffer the rest begins.
    pub(super) fn keep(&mut self, remaining: usize) -> usize {
        self.unread.start = self.unread.end.saturating_sub(remaining).max(self.unread.start);
        self.unread.start
    }

    /// Bytes of the buffer, consumed ones included; they stand until the next [`poll_fill`](Self::poll_fill).
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.buffer.get(range).unwrap_or_default()
    }

    /// Reads into the buffer, once everything in it has been consumed, and says how much; 0 is the end of the stream.
    pub(super) fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        debug_assert!(self.unread.is_empty(), "unread bytes would be lost");
        self.unread = 0..0;
        let read = loop {
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut self.buffer)) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome?.min(self.buffer.len()),
            }
        };
        self.unread = 0..read;
        Poll::Ready(Ok(read))
    }

    /// As [`poll_fill`](Self::poll_fill), but never waits: `None` when nothing has arrived by now. Whoever reads next leaves a
    /// waker of their own.
    ///
    /// It polls twice: a stream whose last read found no more may take a poll to begin a wait, and not look at what has come since.
    pub(super) fn fill_now(&mut self) -> Option<io::Result<usize>> {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            if let Poll::Ready(read) = self.poll_fill(&mut cx) {
                return Some(read);
            }
        }
        None
    }

    /// Writes some of the two pieces, in one go where the stream can.
    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        head: &[u8],
        body: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            let stream = Pin::new(&mut self.stream);
            let written = if head.is_empty() {
                stream.poll_write(cx, body)
            } else {
                stream.poll_write_vectored(cx, &[IoSlice::new(head), IoSlice::new(body)])
            };
            match ready!(written) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return Poll::Ready(outcome),
            }
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
}
