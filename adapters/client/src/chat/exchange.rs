//! The answer to a chat completion: the chunks of its body.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use choreoai_core::chat::Verdict;

use super::chunk::ChatChunk;
use super::chunk_decoder::ChunkDecoder;
use crate::body::Decoded;
use crate::call::{self, Call, READS_PER_TURN};
use crate::error::ErrorKind;
use crate::{Error, ResponseBody, ResponseHead, Timer, Transport};

/// How much of a body is kept, where that is asked for.
const RAW_BODY_LIMIT: usize = 64 << 20;

/// What is wanted of an answer besides the usual.
pub(super) struct Wanted {
    pub(super) logprobs: bool,
    pub(super) extra: bool,
    pub(super) raw_body: bool,
}

pub(super) struct Exchange<T: Transport, R: Timer> {
    /// Dropped before the call: its connection is closed when the call leaves its place to another.
    answer: Option<Answer<T::Body>>,
    call: Call<T, R>,
    wanted: Wanted,
    /// When the caller was given the chunk that it has.
    lent: Option<Duration>,
    /// The deadline that had expired by then: the chunk brought no content that would have moved it on.
    overdue: Option<Error>,
    /// How often data was there since the last wait.
    reads: u32,
}

struct Answer<B> {
    head: Arc<ResponseHead>,
    /// `None`: nothing more is read.
    body: Option<Pin<Box<Decoded<B>>>>,
    decoder: ChunkDecoder,
    /// What came of the body, if it is to be kept.
    raw_body: Option<Vec<u8>>,
}

impl<T: Transport, R: Timer> Exchange<T, R> {
    pub(super) fn new(call: Call<T, R>, wanted: Wanted) -> Self {
        Self { call, wanted, answer: None, lent: None, overdue: None, reads: 0 }
    }

    /// Sends the request, again where that is allowed, until the first chunk is there. `None`: the answer is
    /// complete and has no chunk.
    pub(super) async fn begin(&mut self) -> Result<Option<ChatChunk>, Error> {
        let first = self.open().await;
        match &first {
            Ok(Some(_)) => {
                self.call.begun();
                self.leave_if_read();
            }
            Ok(None) => self.call.finished(self.verdict()),
            Err(error) => self.call.failed_for_good(error),
        }
        first
    }

    async fn open(&mut self) -> Result<Option<ChatChunk>, Error> {
        loop {
            let answer = self.call.open().await?;
            self.answer = Some(self.accept(answer));
            let error = match poll_fn(|cx| self.poll_next(cx)).await {
                None => return Ok(None),
                Some(Ok(chunk)) => return Ok(Some(chunk)),
                Some(Err(error)) => error,
            };
            self.answer = None;
            self.call.reopen(error).await?;
        }
    }

    pub(super) fn head(&self) -> Option<&Arc<ResponseHead>> {
        self.answer.as_ref().map(|answer| &answer.head)
    }

    pub(super) fn verdict(&self) -> Option<Verdict> {
        self.answer.as_ref().and_then(|answer| answer.decoder.verdict())
    }

    pub(super) fn raw_body(&self) -> Option<&[u8]> {
        self.answer.as_ref().and_then(|answer| answer.raw_body.as_deref())
    }

    /// Takes what was kept of the body.
    pub(super) fn take_raw_body(&mut self) -> Option<Bytes> {
        self.answer.as_mut().and_then(|answer| answer.raw_body.take()).map(Bytes::from)
    }

    /// The next chunk. Once there is an error, `None` follows.
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatChunk, Error>>> {
        let next = ready!(self.poll_next(cx));
        match &next {
            Some(Ok(_)) => self.leave_if_read(),
            Some(Err(error)) => self.call.failed_for_good(error),
            None => self.call.finished(self.verdict()),
        }
        Poll::Ready(next)
    }

    /// What is still held of an answer keeps no other call waiting.
    fn leave_if_read(&mut self) {
        if self.answer.as_ref().is_none_or(|answer| answer.body.is_none()) {
            self.call.leave();
        }
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatChunk, Error>>> {
        if let Some(lent) = self.lent.take() {
            self.call.resumed(lent);
        }
        let Some(answer) = &mut self.answer else { return Poll::Ready(None) };
        let mut overdue = self.overdue.take().or_else(|| self.call.total_expired());
        while let Some(body) = &mut answer.body {
            if let Some(error) = overdue {
                return Poll::Ready(Some(self.stop(error)));
            }
            // Counted over chunks, too: whoever takes one after the other may never wait.
            if self.reads == READS_PER_TURN {
                self.reads = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.reads += 1;
            let data = match body.as_mut().poll_data(cx) {
                Poll::Ready(Ok(data)) => data,
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Some(self.stop(Error::transport(error, true))));
                }
                Poll::Pending => {
                    self.reads = 0;
                    return self.call.poll_expired(cx).map(|error| Some(self.stop(error)));
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
            if let Some(raw_body) = &mut answer.raw_body {
                if consumed > RAW_BODY_LIMIT - raw_body.len() {
                    let message =
                        format!("the body of the response is longer than {} MiB", RAW_BODY_LIMIT >> 20);
                    let error = Error::new(ErrorKind::Limit, message).with_hint("do not ask to keep it");
                    return Poll::Ready(Some(self.stop(error)));
                }
                raw_body.extend_from_slice(&data[..consumed]);
            }
            body.as_mut().consume(consumed);
            if answer.decoder.is_done() {
                body.as_mut().release();
            }
            if answer.decoder.is_over() {
                answer.body = None;
            }
            let progress = answer.decoder.take_progress();
            if answer.decoder.has_events() {
                self.call.event(progress);
            }
            match chunk {
                Some(Ok(chunk)) => {
                    if !progress {
                        self.overdue = self.call.expired();
                    }
                    self.lent = Some(self.call.now());
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Some(Err(error)) => return Poll::Ready(Some(self.stop(error))),
                None => overdue = self.call.expired(),
            }
        }
        let last = answer.decoder.next_chunk(&mut &[][..]);
        Poll::Ready(last.map(|chunk| chunk.map_err(|error| self.finish(error))))
    }

    /// Ends the answer by an error; a chunk that is held goes first. That the body is no answer weighs more.
    /// Dropping the body cancels it at the server.
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

    /// The caller gives up on the answer, with this error. That cancels it at the server.
    pub(super) fn fail(&mut self, error: Error) -> Error {
        let error = self.finish(error);
        if let Some(answer) = &mut self.answer {
            answer.body = None;
        }
        self.call.failed_for_good(&error);
        error
    }

    /// Says of an error in the answer what is known besides.
    fn finish(&self, error: Error) -> Error {
        self.call.finish(error, self.head())
    }

    fn accept(&self, answer: call::Answer<T::Body>) -> Answer<T::Body> {
        let credentials = self.call.client().settings().credentials.clone();
        let mut decoder = ChunkDecoder::new().with_credentials(credentials);
        if self.wanted.logprobs {
            decoder = decoder.with_logprobs();
        }
        if self.wanted.extra {
            decoder = decoder.with_extra();
        }
        let raw_body = self.wanted.raw_body.then(Vec::new);
        Answer { head: answer.head, body: Some(answer.body), decoder, raw_body }
    }
}
