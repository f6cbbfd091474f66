//! One call: requests until one is answered, then the answer's chunks.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai_core::chat::Verdict;
use choreoai_core::retry::{Decision, Outcome, Retry, Why};
use http::{HeaderValue, Method, Request, Response, Uri, header};

use super::chunk::ChatChunk;
use super::chunk_decoder::ChunkDecoder;
use super::refusal;
use super::watch::Watch;
use crate::error::ErrorKind;
use crate::{Client, Error, ResponseBody, ResponseHead, Timer, Transport};

/// How many redirects are followed.
const MAX_REDIRECTS: u32 = 3;
/// How often data may be there without a chunk to show for it before other tasks get their turn.
const READS_PER_POLL: u32 = 64;

/// What is asked.
pub(super) struct Question {
    pub(super) body: Bytes,
    pub(super) streamed: bool,
    pub(super) logprobs: bool,
    pub(super) extra: bool,
}

pub(super) struct Exchange<T: Transport, R: Timer> {
    client: Client<T, R>,
    question: Question,
    url: Uri,
    redirects: u32,
    retry: Retry,
    watch: Watch<R>,
    answer: Option<Answer<T::Body>>,
    /// When the caller was given the chunk that it has.
    lent: Option<Duration>,
}

struct Answer<B> {
    head: Arc<ResponseHead>,
    /// `None`: nothing more is read.
    body: Option<Pin<Box<B>>>,
    decoder: ChunkDecoder,
}

impl<T: Transport, R: Timer> Exchange<T, R> {
    pub(super) fn new(client: Client<T, R>, question: Question) -> Self {
        let settings = client.settings();
        Self {
            url: settings.chat_url.clone(),
            redirects: 0,
            retry: Retry::new(settings.retry),
            watch: Watch::start(settings.timeouts.deadlines(question.streamed), client.timer()),
            question,
            client,
            answer: None,
            lent: None,
        }
    }

    /// Sends the request, again where that is allowed, until the first chunk is there. `None`: the answer is
    /// complete and has no chunk.
    pub(super) async fn begin(&mut self) -> Result<Option<ChatChunk>, Error> {
        loop {
            let answer = self.open().await?;
            self.answer = Some(answer);
            let error = match poll_fn(|cx| self.poll_chunk(cx)).await {
                None => return Ok(None),
                Some(Ok(chunk)) => {
                    // No retry from here on.
                    self.question.body = Bytes::new();
                    return Ok(Some(chunk));
                }
                Some(Err(error)) => error,
            };
            // That one is met only while nothing of an answer has come.
            if error.kind() != ErrorKind::TimeoutFirstEvent {
                return Err(error);
            }
            self.answer = None;
            self.failed(error, &Outcome::FirstEventTimeout).await?;
        }
    }

    pub(super) fn head(&self) -> Option<&Arc<ResponseHead>> {
        self.answer.as_ref().map(|answer| &answer.head)
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.answer.as_ref().and_then(|answer| answer.decoder.verdict())
    }

    /// The next chunk. Once there is an error, `None` follows.
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatChunk, Error>>> {
        let timer = self.client.timer();
        if let Some(lent) = self.lent.take() {
            self.watch.resumed(lent, timer);
        }
        let Some(answer) = &mut self.answer else { return Poll::Ready(None) };
        let mut overdue = self.watch.total_expired(timer);
        let mut reads = 0;
        while let Some(body) = &mut answer.body {
            if let Some(error) = overdue {
                return Poll::Ready(Some(self.stop(error)));
            }
            if reads == READS_PER_POLL {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            reads += 1;
            let data = match body.as_mut().poll_data(cx) {
                Poll::Ready(Ok(data)) => data,
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Some(self.stop(Error::transport(error, true))));
                }
                Poll::Pending => {
                    return self.watch.poll_expired(timer, cx).map(|error| Some(self.stop(error)));
                }
            };
            if data.is_empty() {
                answer.body = None;
                answer.decoder.end();
                break;
            }
            let mut rest = data;
            let chunk = answer.decoder.next_chunk(&mut rest);
            let consumed = data.len() - rest.len();
            body.as_mut().consume(consumed);
            if answer.decoder.is_done() {
                body.as_mut().release();
            }
            if answer.decoder.is_over() {
                answer.body = None;
            }
            let progress = answer.decoder.take_progress();
            if answer.decoder.has_events() {
                self.watch.event(progress, timer);
            }
            match chunk {
                Some(Ok(chunk)) => {
                    self.lent = Some(timer.now());
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return Poll::Ready(Some(self.stop(error))),
                None => overdue = self.watch.expired(timer),
            }
        }
        let last = answer.decoder.next_chunk(&mut &[][..]);
        Poll::Ready(last.map(|chunk| chunk.map_err(|error| self.finish(error))))
    }

    /// Ends the answer by an error; a chunk that is held goes first. That the body is no answer weighs more. Dropping the body cancels it at the server.
    fn stop(&mut self, error: Error) -> Result<ChatChunk, Error> {
        let fault = self.answer.as_mut().and_then(|answer| answer.decoder.take_fault());
        let error = self.finish(fault.unwrap_or(error));
        match &mut self.answer {
            Some(answer) => {
                answer.body = None;
                answer.decoder.abandon(error)
            }
            None => Err(error),
        }
    }

    /// Says of an error in the answer what is known besides.
    pub(super) fn finish(&self, error: Error) -> Error {
        let retryable = match error.kind() {
            ErrorKind::Server => refusal::is_transient(&error),
            ErrorKind::Protocol | ErrorKind::Limit => false,
            _ => true,
        };
        let error = match self.head() {
            Some(head) => error.with_head(Arc::clone(head)),
            None => error,
        };
        error.with_retry(retryable, None).redacted(self.client.settings().api_key.as_ref())
    }

    /// Sends the request until a success is answered.
    async fn open(&mut self) -> Result<Answer<T::Body>, Error> {
        loop {
            let error = match self.attempt().await {
                Ok(response) if response.status().is_success() => return self.accept(response),
                Ok(response) => {
                    if let Some(url) = refusal::redirect(&response, &self.url)
                        && self.redirects < MAX_REDIRECTS
                    {
                        self.redirects += 1;
                        self.url = url;
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

    /// One request, until the head of its response.
    async fn attempt(&mut self) -> Result<Response<T::Body>, Error> {
        let settings = self.client.settings();
        let mut request = Request::new(self.question.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = settings.headers.clone();
        let accept = if self.question.streamed { "text/event-stream" } else { "application/json" };
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static(accept));

        let connect_timeout = settings.timeouts.connect;
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

    /// Takes a response that is no success: waits for the next request, or gives up.
    async fn refused(&mut self, response: Response<T::Body>) -> Result<(), Error> {
        let (timer, settings) = (self.client.timer(), self.client.settings());
        let (parts, body) = response.into_parts();
        let head = Arc::new(ResponseHead::new(parts, self.requests(), settings.api_key.as_ref()));
        let (body, shortened) = refusal::read_body(body, self.watch.time_to_next(timer), timer).await;
        let error = refusal::error(Arc::clone(&head), body, shortened, settings.api_key.is_some());
        let decision = refusal::decide(&mut self.retry, &error, &head, self.watch.time_left(timer));
        self.follow(decision, error).await
    }

    /// Takes a failure without a response: waits for the next request, or gives up.
    async fn failed(&mut self, error: Error, outcome: &Outcome<'_>) -> Result<(), Error> {
        let time_left = self.watch.time_left(self.client.timer());
        let error = error.with_attempts(self.requests());
        let decision = self.retry.decide(outcome, fastrand::u32(..), None, time_left);
        self.follow(decision, error).await
    }

    /// How many requests were sent, those that were redirected included.
    fn requests(&self) -> u32 {
        self.retry.attempts() + self.redirects
    }

    async fn follow(&mut self, decision: Decision, error: Error) -> Result<(), Error> {
        let timer = self.client.timer();
        match decision {
            Decision::Wait(wait) => {
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
                Err(error
                    .with_retry(retryable, retry_after)
                    .redacted(self.client.settings().api_key.as_ref()))
            }
        }
    }

    fn accept(&self, response: Response<T::Body>) -> Result<Answer<T::Body>, Error> {
        let key = self.client.settings().api_key.as_ref();
        let (parts, body) = response.into_parts();
        let head = Arc::new(ResponseHead::new(parts, self.requests(), key));
        if let Err(error) = refusal::check_encoding(&head) {
            return Err(error.with_head(head));
        }
        let mut decoder = ChunkDecoder::new().with_key(key.cloned());
        if self.question.logprobs {
            decoder = decoder.with_logprobs();
        }
        if self.question.extra {
            decoder = decoder.with_extra();
        }
        Ok(Answer { head, body: Some(Box::pin(body)), decoder })
    }
}
