//! The client, shared by its clones.

use std::fmt;
use std::sync::Arc;

use choreoai_core::retry::Policy;
use http::{HeaderMap, Uri};

use crate::base_url::BaseUrl;
use crate::builder::Timeouts;
use crate::credentials::Credentials;
use crate::limits::Limits;
use crate::observe::Observers;
use crate::{Chat, ClientBuilder, Embeddings, Error, Health, Models, Timer, Transport, health};

/// A client of one gateway.
///
/// Clones are cheap and share everything, connections included. Make one and keep it. It is `Send` and `Sync`, and
/// its futures are `Send`, when the transport and the timer are; it asks for no particular executor. When the last
/// clone is dropped, and with it the transport, the idle connections are closed; a stream that is still read keeps what
/// it needs.
pub struct Client<T, R> {
    inner: Arc<Inner<T, R>>,
}

struct Inner<T, R> {
    transport: T,
    timer: R,
    settings: Settings,
    limits: Limits,
}

/// What a builder has checked.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) chat_url: Uri,
    /// Of every request; those with credentials are among them.
    pub(crate) headers: HeaderMap,
    /// What is secret in them.
    pub(crate) credentials: Credentials,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: Policy,
    pub(crate) observers: Arc<Observers>,
}

impl<T: Transport + Default, R: Timer + Default> Client<T, R> {
    /// The settings of a client that uses the default transport and timer.
    pub fn builder() -> ClientBuilder<T, R> {
        ClientBuilder::new(T::default(), R::default())
    }

    /// A client by the environment variables `CHOREOAI_API_KEY` and `CHOREOAI_BASE_URL` (without it
    /// `http://localhost:8000`).
    ///
    /// # Errors
    ///
    /// `invalid_request` when the key is missing, or when one of them cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().env().build()
    }
}

impl<T: Transport, R: Timer> Client<T, R> {
    /// The settings of a client that uses this transport and this timer.
    pub fn builder_with(transport: T, timer: R) -> ClientBuilder<T, R> {
        ClientBuilder::new(transport, timer)
    }

    /// Chat completions.
    pub fn chat(&self) -> Chat<'_, T, R> {
        Chat::new(self)
    }

    /// The models that the gateway serves.
    pub fn models(&self) -> Models<'_, T, R> {
        Models::new(self)
    }

    /// Embeddings of texts.
    pub fn embeddings(&self) -> Embeddings<'_, T, R> {
        Embeddings::new(self)
    }

    /// Asks the gateway how it is (`GET /health`), once: nothing is retried, so that the answer is about now.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind). A gateway that is up and says that it is not well answers, by custom, with the
    /// status 503: that is `http`, and what it says is in [`Error::body`].
    pub async fn health(&self) -> Result<Health, Error> {
        health::ask(self).await
    }
}

impl<T, R> Client<T, R> {
    pub(crate) fn new(transport: T, timer: R, settings: Settings, limits: Limits) -> Self {
        Self { inner: Arc::new(Inner { transport, timer, settings, limits }) }
    }

    /// The gateway's base URL, without the version.
    pub fn base_url(&self) -> &str {
        self.inner.settings.base_url.as_str()
    }

    /// The timer that the client waits by, for code that has to wait as well and does not know the executor: for a
    /// heartbeat between the pieces of an answer, say, or before a question is asked again.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use choreoai::{Client, Timer, Transport};
    ///
    /// /// Waits until the gateway is up.
    /// async fn ready<T: Transport, R: Timer>(client: &Client<T, R>) {
    ///     while client.health().await.is_err() {
    ///         client.timer().sleep(Duration::from_secs(1)).await;
    ///     }
    /// }
    /// ```
    pub fn timer(&self) -> &R {
        &self.inner.timer
    }

    pub(crate) fn transport(&self) -> &T {
        &self.inner.transport
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.inner.limits
    }
}

impl<T, R> Clone for Client<T, R> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T, R> fmt::Debug for Client<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.inner.settings.base_url).finish_non_exhaustive()
    }
}
