//! One call: requests, sent again where that is allowed, until one of them is answered.
//!
//! What the calls have in common: which request is sent, how often and when, and which deadlines run. What an answer
//! means is for whoever made the call: chat completions decode it as it arrives, the others read it
//! [whole](Call::whole).
//!
//! ```text
//! start ─▶ open: [ attempt ─▶ head ─▶ 2xx? ] ─▶ the answer's body ─▶ begun ─▶ ... ─▶ end, or drop
//!                    ▲                 │ no              │ silent
//!                    └─ wait ◀─ follow ◀─────────────────┘ ─▶ the error of the last attempt
//! ```

mod admission;
mod refusal;
mod report;
mod terms;
mod watch;
mod whole;

pub(crate) use report::excerpt;
pub(crate) use terms::{Terms, terms_for_some_calls};
pub(crate) use whole::{Fault, Whole, ask};

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai_core::chat::Verdict;
use choreoai_core::deadline::Deadlines;
use choreoai_core::retry::{Decision, Outcome, Policy, Retry, Why};
use http::{HeaderValue, Method, Request, Response, Uri, header};

use crate::body::{Coding, Decoded};
use crate::error::ErrorKind;
use crate::limits::Place;
use crate::observe::Trace;
use crate::{Client, Error, ResponseHead, Timer, Transport};
use admission::unless_aborted;
use watch::Watch;

/// How many redirects are followed.
const MAX_REDIRECTS: u32 = 3;
/// How often a call may find data ready before other tasks get their turn.
pub(crate) const READS_PER_TURN: u32 = 64;

/// What is asked.
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) url: Uri,
    pub(crate) accept: &'static str,
    pub(crate) body: Bytes,
}

impl Question {
    /// The type of an answer that is not streamed.
    pub(crate) const JSON: &'static str = "application/json";
    /// The type of one that is.
    pub(crate) const EVENT_STREAM: &'static str = "text/event-stream";

    pub(crate) fn get(url: Uri) -> Self {
        Self { method: Method::GET, url, accept: Self::JSON, body: Bytes::new() }
    }

    pub(crate) fn post(url: Uri, body: Bytes) -> Self {
        Self { method: Method::POST, url, accept: Self::JSON, body }
    }
}

/// A call under way. It begins when it is made and ends when it is told how, or dropped, which cancels what it waits
/// for.
pub(crate) struct Call<T: Transport, R: Timer> {
    client: Client<T, R>,
    question: Question,
    redirects: u32,
    retry: Retry,
    watch: Watch<R>,
    /// How many requests were sent, those that were redirected included.
    sent: u32,
    /// Among the calls that run.
    place: Option<Place>,
    trace: Trace,
}

/// A successful response, its body not read yet.
pub(crate) struct Answer<B> {
    pub(crate) head: Arc<ResponseHead>,
    /// Without its content coding.
    pub(crate) body: Pin<Box<Decoded<B>>>,
}

/// From the first request to an answer.
impl<T: Transport, R: Timer> Call<T, R> {
    /// Nothing is sent yet, but the time runs.
    pub(crate) fn start(client: Client<T, R>, question: Question, deadlines: Deadlines) -> Self {
        let settings = client.settings();
        let trace = Trace::start(
            &settings.observers,
            &question.method,
            &question.url,
            question.accept == Question::EVENT_STREAM,
            client.timer().now(),
        );
        Self {
            retry: Retry::new(settings.retry),
            watch: Watch::start(deadlines, client.timer()),
            redirects: 0,
            sent: 0,
            place: None,
            trace,
            question,
            client,
        }
    }

    /// Says which model is asked.
    pub(crate) fn of_model(mut self, model: &str) -> Self {
        self.trace.of_model(model);
        self
    }

    /// Sends the request again by this policy, instead of the client's.
    pub(crate) fn retried(mut self, policy: Policy) -> Self {
        self.retry = Retry::new(policy);
        self
    }

    /// Waits until the client's limits allow it, then sends the request until a success is answered.
    pub(crate) async fn open(&mut self) -> Result<Answer<T::Body>, Error> {
        let mut place = match self.place.take() {
            Some(place) => place,
            None => self.enter().await?,
        };
        let opened = unless_aborted(&mut place, self.send()).await;
        self.place = Some(place);
        opened.map_err(|error| self.counted(error))
    }

    async fn send(&mut self) -> Result<Answer<T::Body>, Error> {
        loop {
            let error = match self.attempt().await {
                Ok(response) if response.status().is_success() => return self.accept(response),
                Ok(response) => {
                    if self.redirects < MAX_REDIRECTS
                        && let Some(url) =
                            refusal::redirect(&response, &self.question.method, &self.question.url)
                        && !self.has_secret(&url)
                    {
                        self.redirects += 1;
                        self.question.url = url;
                        self.split(response);
                        continue;
                    }
                    self.refused(response).await?;
                    continue;
                }
                Err(error) => error,
            };
            let outcome = match error.kind() {
                ErrorKind::Connect | ErrorKind::Truncated => Outcome::ConnectionFailed,
                ErrorKind::TimeoutConnect => Outcome::ConnectTimeout,
                ErrorKind::TimeoutFirstEvent => Outcome::FirstEventTimeout,
                _ => Outcome::Permanent,
            };
            self.failed(error, &outcome).await?;
        }
    }

    /// Takes the error that an answer began with: waits until it may be [opened](Self::open) anew, or gives up.
    pub(crate) async fn reopen(&mut self, error: Error) -> Result<(), Error> {
        // That one is met only while nothing of an answer has come.
        if error.kind() != ErrorKind::TimeoutFirstEvent {
            return Err(error);
        }
        let Some(mut place) = self.place.take() else { return Err(error) };
        let waited = unless_aborted(&mut place, self.failed(error, &Outcome::FirstEventTimeout)).await;
        self.place = Some(place);
        waited.map_err(|error| self.counted(error))
    }

    /// Says of the end that the client made how many requests there were.
    fn counted(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Closed { error.with_attempts(self.sent) } else { error }
    }

    /// The answer has begun: from here on nothing is sent again.
    pub(crate) fn begun(&mut self) {
        self.question.body = Bytes::new();
        self.trace.begun(self.now());
    }

    /// One request, until the head of its response.
    async fn attempt(&mut self) -> Result<Response<T::Body>, Error> {
        self.turn().await?;
        // Whatever held the request back may have ended with the time.
        if let Some(error) = self.watch.total_expired(self.client.timer()) {
            return Err(error);
        }
        let settings = self.client.settings();
        let mut request = Request::new(self.question.body.clone());
        *request.method_mut() = self.question.method.clone();
        *request.uri_mut() = self.question.url.clone();
        *request.headers_mut() = settings.headers.clone();
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(self.question.accept));
        if self.question.method == Method::GET {
            request.headers_mut().remove(header::CONTENT_TYPE);
        }

        let connect_timeout = settings.timeouts.connect;
        self.sent += 1;
        self.trace.request(&request, self.client.timer().now());
        let mut sending = pin!(self.client.transport().send(request, connect_timeout));
        let (watch, timer) = (&mut self.watch, self.client.timer());
        poll_fn(|cx| match sending.as_mut().poll(cx) {
            Poll::Ready(sent) => {
                Poll::Ready(sent.map_err(|error| Error::from(error).with_connect_timeout(connect_timeout)))
            }
            Poll::Pending => watch.poll_expired(timer, cx).map(Err),
        })
        .await
    }

    /// Whether the URL repeats a secret: URLs are told to observers, and written to logs.
    fn has_secret(&self, url: &Uri) -> bool {
        matches!(self.client.settings().credentials.redact(&url.to_string()), Cow::Owned(_))
    }

    /// Takes the head of a response off its body.
    fn split(&self, response: Response<T::Body>) -> (Arc<ResponseHead>, T::Body) {
        let (parts, body) = response.into_parts();
        let head = ResponseHead::new(parts, self.sent, &self.client.settings().credentials);
        self.trace.response(&head, self.now());
        (Arc::new(head), body)
    }

    fn accept(&self, response: Response<T::Body>) -> Result<Answer<T::Body>, Error> {
        let (head, body) = self.split(response);
        match refusal::check_encoding(&head) {
            Ok(()) => {
                let body = Box::pin(Decoded::new(body, Coding::of(head.headers())));
                Ok(Answer { head, body })
            }
            Err(error) => Err(error.with_head(head)),
        }
    }

    /// Takes a response that is no success: waits for the next request, or gives up.
    async fn refused(&mut self, response: Response<T::Body>) -> Result<(), Error> {
        let (timer, settings) = (self.client.timer(), self.client.settings());
        let (head, body) = self.split(response);
        let body = Decoded::new(body, Coding::of(head.headers()).leniently());
        let (body, shortened) = refusal::read_body(body, self.watch.time_to_next(timer), timer).await;
        let error = refusal::error(Arc::clone(&head), body, shortened, &settings.credentials);
        let decision = refusal::decide(&mut self.retry, &error, &head, self.watch.time_left(timer));
        self.follow(decision, error).await
    }

    /// Takes a failure without a response: waits for the next request, or gives up.
    async fn failed(&mut self, error: Error, outcome: &Outcome<'_>) -> Result<(), Error> {
        let time_left = self.watch.time_left(self.client.timer());
        let error = error.with_attempts(self.sent);
        let decision = self.retry.decide(outcome, fastrand::u32(..), None, time_left);
        self.follow(decision, error).await
    }

    async fn follow(&mut self, decision: Decision, error: Error) -> Result<(), Error> {
        let timer = self.client.timer();
        match decision {
            Decision::Wait(wait) => {
                let retry_after = error.retry_after();
                let error = error.with_retry(true, retry_after);
                self.trace.retry(&error.redacted(&self.client.settings().credentials), wait);
                timer.sleep(wait).await;
                self.watch.attempt_started(timer);
                Ok(())
            }
            Decision::GiveUp(why) => {
                let retryable = why != Why::Permanent || error.kind() == ErrorKind::TimeoutTotal;
                let retry_after = error.retry_after();
                let error = match why {
                    Why::HintTooLong(_) | Why::Budget(_) | Why::Deadline(_) => {
                        error.with_hint(format!("not sent again: {why}"))
                    }
                    _ => error,
                };
                Err(error.with_retry(retryable, retry_after).redacted(&self.client.settings().credentials))
            }
        }
    }
}

/// While an answer is read.
impl<T: Transport, R: Timer> Call<T, R> {
    pub(crate) fn client(&self) -> &Client<T, R> {
        &self.client
    }

    /// Something of the answer has come; `progress`: content.
    pub(crate) fn event(&mut self, progress: bool) {
        self.watch.event(progress, self.client.timer());
    }

    /// The time, for [`resumed`](Self::resumed).
    pub(crate) fn now(&self) -> Duration {
        self.client.timer().now()
    }

    /// The caller has had a part of the answer since `lent`, and asks for the next one: that time is not the server's.
    pub(crate) fn resumed(&mut self, lent: Duration) {
        self.watch.resumed(lent, self.client.timer());
    }

    /// Why the answer may not go on, whatever arrives: a deadline has expired, or the client is aborted.
    pub(crate) fn expired(&self) -> Option<Error> {
        self.aborted().or_else(|| self.watch.expired(self.client.timer()))
    }

    /// The same, of the deadlines only the total one.
    pub(crate) fn total_expired(&self) -> Option<Error> {
        self.aborted().or_else(|| self.watch.total_expired(self.client.timer()))
    }

    /// Waits until the answer may not go on.
    pub(crate) fn poll_expired(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        if let Some(place) = &mut self.place
            && place.poll_aborted(cx).is_ready()
        {
            return Poll::Ready(Error::aborted());
        }
        self.watch.poll_expired(self.client.timer(), cx)
    }

    fn aborted(&self) -> Option<Error> {
        self.place.as_ref().filter(|place| place.is_aborted()).map(|_| Error::aborted())
    }

    /// Nothing more is read, whatever of the answer the caller has still to take: others may run.
    pub(crate) fn leave(&mut self) {
        if let Some(place) = self.place.take() {
            if self.client.is_closed() {
                // Nobody will ask for the connection that this call gave back.
                self.client.transport().close_idle();
            }
            drop(place);
        }
    }

    /// The answer is complete, and the caller has it.
    pub(crate) fn finished(&mut self, verdict: Option<Verdict>) {
        self.leave();
        self.trace.finished(verdict, self.now());
    }

    /// The caller is given this error, the last of the call.
    pub(crate) fn failed_for_good(&mut self, error: &Error) {
        self.leave();
        self.trace.failed(error, self.now());
    }

    /// Says of an error in an answer what is known besides.
    pub(crate) fn finish(&self, error: Error, head: Option<&Arc<ResponseHead>>) -> Error {
        let retryable = match error.kind() {
            ErrorKind::Server => refusal::is_transient(&error),
            ErrorKind::Protocol | ErrorKind::Limit | ErrorKind::Closed => false,
            _ => true,
        };
        let error = match head {
            Some(head) => error.with_head(Arc::clone(head)),
            None => error,
        };
        error.with_retry(retryable, None).redacted(&self.client.settings().credentials)
    }
}

impl<T: Transport, R: Timer> Drop for Call<T, R> {
    fn drop(&mut self) {
        self.leave();
        self.trace.dropped(self.client.timer().now());
    }
}
