//! A request on a connection, and what there is of its response before the answer.
//!
//! ```text
//! [ drain ] ─▶ write ─▶ flush ─▶ head ─▶ 2xx ─▶ find, lend, ... ─▶ the end
//!                                   └──▶ else ─▶ refusal
//! ```
//!
//! It decides and does not wait: it says what it needs of the socket, and is told what came of that. So all stages wait in one
//! place, which takes far less code than one for each.

use core::time::Duration;

use choreoai_core::http1::{Method, Part, RequestError, RequestHead};
use embedded_io_async::{Read, Write};

use crate::body::{Body, Source};
use crate::decode::Decode;
use crate::error::Failure;
use crate::exchange::{Exchange, Step, hide_key};
use crate::report::Report;
use crate::socket::{Hasty, Io};
use crate::time::Watch;
use crate::trace::debug;
use crate::wire::{DRAIN_LIMIT, Next, Span};
use crate::{Endpoint, Error};

/// How long the rest of a response may take that is only read to keep its connection.
const DRAIN_WAIT: Duration = Duration::from_secs(1);
/// How long the body of a refusal may take; what has come until then counts.
const REPORT_WAIT: Duration = Duration::from_secs(5);
/// How much of the body of a refusal is read.
const REPORT_LIMIT: usize = 16 << 10;

/// A request under way. `R` reads a refusal.
pub(crate) struct Call<'b, B, R, E> {
    stage: Stage,
    head: Option<RequestHead<'b, Fields<'b>>>,
    load: Load<B, R>,
    /// What of the buffer is still to be written. The last of the request does not reach to the end of the buffer.
    unwritten: Span,
    /// How much was read since there is a limit to it.
    read: usize,
    status: u16,
    /// It is over when the first event has come, and not before.
    wants_event: bool,
    /// Before the head of the response: what kept the server from taking all of the request, as it may have said why. Then: what
    /// went wrong with the connection, which is said once all that was held of the answer is handed out.
    pub(crate) failure: Option<Failure<E>>,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    Draining,
    Writing,
    Flushing,
    Head,
    Refusal,
    Answer,
    Failed,
}

/// What is large of it. Not two of them are needed at a time.
enum Load<B, R> {
    Nothing,
    Body(B),
    Reader(R),
}

/// What comes next of a call.
enum Turn {
    /// Something has to be done with the socket.
    Io(Io),
    /// The call is over. If the first event was wanted, it waits to be lent, unless the answer is complete and has none.
    Over,
}

impl<'b, B: Body, R, E> Call<'b, B, R, E> {
    /// A call that has no request yet. It goes on until the head of the answer has come, or the first event of it.
    pub(crate) const fn new(wants_event: bool) -> Self {
        Self {
            stage: Stage::New,
            head: None,
            load: Load::Nothing,
            unwritten: Span { start: 0, end: 0 },
            read: 0,
            status: 0,
            wants_event,
            failure: None,
        }
    }

    /// Begins, or begins anew, with a request that has this body.
    ///
    /// # Errors
    ///
    /// The body cannot be made, or the endpoint not be written.
    pub(crate) fn begin(
        &mut self,
        endpoint: Endpoint<'b>,
        source: &impl Source<Body = B>,
    ) -> Result<(), Error<E>> {
        source.check().map_err(Error::Request)?;
        // Where it stays: a copy of it takes much of the stack, and another one for its length as much.
        self.load(source, 0);
        let length = match &mut self.load {
            Load::Body(body) => body.skip_rest(),
            _ => 0,
        };
        self.load(source, length);
        debug!("a request of {} bytes is made", length);
        match request_head(endpoint, length) {
            Ok(head) => self.head = Some(head),
            Err(error) => return Err(Error::Endpoint(error.kind())),
        }
        self.stage = Stage::New;
        self.read = 0;
        self.failure = None;
        Ok(())
    }

    /// Makes a body of this length in its place.
    #[inline(never)]
    fn load(&mut self, source: &impl Source<Body = B>, length: u64) {
        self.load = Load::Body(source.body(length));
    }

    /// The call has failed by this, unless there is an earlier reason.
    fn fail(&mut self, reason: Failure<E>) {
        self.failure.get_or_insert(reason);
        self.stage = Stage::Failed;
    }

    /// What the server says is not waited for if it may say nothing.
    const fn is_hasty(&self) -> bool {
        matches!(self.stage, Stage::Head) && self.failure.is_some()
    }
}

impl<W: Watch, R: Report, D: Decode> Exchange<'_, W, R, D> {
    /// Sends the request and reads of the response what the call wants.
    pub(crate) async fn run<S: Read + Write, B: Body>(
        &mut self,
        socket: &mut S,
        call: &mut Call<'_, B, R::Reader, S::Error>,
    ) -> Result<(), Failure<S::Error>> {
        while let Turn::Io(io) = self.advance(call)? {
            let is_hasty = call.is_hasty();
            let outcome = Hasty { work: self.transfer(socket, io, call.unwritten), is_hasty }.await;
            let outcome = if io == Io::Read { self.received(outcome) } else { outcome };
            self.settle(call, outcome);
        }
        Ok(())
    }

    /// Goes on without the socket as far as that is possible.
    #[inline(never)]
    fn advance<B: Body, E>(&mut self, call: &mut Call<'_, B, R::Reader, E>) -> Result<Turn, Failure<E>> {
        let io = loop {
            match call.stage {
                Stage::New if self.wire.buffer.is_empty() => call.fail(Failure::EmptyBuffer),
                Stage::New => {
                    self.engage();
                    match self.wire.engage() {
                        Some(true) => {
                            self.watch.hurry(DRAIN_WAIT);
                            call.stage = Stage::Draining;
                        }
                        Some(false) => self.begin_request(call),
                        None => call.fail(Failure::Reconnect),
                    }
                }
                Stage::Draining => match self.wire.next_of_body() {
                    Next::Data(_) => {}
                    Next::Nothing if call.read < DRAIN_LIMIT => break Io::Read,
                    Next::End => {
                        self.wire.finish();
                        match self.wire.engage() {
                            Some(_) => self.begin_request(call),
                            None => call.fail(Failure::Reconnect),
                        }
                    }
                    _ => call.fail(Failure::Reconnect),
                },
                Stage::Writing if !call.unwritten.is_empty() => break Io::Write,
                Stage::Writing if call.unwritten.end < self.wire.buffer.len() => call.stage = Stage::Flushing,
                Stage::Writing => {
                    let end = match (&mut call.head, &mut call.load) {
                        (Some(head), Load::Body(body)) => encode(self.wire.buffer, head, body),
                        _ => Some(0),
                    };
                    match end {
                        Some(end) => call.unwritten = Span { start: 0, end },
                        None => call.fail(Failure::Body),
                    }
                }
                Stage::Flushing => break Io::Flush,
                Stage::Head => match self.wire.next_of_head() {
                    None => break Io::Read,
                    Some(Ok(Part::HeadEnd)) => self.answered(call),
                    Some(Ok(part)) => Self::read_head(call, &mut self.report, part),
                    Some(Err(_)) => call.fail(Failure::Http),
                },
                Stage::Refusal => match self.wire.next_of_body() {
                    Next::Data(data) => {
                        let data = data.of(self.wire.buffer);
                        if let Load::Reader(reader) = &mut call.load {
                            self.report.body(reader, data);
                        }
                    }
                    Next::End => {
                        self.wire.finish();
                        self.refused(call, true);
                    }
                    Next::Nothing if call.read < REPORT_LIMIT => break Io::Read,
                    _ => self.refused(call, false),
                },
                Stage::Answer if !call.wants_event => return Ok(Turn::Over),
                Stage::Answer => match self.step(&mut call.failure) {
                    Step::Found => return Ok(Turn::Over),
                    Step::End(end) => return end.map(|()| Turn::Over),
                    Step::Read => break Io::Read,
                },
                Stage::Failed => return Err(call.failure.take().unwrap_or(Failure::Reconnect)),
            }
        };
        Ok(Turn::Io(io))
    }

    /// Takes what came of using the socket.
    #[inline(never)] // As for `advance`: the future is long enough.
    fn settle<B: Body, E>(
        &mut self,
        call: &mut Call<'_, B, R::Reader, E>,
        outcome: Result<usize, Failure<E>>,
    ) {
        match call.stage {
            Stage::Writing | Stage::Flushing => match outcome {
                Ok(_) if call.stage == Stage::Flushing => call.stage = Stage::Head,
                Ok(count @ 1..) => call.unwritten.start = call.unwritten.start.saturating_add(count),
                outcome => {
                    let reason = outcome.err().unwrap_or(Failure::Closed);
                    // If the server takes no more, it may have said why; if it has, that is here by now.
                    let is_late = matches!(reason, Failure::Deadline(_));
                    call.stage = if is_late { Stage::Failed } else { Stage::Head };
                    call.failure = Some(reason);
                    self.wire.spoil();
                }
            },
            Stage::Draining => match outcome {
                Ok(count @ 1..) => call.read = call.read.saturating_add(count),
                _ => call.fail(Failure::Reconnect),
            },
            _ => match outcome {
                Ok(count) => call.read = call.read.saturating_add(count),
                Err(_) if call.stage == Stage::Refusal => self.refused(call, false),
                Err(reason) if call.stage == Stage::Answer => self.fail(&mut call.failure, reason),
                Err(reason) => call.fail(reason),
            },
        }
    }

    /// The connection is ready for the request.
    #[inline(never)] // There are two ways to this.
    fn begin_request<B: Body, E>(&mut self, call: &mut Call<'_, B, R::Reader, E>) {
        self.watch.relax();
        self.report.start();
        self.wire.expect_response();
        let end = self.wire.buffer.len();
        call.unwritten = Span { start: end, end };
        call.stage = Stage::Writing;
    }

    /// A part of the head of the response has come.
    fn read_head<B: Body, E>(call: &mut Call<'_, B, R::Reader, E>, report: &mut R, part: Part<'_>) {
        match (part, &mut call.load) {
            (Part::Status(code), load) => {
                call.status = code;
                // Of the request nothing more is sent.
                *load = if is_success(code) { Load::Nothing } else { Load::Reader(R::reader()) };
            }
            (part, Load::Reader(reader)) => report.head(reader, part),
            _ => {}
        }
    }

    /// The head of the response has come.
    fn answered<B: Body, E>(&mut self, call: &mut Call<'_, B, R::Reader, E>) {
        let status = call.status;
        debug!("the server answers with status {}", status);
        call.failure = None;
        if is_success(status) {
            self.begin_body();
            call.stage = Stage::Answer;
        } else if let Load::Reader(reader) = &mut call.load
            && self.report.refused(reader, status)
        {
            call.read = 0;
            call.stage = Stage::Refusal;
            self.watch.hurry(REPORT_WAIT);
        } else {
            self.wire.release();
            call.fail(Failure::Refused(status));
        }
    }

    /// What there is to a refusal has come, or as much as is waited for.
    fn refused<B: Body, E>(&mut self, call: &mut Call<'_, B, R::Reader, E>, is_whole: bool) {
        if let Load::Reader(reader) = &mut call.load {
            self.report.end(reader, is_whole);
        }
        self.watch.relax();
        hide_key(&self.endpoint, &mut self.report);
        call.fail(Failure::Refused(call.status));
    }
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

type Field<'a> = (&'a str, &'a [u8]);

/// The fields of a request: [`FIELDS`], and the endpoint's own.
#[derive(Clone)]
struct Fields<'a> {
    own: &'a [Field<'a>],
    next: usize,
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let index = self.next;
        let field = FIELDS.get(index).or_else(|| self.own.get(index.wrapping_sub(FIELDS.len())))?;
        self.next = index.wrapping_add(1);
        Some(*field)
    }
}

/// What every request says of itself and of its answer.
const FIELDS: &[Field<'_>] =
    &[("Accept", b"text/event-stream, application/json"), ("Content-Type", b"application/json")];

fn request_head(
    endpoint: Endpoint<'_>,
    length: u64,
) -> Result<RequestHead<'_, Fields<'_>>, RequestError<'_>> {
    let Endpoint { host, path, key, headers } = endpoint;
    let head = RequestHead::new(Method::Post, path, host, Fields { own: headers, next: 0 })?;
    let head = head.with_content_length(length);
    match key {
        Some(key) => head.with_bearer(key),
        None => Ok(head),
    }
}

/// Writes what follows of the head and of the body, as much as fits; `None` as for [`Body::encode`].
#[inline(never)]
fn encode<'a>(out: &mut [u8], head: &mut RequestHead<'a, Fields<'a>>, body: &mut impl Body) -> Option<usize> {
    let written = head.encode(out);
    let rest = out.get_mut(written..).unwrap_or_default();
    Some(written.saturating_add(body.encode(rest)?))
}
