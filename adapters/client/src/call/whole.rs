//! An answer that is read as a whole before anything is made of it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::{Answer, Call, READS_PER_TURN};
use crate::error::ErrorKind;
use crate::{Error, ResponseBody, ResponseHead, Timer, Transport};

/// How long an answer may be.
const BODY_LIMIT: usize = 64 << 20;
/// How much of an answer that failed is kept with the error.
const KEPT: usize = 1024;

/// A complete response.
pub(crate) struct Whole {
    pub(crate) head: Arc<ResponseHead>,
    pub(crate) body: Bytes,
}

impl<T: Transport, R: Timer> Call<T, R> {
    /// Sends the request, again where that is allowed, and reads the answer to its end.
    ///
    /// The answer begins with its first byte that is no white space: some servers send blank lines while they work.
    pub(crate) async fn whole(&mut self) -> Result<Whole, Error> {
        loop {
            let mut answer = self.open().await?;
            let mut body = Vec::new();
            let read = poll_fn(|cx| self.poll_whole(cx, &mut answer, &mut body)).await;
            let Answer { head, .. } = answer;
            let Err(error) = read else { return Ok(Whole { head, body: body.into() }) };
            let shortened = !body.is_empty();
            body.truncate(KEPT);
            let error = self.finish(error.with_body(body.into(), shortened), Some(&head));
            self.reopen(error).await?;
        }
    }

    fn poll_whole(
        &mut self,
        cx: &mut Context<'_>,
        answer: &mut Answer<T::Body>,
        body: &mut Vec<u8>,
    ) -> Poll<Result<(), Error>> {
        for _ in 0..READS_PER_TURN {
            let data = match answer.body.as_mut().poll_data(cx) {
                Poll::Ready(Ok(&[])) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(data)) => data,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Error::transport(error, true))),
                Poll::Pending => return self.poll_expired(cx).map(Err),
            };
            if data.len() > BODY_LIMIT - body.len() {
                let message = format!("the answer is longer than {} MiB", BODY_LIMIT >> 20);
                return Poll::Ready(Err(Error::new(ErrorKind::Limit, message)));
            }
            // Of the white space before an answer nothing is kept: it may never end.
            let taken = if body.is_empty() { data.trim_ascii_start() } else { data };
            body.extend_from_slice(taken);
            let length = data.len();
            answer.body.as_mut().consume(length);
            if !body.is_empty() {
                self.begun();
                self.event(true);
            }
            if let Some(error) = self.expired() {
                return Poll::Ready(Err(error));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
