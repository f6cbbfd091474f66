//! Whom a conversation can ask.

use std::future::Future;

use super::{Chat, ChatCompletion, ChatRequest, ChatStream, Fallback};
use crate::{Client, Error, Timer, Transport};

/// Whom a [`Conversation`](super::Conversation) can ask: a [`Client`], a [`Chat`] with terms of its own, or several models by
/// [`Chat::fallback`]. It is not to be implemented elsewhere.
pub trait Ask: sealed::Sealed {
    /// What carries the requests.
    type Transport: Transport;
    /// The clock.
    type Timer: Timer;

    /// Asks for a whole answer.
    fn create(&self, request: &ChatRequest) -> impl Future<Output = Result<ChatCompletion, Error>>;

    /// Asks for the answer as it is made.
    fn stream(
        &self,
        request: &ChatRequest,
    ) -> impl Future<Output = Result<ChatStream<Self::Transport, Self::Timer>, Error>>;
}

impl<T: Transport, R: Timer> Ask for Client<T, R> {
    type Transport = T;
    type Timer = R;

    async fn create(&self, request: &ChatRequest) -> Result<ChatCompletion, Error> {
        self.chat().create(request).await
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream<T, R>, Error> {
        self.chat().stream(request).await
    }
}

impl<T: Transport, R: Timer> Ask for Chat<'_, T, R> {
    type Transport = T;
    type Timer = R;

    async fn create(&self, request: &ChatRequest) -> Result<ChatCompletion, Error> {
        Chat::create(self, request).await
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream<T, R>, Error> {
        Chat::stream(self, request).await
    }
}

impl<T: Transport, R: Timer> Ask for Fallback<'_, T, R> {
    type Transport = T;
    type Timer = R;

    async fn create(&self, request: &ChatRequest) -> Result<ChatCompletion, Error> {
        Ok(Fallback::create(self, request).await?.into_answer())
    }

    async fn stream(&self, request: &ChatRequest) -> Result<ChatStream<T, R>, Error> {
        Ok(Fallback::stream(self, request).await?.into_answer())
    }
}

mod sealed {
    pub trait Sealed {}

    impl<T, R> Sealed for crate::Client<T, R> {}
    impl<T, R> Sealed for crate::Chat<'_, T, R> {}
    impl<T, R> Sealed for crate::Fallback<'_, T, R> {}
}
