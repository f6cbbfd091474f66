//! An answer that is read as a whole before anything is made of it.

use std::future::poll_fn;
use std::str;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use super::{Answer, Call, READS_PER_TURN, excerpt, report};
use crate::credentials::Credentials;
use crate::error::ErrorKind;
use crate::members::Members;
use crate::{Error, ResponseBody, ResponseHead, Timer, Transport};

/// How much of an answer that cannot be used is kept with the error.
const KEPT: usize = 1024;

/// A complete response.
pub(crate) struct Whole {
    pub(crate) head: Arc<ResponseHead>,
    pub(crate) body: Bytes,
}

/// Why an answer cannot be used.
#[derive(Debug)]
pub(crate) struct Fault {
    kind: ErrorKind,
    message: String,
    /// It is something else altogether: an error, or a page.
    is_foreign: bool,
}

/// Makes the call, and of its answer, a JSON object of at most `limit` bytes, what `read` makes of its members. An array
/// that stands alone counts as the member `array` of an object, if that is named.
pub(crate) async fn ask<T: Transport, R: Timer, A>(
    mut call: Call<T, R>,
    limit: usize,
    array: Option<&str>,
    read: impl FnOnce(Members<'_>) -> Result<A, Fault>,
) -> Result<(A, Arc<ResponseHead>), Error> {
    let Whole { head, body } = call.whole(limit).await?;
    match members(&body, array).and_then(read) {
        Ok(answer) => {
            call.finished(None);
            Ok((answer, head))
        }
        Err(fault) => Err(call.unusable(fault, &body, &head)),
    }
}

impl<T: Transport, R: Timer> Call<T, R> {
    /// Sends the request, again where that is allowed, and reads the answer to its end.
    ///
    /// The answer begins with its first byte that is no white space: some servers send blank lines while they work.
    ///
    /// Whether it can be used is still to be told: [`finished`](Self::finished) or [`unusable`](Self::unusable).
    pub(crate) async fn whole(&mut self, limit: usize) -> Result<Whole, Error> {
        let whole = self.read_whole(limit).await;
        match &whole {
            Ok(_) => self.leave(),
            Err(error) => self.failed_for_good(error),
        }
        whole
    }

    async fn read_whole(&mut self, limit: usize) -> Result<Whole, Error> {
        loop {
            let mut answer = self.open().await?;
            let mut body = Vec::new();
            let read = poll_fn(|cx| self.poll_whole(cx, &mut answer, &mut body, limit)).await;
            let Answer { head, .. } = answer;
            let Err(error) = read else { return Ok(Whole { head, body: body.into() }) };
            let shortened = !body.is_empty();
            body.truncate(KEPT);
            let error = self.finish(error.with_body(body.into(), shortened), Some(&head));
            self.reopen(error).await?;
        }
    }

    /// The error of an answer that cannot be used.
    pub(crate) fn unusable(&mut self, fault: Fault, body: &Bytes, head: &Arc<ResponseHead>) -> Error {
        let error = fault.into_error(body, &self.client.settings().credentials);
        let error = self.finish(error, Some(head));
        self.failed_for_good(&error);
        error
    }

    fn poll_whole(
        &mut self,
        cx: &mut Context<'_>,
        answer: &mut Answer<T::Body>,
        body: &mut Vec<u8>,
        limit: usize,
    ) -> Poll<Result<(), Error>> {
        for _ in 0..READS_PER_TURN {
            let data = match answer.body.as_mut().poll_data(cx) {
                Poll::Ready(Ok(&[])) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(data)) => data,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(Error::transport(error, true))),
                Poll::Pending => return self.poll_expired(cx).map(Err),
            };
            let length = data.len();
            // The white space before an answer is not kept: it may never end.
            let data = if body.is_empty() { data.trim_ascii_start() } else { data };
            if data.len() > limit - body.len() {
                let message = format!("the answer has more than {limit} bytes");
                return Poll::Ready(Err(Error::new(ErrorKind::Limit, message)));
            }
            body.extend_from_slice(data);
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

/// The members of the object that an answer is, unless it reports an error.
fn members<'b>(body: &'b [u8], array: Option<&str>) -> Result<Members<'b>, Fault> {
    if body.is_empty() {
        return Err(Fault::new(
            ErrorKind::Truncated,
            "the response ended before the answer began: its body is empty",
        ));
    }
    let text = str::from_utf8(body)
        .map_err(|error| Fault::foreign(format!("it is not UTF-8 at byte {}", error.valid_up_to())))?;
    let array = array.filter(|_| body.starts_with(b"["));
    let members = match array {
        Some(name) => serde_json::from_str(text).map(|array| Members::of_one(name, array)),
        None => Members::parse(text),
    };
    let members = members.map_err(|error| {
        if error.is_eof() {
            Fault::new(ErrorKind::Truncated, "the answer ended before it was complete")
        } else {
            let (line, column) = (error.line(), error.column());
            Fault::foreign(format!("it is not a JSON object (line {line}, column {column})"))
        }
    })?;
    if (array.is_some() || members.has("error")) && report::said(body).is_some() {
        return Err(Fault::foreign("it is an error"));
    }
    Ok(members)
}

impl Fault {
    fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), is_foreign: false }
    }

    /// It is something else than what was asked for.
    pub(crate) fn foreign(why: impl Into<String>) -> Self {
        Self { is_foreign: true, ..Self::new(ErrorKind::Protocol, why) }
    }

    /// It is what was asked for, but `what` of it is wrong.
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Protocol, format!("the answer cannot be used: {}", what.into()))
    }

    fn into_error(self, body: &Bytes, credentials: &Credentials) -> Error {
        let shortened = body.len() > KEPT;
        let start = start_of(body, credentials);
        if !self.is_foreign {
            return Error::new(self.kind, self.message).with_body(start, shortened);
        }
        if matches!(body.first(), Some(b'{' | b'['))
            && let Some(report) = report::said(body)
        {
            return Error::reported(report, Some(credentials)).with_body(start, shortened);
        }
        let mut message = format!("the answer is not what was asked for: {}", self.message);
        if let Some(excerpt) = excerpt(&start) {
            message.push_str("; it begins: ");
            message.push_str(&excerpt);
        }
        Error::new(self.kind, message).with_body(start, shortened)
    }
}

/// The beginning of a body, without secrets.
fn start_of(body: &Bytes, credentials: &Credentials) -> Bytes {
    let mut start = body.slice(..body.len().min(KEPT));
    if start.len() < body.len() {
        start.truncate(start.len() - credentials.cut_at_end(&start));
    }
    credentials.redact_bytes(&start).into_owned().into()
}
