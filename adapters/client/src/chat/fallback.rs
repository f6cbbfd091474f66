//! Other models, for when the first one cannot answer.

mod rule;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::future::{Future, poll_fn};
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use choreoai_core::deadline::DeadlineKind;

use super::{Chat, ChatCompletion, ChatRequest, ChatStream};
use crate::{Error, Timer, Transport};

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
/// | another model is asked after | and not after |
/// |---|---|
/// | 402, 429, also without quota left | 401 or `authentication_error`, whatever the status |
/// | 403, 404 but `endpoint_not_found`, a model that is unknown | any other 4xx, redirects |
/// | a context that is too long for the model | a request that was not sent (`invalid_request`) |
/// | 408, 409, 425, 5xx | |
/// | an error in the answer (not `invalid_request_error`), before its first chunk | any error after the first chunk |
/// | a body that is no answer, or ends before its first chunk | `limit` |
/// | the first-event timeout, or the total timeout of that model | the connect timeout, a TLS failure |
/// | a connection that fails before the answer | |
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
        self.first(request, async |request| self.chat.create(request).await).await
    }

    /// Asks for the answer as it is made, and waits for its first chunk, as [`Chat::stream`] does.
    ///
    /// # Errors
    ///
    /// What each model met that was asked. An error in the stream itself is the stream's.
    pub async fn stream(&self, request: &ChatRequest) -> Result<Answered<ChatStream<T, R>>, FallbackError> {
        self.first(request, async |request| self.chat.stream(request).await).await
    }
}

impl<T: Transport, R: Timer> Fallback<'_, T, R> {
    async fn first<A>(
        &self,
        request: &ChatRequest,
        ask: impl AsyncFn(&ChatRequest) -> Result<A, Error>,
    ) -> Result<Answered<A>, FallbackError> {
        let timer = self.chat.client.timer();
        let begun = timer.now();
        let mut limit = pin!(self.total_timeout.map(|limit| (limit, Box::pin(timer.sleep(limit)))));
        let mut failures = Vec::new();
        let mut others = self.others(&request.model);
        let mut request = Cow::Borrowed(request);
        loop {
            let outcome = {
                let mut asking = pin!(ask(&request));
                poll_fn(|cx| {
                    if let Poll::Ready(outcome) = asking.as_mut().poll(cx) {
                        return Poll::Ready(outcome);
                    }
                    match limit.as_mut().get_mut() {
                        Some((limit, sleep)) => sleep.as_mut().poll(cx).map(|()| Err(overdue(*limit))),
                        None => Poll::Pending,
                    }
                })
                .await
            };
            let model = request.model.clone();
            let error = match outcome {
                Ok(answer) => return Ok(Answered { answer, model, failures }),
                Err(error) => error,
            };
            let is_late = self.total_timeout.is_some_and(|limit| timer.now().saturating_sub(begun) >= limit);
            let next = if is_late || !rule::another_may_answer(&error) { None } else { others.next() };
            let failure = ModelFailure { model, error };
            let Some(next) = next else { return Err(FallbackError { earlier: failures, last: failure }) };
            failures.push(failure);
            request.to_mut().model.clone_from(next);
        }
    }
}

impl<T, R> Fallback<'_, T, R> {
    /// The models to be asked after this one, each once.
    fn others<'m>(&'m self, own: &'m str) -> impl Iterator<Item = &'m String> {
        let is_new = move |(at, model): &(usize, &String)| {
            **model != own && self.models.iter().take(*at).all(|earlier| earlier != *model)
        };
        self.models.iter().enumerate().filter(is_new).map(|(_, model)| model)
    }
}

fn overdue(limit: Duration) -> Error {
    Error::timeout(DeadlineKind::Total, limit)
        .with_hint("that is for all models together")
        .with_retry(true, None)
}

impl<T, R> fmt::Debug for Fallback<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fallback")
            .field("models", &self.models)
            .field("total_timeout", &self.total_timeout)
            .finish_non_exhaustive()
    }
}

/// An answer, a [`ChatCompletion`] or a [`ChatStream`], and which of several models gave it. It dereferences to the answer.
#[derive(Debug)]
pub struct Answered<A> {
    answer: A,
    model: String,
    failures: Vec<ModelFailure>,
}

impl<A> Answered<A> {
    /// The model that was asked, by the name it was asked by. (The server may call it otherwise:
    /// [`ChatCompletion::model`].)
    pub fn asked_model(&self) -> &str {
        &self.model
    }

    /// What the models met that were asked before, in that order.
    pub fn failures(&self) -> &[ModelFailure] {
        &self.failures
    }

    /// The answer alone.
    pub fn into_answer(self) -> A {
        self.answer
    }
}

impl<A> Deref for Answered<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.answer
    }
}

impl<A> DerefMut for Answered<A> {
    fn deref_mut(&mut self) -> &mut A {
        &mut self.answer
    }
}

/// What a model met that was asked in vain.
#[derive(Debug)]
#[non_exhaustive]
pub struct ModelFailure {
    /// The model, by the name it was asked by.
    pub model: String,
    /// Why it did not answer.
    pub error: Error,
}

impl fmt::Display for ModelFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.model, self.error)
    }
}

/// What each model met: all were asked in vain, or one met what no other could help with. With `?` it becomes
/// the [`Error`] of the last one.
#[derive(Debug)]
pub struct FallbackError {
    earlier: Vec<ModelFailure>,
    last: ModelFailure,
}

impl FallbackError {
    /// What each model met that was asked, in that order; at least one.
    pub fn failures(&self) -> impl Iterator<Item = &ModelFailure> {
        self.earlier.iter().chain([&self.last])
    }

    /// What the last model met.
    pub fn last(&self) -> &ModelFailure {
        &self.last
    }
}

impl fmt::Display for FallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.earlier.is_empty() {
            return self.last.fmt(f);
        }
        f.write_str("no model answered: ")?;
        for failure in &self.earlier {
            write!(f, "{failure}; then ")?;
        }
        self.last.fmt(f)
    }
}

impl StdError for FallbackError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.last.error)
    }
}

impl From<FallbackError> for Error {
    fn from(error: FallbackError) -> Self {
        error.last.error
    }
}
