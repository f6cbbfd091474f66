//! Other models, for when the first one cannot answer.

mod outcome;
mod rule;
mod search;

use std::fmt;
use std::time::Duration;

pub use outcome::{Answered, FallbackError, ModelFailure};

use super::{Chat, ChatCompletion, ChatRequest, ChatStream};
use crate::{Timer, Transport};
use search::Search;

impl<'c, T: Transport, R: Timer> Chat<'c, T, R> {
    /// The same calls, with other models to be asked, in this order, when the request's own cannot answer. One
    /// that is named twice, or is the request's own, is asked once.
    ///
    /// ```
    /// use choreoai::{ChatRequest, Client, Error, Timer, Transport};
    ///
    /// async fn haiku<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<String, Error> {
    ///     let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust");
    ///     let chat = client.chat().fallback(["claude-3-sonnet", "gemini-pro"]);
    ///     let answer = chat.create(&request).await?;
    ///     Ok(format!("{} (by {})", answer.text(), answer.asked_model()))
    /// }
    /// ```
    pub fn fallback(self, models: impl IntoIterator<Item: Into<String>>) -> Fallback<'c, T, R> {
        let models = models.into_iter().map(Into::into).collect();
        Fallback { chat: self, models, total_timeout: None }
    }
}

/// Chat completions by the first of several models that answers: see [`Chat::fallback`].
///
/// The next model is asked only when nothing of an answer has come, by an error that another model may not meet:
///
/// | [class](crate::ErrorClass) of the error | another model is asked |
/// |---|---|
/// | `permission`, `quota`, `rate_limit`, `conflict`, `provider`, `server`, `truncated` | yes |
/// | `not_found` | yes, but after the code `endpoint_not_found` |
/// | `invalid_request` | only after the code `context_length_exceeded`, or when it is about the member `model` |
/// | `timeout` | yes, but after the connect timeout |
/// | `connection` | yes, but after a TLS failure |
/// | `protocol` | yes, but after a redirect |
/// | all others, `authentication` and `limit` among them | no |
/// | any, once something of the answer has come | no |
///
/// The client's own retries and its timeouts, the total one too, are for each model anew: with two retries, three models make
/// at most nine requests. [`total_timeout`](Self::total_timeout) bounds all together.
#[must_use]
pub struct Fallback<'c, T, R> {
    chat: Chat<'c, T, R>,
    models: Vec<String>,
    total_timeout: Option<Duration>,
}

impl<T: Transport, R: Timer> Fallback<'_, T, R> {
    /// Bounds the time of all models together: until the whole answer is there, or the first chunk of a stream.
    /// Past it the model at hand has met `timeout_total`, and no other is asked.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total_timeout = Some(limit);
        self
    }

    /// Asks for a whole answer, as [`Chat::create`] does.
    ///
    /// # Errors
    ///
    /// What each model met that was asked.
    pub async fn create(&self, request: &ChatRequest) -> Result<Answered<ChatCompletion>, FallbackError> {
        let mut search = Search::new(self, request);
        loop {
            let outcome = search.limit.bound(self.chat.create(&search.request)).await;
            if let Some(end) = search.judge(outcome) {
                return end;
            }
        }
    }

    /// Asks for the answer as it is made, and waits for its first chunk, as [`Chat::stream`] does.
    ///
    /// # Errors
    ///
    /// What each model met that was asked. An error in the stream itself is the stream's.
    pub async fn stream(&self, request: &ChatRequest) -> Result<Answered<ChatStream<T, R>>, FallbackError> {
        let mut search = Search::new(self, request);
        loop {
            let outcome = search.limit.bound(self.chat.stream(&search.request)).await;
            if let Some(end) = search.judge(outcome) {
                return end;
            }
        }
    }
}

impl<T, R> fmt::Debug for Fallback<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("models", &self.models)
            .field("total_timeout", &self.total_timeout)
            .finish_non_exhaustive()
    }
}
