//! Text that goes on to a writer as it arrives.

use std::error::Error as StdError;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_io::AsyncWrite;

use super::{ChatStream, Gathering};
use crate::chat::{ChatChunk, ChatCompletion};
use crate::{Error, Timer, Transport};

/// After so many chunks that were there at once, other tasks get their turn.
const CHUNKS_PER_POLL: u32 = 64;

impl<T: Transport, R: Timer> ChatStream<T, R> {
    /// Writes the content of choice 0 as it arrives, and gives the whole answer, with its
    /// [`verdict`](ChatCompletion::verdict), once it has ended well.
    ///
    /// Each piece is written at once. The writer is flushed whenever the next piece has to be waited for, and at the
    /// end; it is not closed. A writer that is slow holds the answer back, and that time does not count against the
    /// idle timeout. One chunk is held, and the answer, of at most 64 MiB.
    ///
    /// Dropping the future cancels the answer at the server; what was written until then stays written.
    ///
    /// ```
    /// use choreoai::{ChatRequest, Client, Timer, Transport, WriteCause};
    /// use futures_io::AsyncWrite;
    ///
    /// async fn relay<T: Transport, R: Timer>(client: &Client<T, R>, socket: &mut (impl AsyncWrite + Unpin)) {
    ///     let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust");
    ///     let Ok(stream) = client.chat().stream(&request).await else { return };
    ///     match stream.write_to(socket).await {
    ///         Ok(answer) => println!("{:?} tokens", answer.usage().and_then(|usage| usage.total_tokens())),
    ///         Err(error) => match error.cause() {
    ///             WriteCause::Writer(_) => println!("the reader has gone"),
    ///             WriteCause::Answer(cause) => println!("{cause}, after {:?}", error.partial().text()),
    ///         },
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// A [`WriteError`], which tells a failure of the writer from one of the answer. When the answer fails, the text before has been
    /// written and flushed.
    pub async fn write_to<W>(self, writer: &mut W) -> Result<ChatCompletion, WriteError>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        let mut gathering = Gathering::new(self);
        match copy(&mut gathering, writer).await {
            Ok(()) => Ok(gathering.finish()),
            Err(cause) => Err(WriteError::new(cause, || gathering.take())),
        }
    }
}

/// Writes the content of choice 0 of `chunks` as it arrives.
pub(in crate::chat) async fn copy<S, W>(chunks: &mut S, writer: &mut W) -> Result<(), WriteCause>
where
    S: Stream<Item = Result<ChatChunk, Error>> + Unpin,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut copy = Copy { chunks, writer, piece: Piece::default(), is_flushed: true };
    let outcome = poll_fn(|cx| copy.poll(cx)).await;
    if let Err(WriteCause::Answer(_)) = outcome {
        // What came before is to be seen; that the answer failed counts more than a failure to show it.
        let _ = poll_fn(|cx| copy.poll_flushed(cx)).await;
    }
    outcome
}

struct Copy<'c, S, W: ?Sized> {
    chunks: &'c mut S,
    writer: &'c mut W,
    piece: Piece,
    is_flushed: bool,
}

#[derive(Default)]
struct Piece {
    text: String,
    written: usize,
}

impl<S, W> Copy<'_, S, W>
where
    S: Stream<Item = Result<ChatChunk, Error>> + Unpin,
    W: AsyncWrite + Unpin + ?Sized,
{
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WriteCause>> {
        for _ in 0..CHUNKS_PER_POLL {
            ready!(self.piece.poll_write(Pin::new(&mut *self.writer), cx)).map_err(WriteCause::Writer)?;
            match Pin::new(&mut *self.chunks).poll_next(cx) {
                Poll::Ready(Some(Ok(chunk))) => {
                    let text = chunk.text();
                    if !text.is_empty() {
                        self.piece = Piece { text: text.into_owned(), written: 0 };
                        self.is_flushed = false;
                    }
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Err(WriteCause::Answer(error))),
                Poll::Ready(None) => return self.poll_flushed(cx).map_err(WriteCause::Writer),
                Poll::Pending => {
                    ready!(self.poll_flushed(cx)).map_err(WriteCause::Writer)?;
                    return Poll::Pending;
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn poll_flushed(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.is_flushed {
            match ready!(Pin::new(&mut *self.writer).poll_flush(cx)) {
                Ok(()) => self.is_flushed = true,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl Piece {
    fn poll_write<W: AsyncWrite + ?Sized>(
        &mut self,
        mut writer: Pin<&mut W>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.text.as_bytes().get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(writer.as_mut().poll_write(cx, rest)) {
                Ok(0) => {
                    let message = "the writer takes nothing more";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::WriteZero, message)));
                }
                Ok(amount) => self.written = self.written.saturating_add(amount),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Why [`ChatStream::write_to`] did not write the whole answer.
#[derive(Debug)]
pub struct WriteError {
    cause: WriteCause,
    partial: Box<ChatCompletion>,
}

/// Which side failed.
#[derive(Debug)]
pub enum WriteCause {
    /// The writer did; the answer was cancelled at the server. [`WriteZero`](io::ErrorKind::WriteZero): it took nothing more.
    Writer(io::Error),
    /// The answer did, or ended before it was complete.
    Answer(Error),
}

impl WriteError {
    /// An error of the answer brings what had come of it; else `partial` gives that.
    pub(in crate::chat) fn new(mut cause: WriteCause, partial: impl FnOnce() -> ChatCompletion) -> Self {
        let partial = match &mut cause {
            WriteCause::Writer(_) => partial(),
            WriteCause::Answer(error) => error.take_partial().unwrap_or_default(),
        };
        Self { cause, partial: Box::new(partial) }
    }

    /// Which side failed, and how.
    pub fn cause(&self) -> &WriteCause {
        &self.cause
    }

    /// What had arrived of the answer. Of its text, the writer may have taken less if it is the one that failed.
    pub fn partial(&self) -> &ChatCompletion {
        &self.partial
    }

    /// Both, owned.
    pub fn into_parts(self) -> (WriteCause, ChatCompletion) {
        (self.cause, *self.partial)
    }
}

/// So that `?` takes what is met before the answer begins.
impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::new(WriteCause::Answer(error), ChatCompletion::default)
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            WriteCause::Writer(error) => write!(f, "the answer could not be written: {error}"),
            WriteCause::Answer(error) => error.fmt(f),
        }
    }
}

impl StdError for WriteError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            WriteCause::Writer(error) => Some(error),
            // Printed, this is that error already.
            WriteCause::Answer(error) => error.source(),
        }
    }
}
