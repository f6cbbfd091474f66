//! One call on a connection: a request, the head of its response, and the events in its body.
//!
//! ```text
//! open: [ drain ] ─▶ request ─▶ head ─▶ 2xx ─▶ find, lend, ... ─▶ the end
//!                                  └──▶ else ─▶ report
//! ```

use core::future::{Future, poll_fn};
use core::iter::{Chain, Copied};
use core::pin::pin;
use core::slice::Iter;
use core::task::Poll;
use core::time::Duration;

use choreoai_core::ErrorKind;
use choreoai_core::chat::{AsMessage, ChatRequest, Event, Verdict};
use choreoai_core::http1::{Method, Part, RequestError, RequestHead};
use choreoai_core::json::writer::{self, Encoder};
use embedded_io_async::{Read, Write};

use crate::decode::{Decode, Meaning};
use crate::report::Report;
use crate::time::Watch;
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

    /// Sends the request, and reads the head of the response.
    pub(crate) async fn open<'r, S, M>(
        &mut self,
        socket: &mut S,
        request: &'r ChatRequest<'r, M>,
        stream: bool,
    ) -> Result<(), Error<S::Error>>
    where
        S: Read + Write,
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        let status = match self.send(socket, request, stream).await {
            Ok(()) => self.head(socket).await?,
            // The server may have said why it takes no more; if it has, that is here by now.
            Err(error @ (Error::Io(_) | Error::Closed)) => {
                self.wire.spoil();
                match at_once(self.head(socket)).await {
                    Some(Ok(status)) => status,
                    _ => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        debug!("the server answers with status {}", status);
        if !(200..300).contains(&status) {
            self.refuse(socket, status).await;
            return Err(Error::Refused(status));
        }
        self.decoder = (self.new_decoder)();
        self.data = Span::default();
        self.phase = Phase::Body;
        self.is_committed = true;
        Ok(())
    }

    /// Whether a success was answered to the latest request: it is never sent again.
    pub(crate) const fn is_committed(&self) -> bool {
        self.is_committed
    }

    async fn send<'r, S, M>(
        &mut self,
        socket: &mut S,
        request: &'r ChatRequest<'r, M>,
        stream: bool,
    ) -> Result<(), Error<S::Error>>
    where
        S: Read + Write,
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        let mut body = request.encoder_with_stream(stream).map_err(Error::Request)?;
        let length = body.content_length();
        let head = request_head(self.endpoint).map_err(|error| Error::Endpoint(error.kind()))?;
        let mut head = head.with_content_length(length);
        if self.wire.buffer.is_empty() {
            return Err(Error::EmptyBuffer);
        }
        self.engage(socket).await?;
        debug!("a request of {} bytes is sent", length);
        self.report.start();
        self.wire.expect_response();
        loop {
            let count = encode(self.wire.buffer, &mut head, &mut body);
            self.write(socket, count).await?;
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
            Some(true) => self.watch.within(DRAIN_WAIT, self.wire.drain(socket)).await.unwrap_or_default(),
            Some(false) => true,
            None => false,
        };
        if is_ready { Ok(()) } else { Err(Error::Reconnect) }
    }

    /// Writes the front of the buffer.
    async fn write<S: Write>(&mut self, socket: &mut S, count: usize) -> Result<(), Error<S::Error>> {
        let mut left = self.wire.buffer.get(..count).unwrap_or_default();
        while !left.is_empty() {
            let written = self.watch.limit(socket.write(left)).await.map_err(Error::Deadline)?;
            match written.map_err(Error::Io)? {
                0 => return Err(Error::Closed),
                written => left = left.get(written..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Reads the head of the response, and gives its status.
    async fn head<S: Read>(&mut self, socket: &mut S) -> Result<u16, Error<S::Error>> {
        let mut status = 0;
        loop {
            while let Some(part) = self.wire.next_of_head() {
                match part.map_err(Error::Http)? {
                    Part::HeadEnd => return Ok(status),
                    Part::Status(code) => status = code,
                    part if !(200..300).contains(&status) => self.report.head(part),
                    _ => {}
                }
            }
            if self.fill(socket).await? == 0 {
                self.wire.closed().map_err(Error::Http)?;
            }
        }
    }

    /// Reads what there is to a refusal.
    async fn refuse<S: Read>(&mut self, socket: &mut S, status: u16) {
        let Some(mut reader) = self.report.refused(status) else { return self.wire.release() };
        let Self { wire, watch, report, .. } = self;
        let read = read_report(socket, wire, |data| report.body(&mut reader, data));
        let is_whole = watch.within(REPORT_WAIT, read).await.unwrap_or_default();
        self.report.end(&mut reader, is_whole);
        hide_key(&self.endpoint, &mut self.report);
    }

    /// Reads on to the next event for the caller, who has had time with the last one.
    pub(crate) async fn next<S: Read>(
        &mut self,
        socket: &mut S,
        failure: &mut Option<Error<S::Error>>,
    ) -> Result<Option<FoundIn<D::Found>>, Error<S::Error>> {
        if self.wire.lost_a_read() {
            self.phase = Phase::Failed;
        }
        self.watch.resumed();
        self.find(socket, failure).await
    }

    /// Reads on to the next event. `None`: the answer is complete.
    ///
    /// What went wrong with the connection waits in `failure` until what was held of the answer is handed out.
    pub(crate) async fn find<S: Read>(
        &mut self,
        socket: &mut S,
        failure: &mut Option<Error<S::Error>>,
    ) -> Result<Option<FoundIn<D::Found>>, Error<S::Error>> {
        loop {
            match self.phase {
                Phase::Body if !self.data.is_empty() => {}
                Phase::Body => {
                    if let Err(error) = self.next_data(socket).await {
                        self.end_body();
                        *failure = Some(error);
                    }
                    continue;
                }
                Phase::Ending => {}
                Phase::Closing => return self.conclude(None),
                Phase::Complete => return Ok(None),
                Phase::Failed => return Err(Error::Reconnect),
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
                    return Ok(Some(FoundIn { found, input }));
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
    fn conclude<T, E>(&mut self, failure: Option<Error<E>>) -> Result<Option<T>, Error<E>> {
        let verdict = self.decoder.verdict();
        self.phase = Phase::Failed;
        match (verdict, failure) {
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
                Ok(None)
            }
        }
    }

    fn end_body(&mut self) {
        self.decoder.end();
        self.data = Span::default();
        self.phase = Phase::Ending;
    }

    /// Makes `data` the next piece of the body, or ends it.
    async fn next_data<S: Read>(&mut self, socket: &mut S) -> Result<(), Error<S::Error>> {
        loop {
            match self.wire.next_of_body().map_err(Error::Http)? {
                Next::Data(data) => {
                    self.data = data;
                    return Ok(());
                }
                Next::End => {
                    self.wire.finish();
                    self.end_body();
                    return Ok(());
                }
                Next::Nothing => {}
            }
            if self.fill(socket).await? == 0 {
                self.wire.closed().map_err(Error::Http)?;
            }
        }
    }

    async fn fill<S: Read>(&mut self, socket: &mut S) -> Result<usize, Error<S::Error>> {
        self.watch.limit(self.wire.fill(socket)).await.map_err(Error::Deadline)?.map_err(Error::Io)
    }
}

type Field<'a> = (&'a str, &'a [u8]);
type Fields<'a> = Copied<Chain<Iter<'a, Field<'a>>, Iter<'a, Field<'a>>>>;

/// What every request says of itself and of its answer.
const FIELDS: &[Field<'_>] =
    &[("Accept", b"text/event-stream, application/json"), ("Content-Type", b"application/json")];

fn request_head(endpoint: Endpoint<'_>) -> Result<RequestHead<'_, Fields<'_>>, RequestError<'_>> {
    let Endpoint { host, path, key, headers } = endpoint;
    let head = RequestHead::new(Method::Post, path, host, FIELDS.iter().chain(headers).copied())?;
    match key {
        Some(key) => head.with_bearer(key),
        None => Ok(head),
    }
}

/// Writes what follows of the head and of the body, as much as fits.
fn encode<'a, 'r>(
    out: &mut [u8],
    head: &mut RequestHead<'a, Fields<'a>>,
    body: &mut Encoder<'r, impl Iterator<Item = writer::Part<'r>>>,
) -> usize {
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
        match wire.fill(socket).await {
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

/// What comes of some work without waiting for anything.
async fn at_once<F: Future>(work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
