//! One call on a connection: a request, the head of its response, and the events in its body.
//!
//! ```text
//! send: [ drain ] ─▶ request ─▶ answer: head ─▶ 2xx ─▶ find, lend, ... ─▶ the end
//!                                          └──▶ else ─▶ report
//! ```

use core::iter::{Chain, Copied};
use core::slice::Iter;
use core::time::Duration;

use choreoai_core::ErrorKind;
use choreoai_core::chat::{Event, Verdict};
use choreoai_core::deadline::DeadlineKind;
use choreoai_core::http1::{self, Method, Part, RequestError, RequestHead};
use embedded_io_async::{Read, Write};

use crate::body::Body;
use crate::decode::{Decode, Meaning};
use crate::report::Report;
use crate::time::{Hasty, Watch};
use crate::trace::debug;
use crate::wire::{Next, Span, Wire};
use crate::{Endpoint, Error};

/// How long the rest of a response may take that is only read to keep its connection.
const DRAIN_WAIT: Duration = Duration::from_secs(1);
/// How long the body of a refusal may take; what has come until then counts.
const REPORT_WAIT: Duration = Duration::from_secs(5);
/// How much of the body of a refusal is read.
const REPORT_LIMIT: usize = 16 << 10;

/// Whatever a call needs but the socket.
pub(crate) struct Exchange<'b, W, R, D> {
    pub(crate) wire: Wire<'b>,
    pub(crate) endpoint: Endpoint<'b>,
    pub(crate) watch: W,
    pub(crate) report: R,
    pub(crate) decoder: D,
    /// Makes the decoder of the next body.
    pub(crate) new_decoder: fn() -> D,
    /// What of the body was not decoded.
    data: Span,
    phase: Phase,
    /// A success was answered to the latest request.
    is_committed: bool,
}

/// Where in the answer the call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A success was answered, and its body is read.
    Body,
    /// The body has ended, and what the decoder held is handed out.
    Ending,
    /// The server has said all, or that it failed: nothing more is read.
    Closing,
    /// The answer is complete, and that was said.
    Complete,
    /// There is no answer, or an error of it was said.
    Failed,
}

/// What comes of going over the body.
enum Step<F, E> {
    Found(FoundIn<F>),
    /// The answer has ended, well or not.
    End(Result<(), Error<E>>),
    /// More has to be read.
    Read,
}

/// An event that was found, and what it was decoded from.
pub(crate) struct FoundIn<F> {
    found: F,
    input: Span,
}

impl<'b, W: Watch, R: Report, D: Decode> Exchange<'b, W, R, D> {
    pub(crate) fn new(
        wire: Wire<'b>,
        endpoint: Endpoint<'b>,
        watch: W,
        report: R,
        new_decoder: fn() -> D,
    ) -> Self {
        let decoder = new_decoder();
        let data = Span::default();
        let phase = Phase::Failed;
        Self { wire, endpoint, watch, report, decoder, new_decoder, data, phase, is_committed: false }
    }

    pub(crate) fn with_watch<W2: Watch>(self, watch: W2) -> Exchange<'b, W2, R, D> {
        Exchange::new(self.wire, self.endpoint, watch, self.report, self.new_decoder)
    }

    pub(crate) fn with_report<R2: Report>(self, report: R2) -> Exchange<'b, W, R2, D> {
        Exchange::new(self.wire, self.endpoint, self.watch, report, self.new_decoder)
    }

    pub(crate) fn with_decoder<D2: Decode>(self, new_decoder: fn() -> D2) -> Exchange<'b, W, R, D2> {
        Exchange::new(self.wire, self.endpoint, self.watch, self.report, new_decoder)
    }

    /// Sends the request. What keeps the server from taking all of it is for [`answer`](Self::answer): there may be one.
    ///
    /// The body, which is large, is not needed any more from then on: the two are apart so that a future need not have room for
    /// it and for what reads the answer.
    pub(crate) async fn send<S: Read + Write>(
        &mut self,
        socket: &mut S,
        body: &mut impl Body,
    ) -> Result<Option<Error<S::Error>>, Error<S::Error>> {
        match self.write(socket, body).await {
            Ok(()) => Ok(None),
            Err(error @ (Error::Io(_) | Error::Closed)) => {
                self.wire.spoil();
                Ok(Some(error))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the head of the response to a request that was sent; or was not, for this reason.
    pub(crate) async fn answer<S: Read>(
        &mut self,
        socket: &mut S,
        unsent: Option<Error<S::Error>>,
    ) -> Result<(), Error<S::Error>> {
        // If the server takes no more, it may have said why; if it has, that is here by now.
        let status = match (Hasty::new(unsent.is_some(), self.head(socket)).await, unsent) {
            (Some(Ok(status)), _) => status,
            (_, Some(error)) | (Some(Err(error)), None) => return Err(error),
            // It is waited for.
            (None, None) => return Err(Error::Closed),
        };
        debug!("the server answers with status {}", status);
        if !(200..300).contains(&status) {
            self.refuse(socket, status).await;
            return Err(Error::Refused(status));
        }
        self.begin_body();
        Ok(())
    }

    #[inline(never)] // The new decoder passes over the stack.
    fn begin_body(&mut self) {
        self.decoder = (self.new_decoder)();
        self.data = Span::default();
        self.phase = Phase::Body;
        self.is_committed = true;
    }

    /// Whether a success was answered to the latest request: it is never sent again.
    pub(crate) const fn is_committed(&self) -> bool {
        self.is_committed
    }

    async fn write<S: Read + Write>(
        &mut self,
        socket: &mut S,
        body: &mut impl Body,
    ) -> Result<(), Error<S::Error>> {
        let length = body.length();
        let mut head = request_head(self.endpoint, length).map_err(|error| Error::Endpoint(error.kind()))?;
        if self.wire.buffer.is_empty() {
            return Err(Error::EmptyBuffer);
        }
        self.engage(socket).await?;
        debug!("a request of {} bytes is sent", length);
        self.report.start();
        self.wire.expect_response();
        loop {
            let count = encode(self.wire.buffer, &mut head, body);
            let mut written = 0_usize;
            while written < count {
                let rest = self.wire.buffer.get(written..count).unwrap_or_default();
                match self.watch.limit(socket.write(rest)).await.map_err(Error::Deadline)? {
                    Ok(0) => return Err(Error::Closed),
                    Ok(more) => written = written.saturating_add(more),
                    Err(error) => return Err(Error::Io(error)),
                }
            }
            if count < self.wire.buffer.len() {
                break;
            }
        }
        self.watch.limit(socket.flush()).await.map_err(Error::Deadline)?.map_err(Error::Io)
    }

    /// Takes the connection for this call, once the rest of the last response was read.
    async fn engage<S: Read>(&mut self, socket: &mut S) -> Result<(), Error<S::Error>> {
        self.phase = Phase::Failed;
        self.is_committed = false;
        let is_ready = match self.wire.engage() {
            Some(true) => self.watch.within(DRAIN_WAIT, self.wire.drain(socket)).await == Ok(true),
            Some(false) => true,
            None => false,
        };
        if is_ready { Ok(()) } else { Err(Error::Reconnect) }
    }

    /// Reads the head of the response, and gives its status.
    async fn head<S: Read>(&mut self, socket: &mut S) -> Result<u16, Error<S::Error>> {
        let mut status = 0;
        loop {
            if let Some(head) = self.parse_head(&mut status) {
                return head.map(|()| status).map_err(Error::Http);
            }
            self.wire.begin_read();
            let read = self.watch.limit(socket.read(self.wire.buffer)).await;
            self.received(read)?;
        }
    }

    /// Goes over what has arrived of the head. `None`: more is needed.
    #[inline(never)]
    fn parse_head(&mut self, status: &mut u16) -> Option<Result<(), http1::Error>> {
        loop {
            match self.wire.next_of_head()? {
                Ok(Part::HeadEnd) => return Some(Ok(())),
                Ok(Part::Status(code)) => *status = code,
                Ok(part) if !(200..300).contains(status) => self.report.head(part),
                Ok(_) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Takes what a read gave.
    fn received<E>(&mut self, read: Result<Result<usize, E>, DeadlineKind>) -> Result<(), Error<E>> {
        match self.wire.end_read(read.map_err(Error::Deadline)?) {
            Ok(0) => self.wire.closed().map_err(Error::Http),
            Ok(_) => Ok(()),
            Err(error) => Err(Error::Io(error)),
        }
    }

    /// Reads what there is to a refusal.
    async fn refuse<S: Read>(&mut self, socket: &mut S, status: u16) {
        let Some(mut reader) = self.report.refused(status) else { return self.wire.release() };
        let Self { wire, watch, report, .. } = self;
        let read = read_report(socket, wire, |data| report.body(&mut reader, data));
        let is_whole = watch.within(REPORT_WAIT, read).await == Ok(true);
        self.report.end(&mut reader, is_whole);
        hide_key(&self.endpoint, &mut self.report);
    }

    /// The caller, who has had time with the last event, asks for the next one.
    pub(crate) fn resume(&mut self) {
        if self.wire.lost_a_read() {
            self.phase = Phase::Failed;
        }
        self.watch.resumed();
    }

    /// Reads on to the next event. `None`: the answer is complete.
    ///
    /// What went wrong with the connection waits in `failure` until what was held of the answer is handed out.
    ///
    /// `AT` is another one in each place that waits for it: so it becomes a part of that place, and the compiler sees that it is
    /// not polled once more after it was done, which would be a panic.
    pub(crate) async fn find<const AT: char, S: Read>(
        &mut self,
        socket: &mut S,
        failure: &mut Option<Error<S::Error>>,
    ) -> Result<Option<FoundIn<D::Found>>, Error<S::Error>> {
        loop {
            match self.step(failure) {
                Step::Found(found) => return Ok(Some(found)),
                Step::End(end) => return end.map(|()| None),
                Step::Read => {}
            }
            self.wire.begin_read();
            let read = self.watch.limit(socket.read(self.wire.buffer)).await;
            if let Err(error) = self.received(read) {
                self.end_body();
                *failure = Some(error);
            }
        }
    }

    /// Goes over what has arrived of the body.
    #[inline(never)]
    fn step<E>(&mut self, failure: &mut Option<Error<E>>) -> Step<D::Found, E> {
        loop {
            match self.phase {
                Phase::Body if self.data.is_empty() => {
                    match self.wire.next_of_body() {
                        Ok(Next::Data(data)) => self.data = data,
                        Ok(Next::Nothing) => return Step::Read,
                        Ok(Next::End) => {
                            self.wire.finish();
                            self.end_body();
                        }
                        Err(error) => {
                            self.end_body();
                            *failure = Some(Error::Http(error));
                        }
                    }
                    continue;
                }
                Phase::Body | Phase::Ending => {}
                Phase::Closing => return self.conclude(None),
                Phase::Complete => return Step::End(Ok(())),
                Phase::Failed => return Step::End(Err(Error::Reconnect)),
            }
            let input = self.data;
            let mut rest = self.wire.buffer.get(input.range()).unwrap_or_default();
            let found = self.decoder.find(&mut rest);
            self.data.start = input.end.saturating_sub(rest.len());
            match found {
                Some(Ok(found)) => {
                    // Before the end of the body it is so once the server has said all.
                    if self.phase == Phase::Body && self.decoder.verdict().is_ok() {
                        self.wire.release();
                        self.phase = Phase::Closing;
                    }
                    return Step::Found(FoundIn { found, input });
                }
                Some(Err(error)) => return self.conclude(Some(Error::Answer(error))),
                None if self.phase == Phase::Ending => return self.conclude(failure.take()),
                None => {}
            }
        }
    }

    /// Lends the event that was found last.
    pub(crate) fn lend(&mut self, found: &FoundIn<D::Found>) -> D::Event<'_> {
        let input = self.wire.buffer.get(found.input.range()).unwrap_or_default();
        let event = self.decoder.lend(&found.found, input);
        let meaning = D::meaning(&event);
        self.watch.handed_out(meaning);
        D::tell(&event, &mut self.report);
        if meaning == Meaning::Failed {
            self.phase = Phase::Closing;
            hide_key(&self.endpoint, &mut self.report);
        }
        event
    }

    /// How the answer ended, once it is complete.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        match self.phase {
            Phase::Closing | Phase::Complete => self.decoder.verdict().ok(),
            Phase::Body | Phase::Ending | Phase::Failed => None,
        }
    }

    /// The answer has ended, with this failure of the connection, if there was one.
    fn conclude<E>(&mut self, failure: Option<Error<E>>) -> Step<D::Found, E> {
        let verdict = self.decoder.verdict();
        self.phase = Phase::Failed;
        Step::End(match (verdict, failure) {
            (Err(error), _) if error.kind() == ErrorKind::Server => {
                // Of a report that was cut, what came of it counts.
                self.report.event(&Event::ErrorEnd);
                hide_key(&self.endpoint, &mut self.report);
                Err(Error::Answer(error))
            }
            (_, Some(failure)) => Err(failure),
            (Err(error), None) => Err(Error::Answer(error)),
            (Ok(_), None) => {
                self.phase = Phase::Complete;
                Ok(())
            }
        })
    }

    fn end_body(&mut self) {
        self.decoder.end();
        self.data = Span::default();
        self.phase = Phase::Ending;
    }
}

type Field<'a> = (&'a str, &'a [u8]);
type Fields<'a> = Copied<Chain<Iter<'a, Field<'a>>, Iter<'a, Field<'a>>>>;

/// What every request says of itself and of its answer.
const FIELDS: &[Field<'_>] =
    &[("Accept", b"text/event-stream, application/json"), ("Content-Type", b"application/json")];

fn request_head(
    endpoint: Endpoint<'_>,
    length: u64,
) -> Result<RequestHead<'_, Fields<'_>>, RequestError<'_>> {
    let Endpoint { host, path, key, headers } = endpoint;
    let head = RequestHead::new(Method::Post, path, host, FIELDS.iter().chain(headers).copied())?;
    let head = head.with_content_length(length);
    match key {
        Some(key) => head.with_bearer(key),
        None => Ok(head),
    }
}

/// Writes what follows of the head and of the body, as much as fits.
#[inline(never)]
fn encode<'a>(out: &mut [u8], head: &mut RequestHead<'a, Fields<'a>>, body: &mut impl Body) -> usize {
    let written = head.encode(out);
    let rest = out.get_mut(written..).unwrap_or_default();
    written.saturating_add(body.encode(rest))
}

/// Reads the body of a refusal; whether all of it.
async fn read_report<S: Read>(socket: &mut S, wire: &mut Wire<'_>, mut take: impl FnMut(&[u8])) -> bool {
    let mut read = 0_usize;
    loop {
        match wire.next_of_body() {
            Ok(Next::Data(data)) => {
                take(wire.buffer.get(data.range()).unwrap_or_default());
                continue;
            }
            Ok(Next::End) => {
                wire.finish();
                return true;
            }
            Ok(Next::Nothing) if read < REPORT_LIMIT => {}
            _ => return false,
        }
        wire.begin_read();
        let count = socket.read(wire.buffer).await;
        match wire.end_read(count) {
            Ok(0) if wire.closed().is_err() => return false,
            Ok(count) => read = read.saturating_add(count),
            Err(_) => return false,
        }
    }
}

fn hide_key(endpoint: &Endpoint<'_>, report: &mut impl Report) {
    if let Some(key) = endpoint.key {
        report.hide(key);
    }
}
