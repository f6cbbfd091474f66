//! The boundary between the client and whatever carries its requests.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;

/// Sends HTTP requests and hands back responses as they arrive.
///
/// `Http1` implements it over any byte stream; adapters over an HTTP library implement it
/// directly. The futures are associated types, so that whoever is generic over a transport can see whether they are
/// `Send`.
pub trait Transport {
    /// The body of a response. Dropping it before its end cancels the response at the server.
    type Body: ResponseBody;
    /// Resolves once the head of the final response (no `1xx`) has arrived. Dropping it cancels the request.
    type Sending: Future<Output = Result<http::Response<Self::Body>, TransportError>>;

    /// Sends `request`, whose URI is absolute and whose body has a known length.
    ///
    /// `connect_timeout` bounds the time until a connection (with TLS where the scheme asks for it) stands; past it
    /// the outcome is [`TransportErrorKind::ConnectTimeout`].
    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> Self::Sending;

    /// Closes the connections that are kept for later requests; those in use are not touched. A transport that keeps
    /// none need do nothing.
    fn close_idle(&self) {}

    /// The credentials of its own that a request to `url` carries in the clear, like those for a proxy: whoever
    /// answers may repeat them, and so they are taken out of errors and headers as the API key is.
    fn credentials(&self, url: &http::Uri) -> Option<http::HeaderValue> {
        let _ = url;
        None
    }
}

/// The body of a response, read piece by piece, without its transfer coding.
pub trait ResponseBody {
    /// The bytes that have arrived and were not consumed; waits until there are some. An empty slice is the clean
    /// end of the body. A body that ends before its length or its last chunk is
    /// [`TransportErrorKind::Truncated`], never an end.
    fn poll_data<'b>(self: Pin<&'b mut Self>, cx: &mut Context<'_>)
    -> Poll<Result<&'b [u8], TransportError>>;

    /// Takes `amount` bytes off the front of what the last [`poll_data`](Self::poll_data) returned.
    fn consume(self: Pin<&mut Self>, amount: usize);

    /// The answer is complete although the body may not have ended yet (`[DONE]` was seen): nothing more will be
    /// read. A transport that pools connections keeps this one as draining; others need do nothing.
    fn release(self: Pin<&mut Self>) {}
}

/// A monotonic clock and a way to wait by it.
pub trait Timer {
    /// Resolves after the wait. Dropping it costs nothing.
    type Sleep: Future<Output = ()>;

    /// The time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// A wait of at least `duration`.
    fn sleep(&self, duration: Duration) -> Self::Sleep;
}

/// Why a transport could not deliver a response.
pub struct TransportError {
    kind: TransportErrorKind,
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind`. `context` says what was being done and to whom, for instance
    /// `could not connect to gateway.example:443`; it never holds the API key.
    pub fn new(kind: TransportErrorKind, context: impl Into<String>) -> Self {
        Self { kind, context: context.into(), source: None }
    }

    /// Keeps the error that caused this one.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An I/O error after the request was sent, or while it was.
    pub fn io(context: impl Into<String>, error: io::Error) -> Self {
        Self::new(TransportErrorKind::Io, context).with_source(error)
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TransportError");
        shown.field("context", &self.context).field("kind", &self.kind);
        if let Some(source) = &self.source {
            shown.field("source", source);
        }
        shown.finish()
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// What kind of failure a transport met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The name could not be resolved, nobody accepted the connection, or it was lost before it stood (in the TLS
    /// handshake, for instance).
    Connect,
    /// The two sides could not agree on TLS, a certificate that is not trusted included: it would fail again.
    Tls,
    /// The connection did not stand within its deadline.
    ConnectTimeout,
    /// The connection failed after it stood and before the response's head was complete.
    Io,
    /// The response ended before its head, or its body, was complete.
    Truncated,
    /// The server broke HTTP.
    Protocol,
    /// A documented bound was reached (an endless head, for instance).
    Limit,
    /// The request cannot be sent as it is (a URL with an unknown scheme, for instance).
    InvalidRequest,
}
