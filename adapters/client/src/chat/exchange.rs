//! The answer to a chat completion: the chunks of its body.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
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
    call: Call<T, R>,
    wanted: Wanted,
    answer: Option<Answer<T::Body>>,
    /// When the caller was given the chunk that it has.
    lent: Option<Duration>,
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
        Self { call, wanted, answer: None, lent: None }
    }

    /// Sends the request, again where that is allowed, until the first chunk is there. `None`: the answer is
    /// complete and has no chunk.
    pub(super) async fn begin(&mut self) -> Result<Option<ChatChunk>, Error> {
        loop {
            let answer = self.call.open().await?;
            self.answer = Some(self.accept(answer));
            let error = match poll_fn(|cx| self.poll_chunk(cx)).await {
                None => return Ok(None),
                Some(Ok(chunk)) => {
                    self.call.begun();
                    return Ok(Some(chunk));
                }
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
        if let Some(lent) = self.lent.take() {
            self.call.resumed(lent);
        }
        let Some(answer) = &mut self.answer else { return Poll::Ready(None) };
        let mut overdue = self.call.total_expired();
        let mut reads = 0;
        while let Some(body) = &mut answer.body {
            if let Some(error) = overdue {
                return Poll::Ready(Some(self.stop(error)));
            }
            if reads == READS_PER_TURN {
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
        self.call.finish(error, self.head())
    }

    fn accept(&self, answer: call::Answer<T::Body>) -> Answer<T::Body> {
        let key = self.call.client().settings().api_key.clone();
        let mut decoder = ChunkDecoder::new().with_key(key);
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
