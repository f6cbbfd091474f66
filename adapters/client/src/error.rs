//! The one error type of the client.

mod class;
mod display;
mod kind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use choreoai_core::chat::assemble::ErrorReport;
use choreoai_core::deadline::DeadlineKind;
use http::StatusCode;

pub use class::ErrorClass;
pub use kind::ErrorKind;

use crate::credentials::Credentials;
use crate::{ChatCompletion, ResponseHead, TransportError, TransportErrorKind};

/// Why there is no answer, or not the whole of it.
///
/// Printed, it is one line for a person: what happened, where, and what to do. Its `Debug` form, which is what a `main`
/// that returns it shows, begins with the message and what to do; all else that is known follows, but for the
/// [`body`](Self::body) and the [`partial`](Self::partial) answer. Decide by [`class`](Self::class);
/// [`kind`](Self::kind), the status and the [`code`](Self::code) tell more. The API key is in none of its parts,
/// even where the server repeated it; only the answer itself is as it came ([`partial`](Self::partial), and what
/// [`ChatCompletion::parse`] says of it).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Of an answer that is not what it was asked to be.
    class: Option<ErrorClass>,
    /// The server's own words, or a description.
    message: String,
    /// What to do about it.
    hint: Option<Cow<'static, str>>,
    report: ErrorReport,
    head: Option<Arc<ResponseHead>>,
    attempts: u32,
    retry_after: Option<Duration>,
    retryable: bool,
    body: Bytes,
    body_shortened: bool,
    partial: Option<ChatCompletion>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What it means for a caller, as one table tells it for all kinds: see [`ErrorClass`].
    pub fn class(&self) -> ErrorClass {
        let status = self.status().map(|status| status.as_u16());
        match (self.0.class, self.kind()) {
            (Some(class), _) => class,
            (None, ErrorKind::Http) => ErrorClass::of_report(status, self.code(), self.error_type()),
            (None, ErrorKind::Server) => ErrorClass::of_report(None, self.code(), self.error_type()),
            (None, kind) => ErrorClass::of_kind(kind),
        }
    }

    /// Whether one of the client's deadlines passed, or the server says that one of its own did.
    pub fn is_timeout(&self) -> bool {
        self.class() == ErrorClass::Timeout
    }

    /// What happened: the server's own message if it sent one, as it came and up to 16 KiB; otherwise a description.
    /// Never empty.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The status of the response, if one came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.head.as_ref().map(|head| head.status())
    }

    /// The server's code for the error, such as `invalid_api_key`; an integer is given as its digits.
    pub fn code(&self) -> Option<&str> {
        said(&self.0.report.code)
    }

    /// The server's type of the error, such as `rate_limit_error`.
    pub fn error_type(&self) -> Option<&str> {
        said(&self.0.report.error_type)
    }

    /// The member of the request that the server refused.
    pub fn param(&self) -> Option<&str> {
        said(&self.0.report.param)
    }

    /// The head of the response, if one came.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.0.head.as_deref()
    }

    /// The server's name for the request, to be given when asking its operators for help.
    pub fn request_id(&self) -> Option<&str> {
        self.0.head.as_ref().and_then(|head| head.request_id())
    }

    /// How many requests were sent; 0 when none was.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the server asks to wait before the next try, if it said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the same request may succeed later. The client has already retried what it may; see
    /// [`attempts`](Self::attempts).
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// The body of the error response as it came, up to 64 KiB (for an answer that could not be read: its first
    /// KiB; for one that [could not be parsed](ChatCompletion::parse): its text). A compressed body is given
    /// inflated, and UTF-16 as UTF-8. Empty when there was none.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Whether there was more of the body than [`body`](Self::body) holds.
    pub fn is_body_shortened(&self) -> bool {
        self.0.body_shortened
    }

    /// What had arrived of the answer before the failure, when a whole answer was being gathered
    /// ([`create`](crate::Chat::create), [`collect_message`](crate::ChatStream::collect_message)); the whole of it, when
    /// it is not what it was [to be](ChatCompletion::parse).
    ///
    /// Text that was cut before the server said which choice it belongs to is not in its
    /// [`text`](ChatCompletion::text), but in its [`unbound`](ChatCompletion::unbound).
    pub fn partial(&self) -> Option<&ChatCompletion> {
        self.0.partial.as_ref()
    }

    /// Takes [`partial`](Self::partial) out.
    pub fn take_partial(&mut self) -> Option<ChatCompletion> {
        self.0.partial.take()
    }
}

/// Making errors.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            class: None,
            message: message.into(),
            hint: None,
            report: ErrorReport::default(),
            head: None,
            attempts: 0,
            retry_after: None,
            retryable: false,
            body: Bytes::new(),
            body_shortened: false,
            partial: None,
            source: None,
        }))
    }

    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// What a server reports within a successful response, with what to do about it.
    pub(crate) fn reported(report: ErrorReport, credentials: Option<&Credentials>) -> Self {
        let error =
            Self::new(ErrorKind::Server, choreoai_core::ErrorKind::Server.to_string()).with_report(report);
        let advice = match (error.class(), credentials) {
            (ErrorClass::Authentication, Some(credentials)) => Some(credentials.advice()),
            (class, _) => class.advice(),
        };
        match advice {
            Some(advice) => error.with_hint(advice),
            None => error,
        }
    }

    /// A deadline that has passed.
    pub(crate) fn timeout(kind: DeadlineKind, limit: Duration) -> Self {
        let (kind, what, name) = match kind {
            DeadlineKind::Connect => (ErrorKind::TimeoutConnect, "no connection stood", "connect"),
            DeadlineKind::FirstEvent => {
                (ErrorKind::TimeoutFirstEvent, "the answer did not begin", "first-event")
            }
            DeadlineKind::Idle => (ErrorKind::TimeoutIdle, "nothing more of the answer came", "idle"),
            DeadlineKind::Total => (ErrorKind::TimeoutTotal, "the answer was not complete", "total"),
        };
        Self::new(kind, format!("{what} within {limit:?} (the {name} timeout)"))
    }

    /// A limit of the client has held a call back until its total deadline: it waited `for_what`.
    pub(crate) fn held_back(for_what: impl fmt::Display, limit: Duration, sent: u32) -> Self {
        let nothing_sent = if sent == 0 { "; no request was sent" } else { "" };
        let message = format!(
            "the call was still waiting for {for_what} after {limit:?} (the total timeout){nothing_sent}"
        );
        Self::new(ErrorKind::TimeoutTotal, message).with_attempts(sent).with_retry(true, None)
    }

    /// The client takes no calls any more.
    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the client is closed; no request was sent")
    }

    /// The client was told to end its calls.
    pub(crate) fn aborted() -> Self {
        Self::new(ErrorKind::Closed, "the client was closed at once, by `abort`, before the call had ended")
    }

    /// What a transport met, before the head of the response or (`in_body`) after it.
    pub(crate) fn transport(error: TransportError, in_body: bool) -> Self {
        let kind = match error.kind() {
            TransportErrorKind::ConnectTimeout => ErrorKind::TimeoutConnect,
            TransportErrorKind::Tls => ErrorKind::Tls,
            TransportErrorKind::Protocol => ErrorKind::Protocol,
            TransportErrorKind::Limit => ErrorKind::Limit,
            TransportErrorKind::InvalidRequest => ErrorKind::InvalidRequest,
            TransportErrorKind::Truncated => ErrorKind::Truncated,
            TransportErrorKind::Io if in_body => ErrorKind::Truncated,
            TransportErrorKind::Connect | TransportErrorKind::Io => ErrorKind::Connect,
        };
        let nobody_there = error.kind() == TransportErrorKind::Connect;
        let error = Self::new(kind, with_causes(&error)).with_source(error);
        if nobody_there { error.with_hint("check the base URL, the network and any proxy") } else { error }
    }

    /// Says how long the transport was given to connect, if that was the failure.
    pub(crate) fn with_connect_timeout(mut self, limit: Duration) -> Self {
        if self.0.kind == ErrorKind::TimeoutConnect {
            self.0.message.push_str(&format!(" (the connect timeout is {limit:?})"));
        }
        self
    }

    /// Whether the server said something for a person.
    pub(crate) fn has_server_message(&self) -> bool {
        said(&self.0.report.message).is_some()
    }

    /// The server's report replaces the description when it has a message.
    pub(crate) fn with_report(mut self, report: ErrorReport) -> Self {
        if let Some(message) = said(&report.message) {
            self.0.message = message.to_owned();
        }
        self.0.report = report;
        self
    }

    pub(crate) fn with_class(mut self, class: ErrorClass) -> Self {
        self.0.class = Some(class);
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_head(mut self, head: Arc<ResponseHead>) -> Self {
        self.0.attempts = head.attempts();
        self.0.head = Some(head);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_retry(mut self, retryable: bool, retry_after: Option<Duration>) -> Self {
        self.0.retryable = retryable;
        self.0.retry_after = retry_after;
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes, shortened: bool) -> Self {
        self.0.body = body;
        self.0.body_shortened = shortened;
        self
    }

    pub(crate) fn with_partial(mut self, partial: ChatCompletion) -> Self {
        self.0.partial = Some(partial);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Takes the API key, and what else is secret, out of all that a server had a hand in.
    pub(crate) fn redacted(mut self, credentials: &Credentials) -> Self {
        let inner = &mut *self.0;
        let report = &mut inner.report;
        let texts = [&mut report.message, &mut report.code, &mut report.error_type, &mut report.param];
        for text in texts.into_iter().flatten().chain([&mut inner.message]) {
            if report.truncated {
                text.truncate(text.len() - credentials.cut_at_end(text.as_bytes()));
            }
            if let Cow::Owned(redacted) = credentials.redact(text) {
                *text = redacted;
            }
        }
        if inner.body_shortened {
            let cut = credentials.cut_at_end(&inner.body);
            inner.body.truncate(inner.body.len() - cut);
        }
        if let Cow::Owned(redacted) = credentials.redact_bytes(&inner.body) {
            inner.body = redacted.into();
        }
        self
    }
}

/// A member of a report; one of which nothing shows says nothing.
fn said(member: &Option<String>) -> Option<&str> {
    member.as_deref().filter(|text| text.contains(|c: char| !c.is_whitespace() && !c.is_control()))
}

/// The message of `error` and of what caused it, in one line.
fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Many errors repeat their cause.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

/// Says which status came.
pub(crate) fn answered(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("the gateway answered {} {reason}", status.as_u16()),
        None => format!("the gateway answered {}", status.as_u16()),
    }
}

/// A transport that could not be made, or did not deliver a response.
impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::transport(error, false)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
