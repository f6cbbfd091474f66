//! An answer as it arrives.

mod gathering;
mod write_to;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use choreoai_core::chat::{Usage, Verdict};
use futures_core::{FusedStream, Stream};

use super::ChatCompletion;
use super::chunk::{ChatChunk, FragmentKind};
use super::exchange::Exchange;
use crate::{Error, ResponseHead, Timer, Transport};
pub(super) use gathering::Gathering;
pub(super) use write_to::copy;
pub use write_to::{WriteCause, WriteError};

/// An answer as it arrives: a [`Stream`] of [`ChatChunk`]s, one for each event.
///
/// It ends in exactly one way: with `None` and a [`verdict`](Self::verdict), or with one error and then `None`. What
/// arrived before an error has been delivered before it.
///
/// Dropping it cancels the answer at the server at once. Read to its end, it gives its connection back.
#[must_use = "the answer is cancelled when the stream is dropped"]
pub struct ChatStream<T: Transport, R: Timer> {
    exchange: Exchange<T, R>,
    first: Option<ChatChunk>,
    is_over: bool,
}

impl<T: Transport, R: Timer> ChatStream<T, R> {
    pub(super) fn new(exchange: Exchange<T, R>, first: Option<ChatChunk>) -> Self {
        Self { is_over: first.is_none(), exchange, first }
    }

    /// How the answer ended, once it has ended well.
    pub fn verdict(&self) -> Option<Verdict> {
        if self.is_over { self.exchange.verdict() } else { None }
    }

    /// The head of the response, and how many requests it took.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.exchange.head().map(|head| &**head)
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.response().and_then(ResponseHead::request_id)
    }

    /// What has been read of the response's body, byte for byte (without its content coding) and up to `[DONE]`; only
    /// where the request asks to [keep](crate::ChatRequest::keep_raw_body) it.
    pub fn raw_body(&self) -> Option<&[u8]> {
        self.exchange.raw_body()
    }

    /// The content of choice 0 alone, as it arrives.
    pub fn text(self) -> TextStream<T, R> {
        TextStream { chunks: self, model: None, finish_reason: None, usage: None }
    }

    /// Reads to the end and gives the whole answer; what was taken from the stream before is not in it.
    ///
    /// # Errors
    ///
    /// What the stream ends with; [`Error::partial`] holds what arrived before.
    pub async fn collect_message(self) -> Result<ChatCompletion, Error> {
        let mut gathering = Gathering::new(self);
        while let Some(chunk) = std::future::poll_fn(|cx| Pin::new(&mut gathering).poll_next(cx)).await {
            chunk?;
        }
        Ok(gathering.finish())
    }
}

impl<T: Transport, R: Timer> Stream for ChatStream<T, R> {
    type Item = Result<ChatChunk, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        if this.is_over {
            return Poll::Ready(None);
        }
        let item = ready!(this.exchange.poll_chunk(cx));
        this.is_over = !matches!(item, Some(Ok(_)));
        Poll::Ready(item)
    }
}

impl<T: Transport, R: Timer> FusedStream for ChatStream<T, R> {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<T: Transport, R: Timer> fmt::Debug for ChatStream<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatStream").field("verdict", &self.verdict()).finish_non_exhaustive()
    }
}

/// The content of choice 0 of an answer, as it arrives; pieces are never empty.
///
/// Ends and fails as the [`ChatStream`] does. What an answer says besides its text can be asked for when it has ended:
///
/// ```
/// use choreoai::{ChatRequest, Client, Error, Timer, Transport};
/// use futures_lite::StreamExt;
///
/// async fn tell<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
///     let request = ChatRequest::new("gpt-4").user("Tell me a story").include_usage(true);
///     let mut text = client.chat().stream(&request).await?.text();
///     while let Some(piece) = text.next().await {
///         print!("{}", piece?);
///     }
///     if text.finish_reason() == Some("length") {
///         print!(" ...");
///     }
///     println!("\n{:?} tokens", text.usage().and_then(|usage| usage.total_tokens()));
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "the answer is cancelled when the stream is dropped"]
pub struct TextStream<T: Transport, R: Timer> {
    chunks: ChatStream<T, R>,
    model: Option<String>,
    finish_reason: Option<String>,
    usage: Option<Usage>,
}

impl<T: Transport, R: Timer> TextStream<T, R> {
    /// How the answer ended, once it has ended well.
    pub fn verdict(&self) -> Option<Verdict> {
        self.chunks.verdict()
    }

    /// Why choice 0 ended, as far as that was told.
    pub fn finish_reason(&self) -> Option<&str> {
        self.finish_reason.as_deref()
    }

    /// Token counts, as told last. Most servers tell them at the end, and when [asked](crate::ChatRequest::include_usage).
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// The name of the model that answers.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The head of the response, and how many requests it took.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.chunks.response()
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.chunks.request_id()
    }

    /// Keeps what a chunk says besides its text.
    fn note(&mut self, chunk: &ChatChunk) {
        self.usage = chunk.usage().copied().or(self.usage);
        if self.model.is_none() {
            self.model = chunk.model().map(str::to_owned);
        }
        for fragment in chunk.fragments().filter(|fragment| fragment.choice == Some(0)) {
            if let FragmentKind::Finish(reason) = fragment.kind {
                self.finish_reason = Some(reason.to_owned());
            }
        }
    }
}

impl<T: Transport, R: Timer> Stream for TextStream<T, R> {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.chunks).poll_next(cx)) {
                Some(Ok(chunk)) => {
                    self.note(&chunk);
                    let text = chunk.text();
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(text.into_owned())));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: Transport, R: Timer> FusedStream for TextStream<T, R> {
    fn is_terminated(&self) -> bool {
        self.chunks.is_terminated()
    }
}
