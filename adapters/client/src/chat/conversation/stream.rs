//! The answer within a conversation, as it arrives.

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use choreoai_core::chat::Verdict;
use futures_core::{FusedStream, Stream};
use futures_io::AsyncWrite;

use super::Conversation;
use super::turn::{Turn, to_remember};
use crate::chat::stream::{Gathering, copy};
use crate::chat::{Ask, ChatChunk, ChatCompletion, Message};
use crate::error::ErrorKind;
use crate::{Error, ResponseHead, Timer, Transport, WriteCause, WriteError};

/// The answer to a question of a [`Conversation`], as it arrives: a [`Stream`] of [`ChatChunk`]s.
///
/// It gives and ends as a [`ChatStream`](crate::ChatStream) does. When it has ended well (`None` came, without an error before it), the
/// question and the answer are part of the conversation. Else, or when it is dropped before, the conversation is as it was,
/// unless [`keep_partial`](Self::keep_partial) says otherwise.
///
/// ```
/// use choreoai::{Client, Conversation, Error, Timer, Transport};
/// use futures_lite::StreamExt;
///
/// async fn tell<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
///     let mut conversation = Conversation::new("gpt-4");
///     let mut stream = conversation.ask_stream(client, "Tell me a story").await?;
///     while let Some(chunk) = stream.next().await {
///         print!("{}", chunk?.text()); // an error's `partial` is what had come
///     }
///     conversation.ask(client, "And in one sentence?").await?;
///     Ok(())
/// }
/// ```
#[must_use = "the answer is cancelled when the stream is dropped"]
pub struct ConversationStream<'c, T: Transport, R: Timer> {
    // No guard that is dropped: the conversation can be used again after the last use of the stream.
    conversation: &'c mut Conversation,
    question: Option<Message>,
    gathering: Gathering<T, R>,
    outcome: Outcome,
}

enum Outcome {
    Open,
    Complete(Box<ChatCompletion>),
    Failed,
}

impl<'c, T: Transport, R: Timer> ConversationStream<'c, T, R> {
    pub(super) async fn begin<A: Ask<Transport = T, Timer = R>>(
        conversation: &'c mut Conversation,
        question: Option<Message>,
        asker: &A,
    ) -> Result<Self, Error> {
        let stream = {
            let mut turn = Turn::new(conversation);
            question.iter().for_each(|question| turn.push(question.clone()));
            asker.stream(turn.request()).await?
        };
        Ok(Self { conversation, question, gathering: Gathering::new(stream), outcome: Outcome::Open })
    }

    /// The whole answer, once it has ended well; it is in the conversation then.
    pub fn completion(&self) -> Option<&ChatCompletion> {
        match &self.outcome {
            Outcome::Complete(completion) => Some(completion),
            Outcome::Open | Outcome::Failed => None,
        }
    }

    /// How the answer ended, once it has ended well.
    pub fn verdict(&self) -> Option<Verdict> {
        self.completion().and_then(ChatCompletion::verdict)
    }

    /// The head of the response, and how many requests it took.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.gathering.stream().response()
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.response().and_then(ResponseHead::request_id)
    }

    /// Reads to the end and gives the whole answer, with what was taken from the stream before.
    ///
    /// # Errors
    ///
    /// What the stream ends with; [`Error::partial`] holds what arrived before, and the conversation is as it was.
    pub async fn collect_message(mut self) -> Result<ChatCompletion, Error> {
        while let Some(chunk) = poll_fn(|cx| Pin::new(&mut self).poll_next(cx)).await {
            chunk?;
        }
        self.take_whole()
    }

    /// Writes the rest of the content as it arrives, as [`ChatStream::write_to`](crate::ChatStream::write_to) does.
    ///
    /// # Errors
    ///
    /// As there; the conversation is as it was.
    pub async fn write_to<W>(mut self, writer: &mut W) -> Result<ChatCompletion, WriteError>
    where
        W: AsyncWrite + Unpin + ?Sized,
    {
        let outcome = copy(&mut self, writer).await;
        outcome
            .and_then(|()| self.take_whole().map_err(WriteCause::Answer))
            .map_err(|cause| WriteError::new(cause, || self.gathering.take()))
    }

    /// Stops here, which cancels the answer at the server, and yet appends the question and the text that has come: for
    /// a reader who has seen enough. Tool calls, which may be cut, are left out. Gives what had come.
    ///
    /// Nothing is appended when no text of choice 0 has come, or after an error.
    pub fn keep_partial(mut self) -> ChatCompletion {
        if let Outcome::Complete(completion) = self.outcome {
            return *completion;
        }
        let partial = self.gathering.take();
        if !partial.text().is_empty() {
            self.append(Message::assistant(partial.text()));
        }
        partial
    }

    fn append(&mut self, answer: Message) {
        if let Some(question) = self.question.take() {
            self.conversation.push(question);
        }
        self.conversation.complete(answer);
    }

    fn take_whole(&mut self) -> Result<ChatCompletion, Error> {
        match &mut self.outcome {
            Outcome::Complete(completion) => Ok(mem::take(completion)),
            Outcome::Open | Outcome::Failed => {
                let message = "the answer had failed before, and the stream has told it";
                Err(Error::new(ErrorKind::Truncated, message))
            }
        }
    }
}

impl<T: Transport, R: Timer> Stream for ConversationStream<'_, T, R> {
    type Item = Result<ChatChunk, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if !matches!(this.outcome, Outcome::Open) {
            return Poll::Ready(None);
        }
        let item = ready!(Pin::new(&mut this.gathering).poll_next(cx));
        match &item {
            Some(Ok(_)) => {}
            Some(Err(_)) => this.outcome = Outcome::Failed,
            None => {
                let completion = this.gathering.finish();
                this.conversation.took(&completion);
                if let Some(message) = to_remember(&completion) {
                    this.append(message);
                }
                this.outcome = Outcome::Complete(Box::new(completion));
            }
        }
        Poll::Ready(item)
    }
}

impl<T: Transport, R: Timer> FusedStream for ConversationStream<'_, T, R> {
    fn is_terminated(&self) -> bool {
        !matches!(self.outcome, Outcome::Open)
    }
}

impl<T: Transport, R: Timer> fmt::Debug for ConversationStream<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConversationStream").field("verdict", &self.verdict()).finish_non_exhaustive()
    }
}
