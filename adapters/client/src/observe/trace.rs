//! What is told of one call.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use choreoai_core::chat::Verdict;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};

use super::{CallInfo, EndInfo, Observers, Outcome, RequestInfo, ResponseInfo, RetryInfo, without_query};
use crate::{Error, ResponseHead};

/// Tells of a call, if there is anybody to be told. Moments are arguments.
#[derive(Debug)]
pub(crate) struct Trace(Option<Box<Told>>);

#[derive(Debug)]
struct Told {
    observers: Arc<Observers>,
    id: u64,
    method: Method,
    path: String,
    model: Option<String>,
    streamed: bool,
    started: Duration,
    sent: Duration,
    attempts: u32,
    has_begun: bool,
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

impl Trace {
    /// A call begins.
    pub(crate) fn start(
        observers: &Arc<Observers>,
        method: &Method,
        url: &Uri,
        streamed: bool,
        now: Duration,
    ) -> Self {
        if !observers.is_any() {
            return Self(None);
        }
        let id = observers.next_id();
        Self(Some(Box::new(Told {
            observers: Arc::clone(observers),
            id,
            #[cfg(feature = "tracing")]
            span: tracing::info_span!(
                target: "choreoai",
                "choreoai.call",
                id,
                method = method.as_str(),
                path = url.path(),
                model = tracing::field::Empty,
                streamed,
                status = tracing::field::Empty,
                request_id = tracing::field::Empty,
                attempts = tracing::field::Empty,
                outcome = tracing::field::Empty,
            ),
            method: method.clone(),
            path: url.path().to_owned(),
            model: None,
            streamed,
            started: now,
            sent: now,
            attempts: 0,
            has_begun: false,
        })))
    }

    /// Which model is asked.
    pub(crate) fn of_model(&mut self, model: &str) {
        let Some(told) = self.0.as_deref_mut() else { return };
        #[cfg(feature = "tracing")]
        told.span.record("model", model);
        told.model = Some(model.to_owned());
    }

    /// A request is handed to the transport.
    pub(crate) fn request(&mut self, request: &Request<Bytes>, now: Duration) {
        let Some(told) = self.0.as_deref_mut() else { return };
        told.attempts += 1;
        told.sent = now;
        #[cfg(feature = "tracing")]
        tracing::debug!(
            target: "choreoai",
            parent: &told.span,
            attempt = told.attempts,
            body_length = request.body().len(),
            "request sent"
        );
        if told.observers.list.is_empty() {
            return;
        }
        let info = RequestInfo {
            call: told.call(),
            attempt: told.attempts,
            url: &without_query(request.uri()),
            headers: &redacted(request.headers()),
            body_length: request.body().len(),
        };
        told.observers.tell(|observer| observer.request(&info));
    }

    /// The head of a response has come.
    pub(crate) fn response(&self, head: &ResponseHead, now: Duration) {
        let Some(told) = self.0.as_deref() else { return };
        let elapsed = now.saturating_sub(told.sent);
        #[cfg(feature = "tracing")]
        {
            told.span.record("status", head.status().as_u16());
            if let Some(request_id) = head.request_id() {
                told.span.record("request_id", request_id);
            }
            tracing::debug!(
                target: "choreoai",
                parent: &told.span,
                status = head.status().as_u16(),
                request_id = head.request_id(),
                attempts = head.attempts(),
                ?elapsed,
                "response"
            );
        }
        let info = ResponseInfo { call: told.call(), head, elapsed };
        told.observers.tell(|observer| observer.response(&info));
    }

    /// A request will be sent again.
    pub(crate) fn retry(&self, error: &Error, wait: Duration) {
        let Some(told) = self.0.as_deref() else { return };
        #[cfg(feature = "tracing")]
        tracing::warn!(
            target: "choreoai",
            parent: &told.span,
            error = error.kind().as_str(),
            status = error.status().map(|status| status.as_u16()),
            code = error.code(),
            attempts = error.attempts(),
            ?wait,
            "the request will be sent again"
        );
        let info = RetryInfo { call: told.call(), error, wait };
        told.observers.tell(|observer| observer.retry(&info));
    }

    /// The answer has begun. Only the first time counts.
    pub(crate) fn begun(&mut self, now: Duration) {
        let Some(told) = self.0.as_deref_mut().filter(|told| !told.has_begun) else { return };
        told.has_begun = true;
        let elapsed = now.saturating_sub(told.started);
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "choreoai", parent: &told.span, ?elapsed, "the answer has begun");
        let call = told.call();
        told.observers.tell(|observer| observer.begun(&call, elapsed));
    }

    /// The call has ended with an answer.
    pub(crate) fn finished(&mut self, verdict: Option<Verdict>, now: Duration) {
        self.end(Outcome::Finished(verdict), now);
    }

    /// The call has ended with an error.
    pub(crate) fn failed(&mut self, error: &Error, now: Duration) {
        self.end(Outcome::Failed(error), now);
    }

    /// The call was dropped. It may have ended before.
    pub(crate) fn dropped(&mut self, now: Duration) {
        self.end(Outcome::Cancelled, now);
    }

    fn end(&mut self, outcome: Outcome<'_>, now: Duration) {
        let Some(told) = self.0.take() else { return };
        let elapsed = now.saturating_sub(told.started);
        #[cfg(feature = "tracing")]
        {
            let (name, error, code) = match outcome {
                Outcome::Finished(Some(Verdict::Done)) => ("done", None, None),
                Outcome::Finished(_) => ("finished", None, None),
                Outcome::Failed(error) => ("failed", Some(error.kind().as_str()), error.code()),
                Outcome::Cancelled => ("cancelled", None, None),
            };
            told.span.record("attempts", told.attempts);
            told.span.record("outcome", name);
            tracing::debug!(
                target: "choreoai",
                parent: &told.span,
                outcome = name,
                error,
                code,
                attempts = told.attempts,
                ?elapsed,
                "the call has ended"
            );
        }
        let info = EndInfo { call: told.call(), outcome, attempts: told.attempts, elapsed };
        told.observers.tell(|observer| observer.end(&info));
    }
}

impl Told {
    fn call(&self) -> CallInfo<'_> {
        CallInfo {
            id: self.id,
            method: &self.method,
            path: &self.path,
            model: self.model.as_deref(),
            streamed: self.streamed,
        }
    }
}

/// The headers without the values that are marked as sensitive.
fn redacted(headers: &HeaderMap) -> HeaderMap {
    let mut shown = headers.clone();
    for value in shown.values_mut().filter(|value| value.is_sensitive()) {
        *value = HeaderValue::from_static("[redacted]");
    }
    shown
}
