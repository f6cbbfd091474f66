//! What a connection needs besides its socket, and the events in the body of its latest response.

use core::future::Future;

use choreoai_core::ErrorKind;
use choreoai_core::chat::{Event, Found, Verdict};
use embedded_io_async::{Read, Write};

use crate::decode::{Decode, Meaning};
use crate::error::Failure;
use crate::report::Report;
use crate::socket::{Io, Transfer};
use crate::time::Watch;
use crate::wire::{Next, Span, Wire};
use crate::{Endpoint, Error};

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
    /// The event that was found and is not lent yet.
    found: Option<FoundIn>,
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
pub(crate) enum Step<E> {
    /// An event was found, and waits to be lent.
    Found,
    /// The answer has ended, well or not.
    End(Result<(), Failure<E>>),
    /// More has to be read.
    Read,
}

/// An event that was found, and what it was decoded from.
#[derive(Clone, Copy)]
struct FoundIn {
    found: Found,
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
        Self {
            wire,
            endpoint,
            watch,
            report,
            decoder: new_decoder(),
            new_decoder,
            data: Span::default(),
            found: None,
            phase: Phase::Failed,
            is_committed: false,
        }
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

    /// A call begins: there is no answer yet.
    pub(crate) const fn engage(&mut self) {
        self.found = None;
        self.phase = Phase::Failed;
        self.is_committed = false;
    }

    /// A success was answered.
    #[inline(never)] // The new decoder passes over the stack.
    pub(crate) fn begin_body(&mut self) {
        self.decoder = (self.new_decoder)();
        self.data = Span::default();
        self.phase = Phase::Body;
        self.is_committed = true;
    }

    /// Whether a success was answered to the latest request: it is never sent again.
    pub(crate) const fn is_committed(&self) -> bool {
        self.is_committed
    }

    /// Takes what a read gave.
    pub(crate) fn received<E>(&mut self, read: Result<usize, Failure<E>>) -> Result<usize, Failure<E>> {
        self.wire.end_read();
        match read {
            Ok(count) if !self.wire.received(count) => Err(Failure::Http),
            read => read,
        }
    }

    /// The connection failed in the middle of the answer. That waits in `failure` until what was held is handed out.
    pub(crate) fn fail<E>(&mut self, failure: &mut Option<Failure<E>>, reason: Failure<E>) {
        self.end_body();
        *failure = Some(reason);
    }

    /// All that is known of the failure.
    pub(crate) fn error<E>(&self, failure: Failure<E>) -> Error<E> {
        match failure {
            Failure::EmptyBuffer => Error::EmptyBuffer,
            Failure::Body => Error::Body,
            Failure::Reconnect => Error::Reconnect,
            Failure::Connect(error) => Error::Connect(error),
            Failure::Io(error) => Error::Io(error),
            Failure::Closed => Error::Closed,
            Failure::Http => self.wire.error().map_or(Error::Reconnect, Error::Http),
            Failure::Refused(status) => Error::Refused(status),
            Failure::Answer => self.decoder.verdict().err().map_or(Error::Reconnect, Error::Answer),
            Failure::Deadline(kind) => Error::Deadline(kind),
        }
    }

    /// The caller, who has had time with the last event, asks for the next one.
    pub(crate) fn resume(&mut self) {
        // A read that a deadline dropped was accounted for: what was held of the answer is being handed out.
        if self.phase == Phase::Body && self.wire.lost_a_read() {
            self.phase = Phase::Failed;
        }
        self.watch.resumed();
    }

    /// Writes these bytes of the buffer, or reads into it.
    #[inline(always)]
    pub(crate) fn transfer<'s, S: Read + Write>(
        &'s mut self,
        socket: &'s mut S,
        io: Io,
        unwritten: Span,
    ) -> impl Future<Output = Result<usize, Failure<S::Error>>> {
        if io == Io::Read {
            self.wire.begin_read();
        }
        let buffer = &mut *self.wire.buffer;
        self.watch.transfer(Transfer { io, socket, buffer, unwritten })
    }

    /// Reads on to the next event, if none waits to be lent, or to the end.
    ///
    /// What went wrong with the connection waits in `failure` until what was held of the answer is handed out.
    pub(crate) async fn find<S: Read + Write>(
        &mut self,
        socket: &mut S,
        failure: &mut Option<Failure<S::Error>>,
    ) -> Result<(), Error<S::Error>> {
        while self.found.is_none() {
            match self.step(failure) {
                Step::Found | Step::End(Ok(())) => break,
                Step::End(Err(failure)) => return Err(self.error(failure)),
                Step::Read => {}
            }
            let read = self.transfer(socket, Io::Read, Span::default()).await;
            if let Err(reason) = self.received(read) {
                self.fail(failure, reason);
            }
        }
        Ok(())
    }

    /// Goes over what has arrived of the body.
    #[inline(never)]
    pub(crate) fn step<E>(&mut self, failure: &mut Option<Failure<E>>) -> Step<E> {
        loop {
            match self.phase {
                Phase::Body if self.data.is_empty() => {
                    match self.wire.next_of_body() {
                        Next::Data(data) => self.data = data,
                        Next::Nothing => return Step::Read,
                        Next::End => {
                            self.wire.finish();
                            self.end_body();
                        }
                        Next::Fault => self.fail(failure, Failure::Http),
                    }
                    continue;
                }
                Phase::Body | Phase::Ending => {}
                Phase::Closing => return self.conclude(None),
                Phase::Complete => return Step::End(Ok(())),
                Phase::Failed => return Step::End(Err(Failure::Reconnect)),
            }
            let input = self.data;
            let mut rest = input.of(self.wire.buffer);
            let found = self.decoder.find(&mut rest);
            self.data.start = input.end.wrapping_sub(rest.len());
            match found {
                Some(Ok(found)) => {
                    // Before the end of the body it is so once the server has said all.
                    if self.phase == Phase::Body && self.decoder.verdict().is_ok() {
                        self.wire.release();
                        self.phase = Phase::Closing;
                    }
                    self.found = Some(FoundIn { found, input });
                    return Step::Found;
                }
                Some(Err(_)) => return self.conclude(Some(Failure::Answer)),
                None if self.phase == Phase::Ending => return self.conclude(failure.take()),
                None => {}
            }
        }
    }

    /// Lends the event that was found. `None`: the answer is complete.
    pub(crate) fn lend(&mut self) -> Option<D::Event<'_>> {
        let FoundIn { found, input } = self.found.take()?;
        let event = self.decoder.lend(&found, input.of(self.wire.buffer));
        let meaning = D::meaning(&event);
        self.watch.handed_out(meaning);
        D::tell(&event, &mut self.report);
        if meaning == Meaning::Failed {
            self.phase = Phase::Closing;
            hide_key(&self.endpoint, &mut self.report);
        }
        Some(event)
    }

    /// How the answer ended, once it is complete.
    pub(crate) fn verdict(&self) -> Option<Verdict> {
        match self.phase {
            Phase::Closing | Phase::Complete => self.decoder.verdict().ok(),
            Phase::Body | Phase::Ending | Phase::Failed => None,
        }
    }

    /// The answer has ended, with this failure of the connection, if there was one.
    fn conclude<E>(&mut self, failure: Option<Failure<E>>) -> Step<E> {
        let verdict = self.decoder.verdict();
        self.phase = Phase::Failed;
        Step::End(match (verdict, failure) {
            (Err(error), _) if error.kind() == ErrorKind::Server => {
                // Of a report that was cut, what came of it counts.
                self.report.event(&Event::ErrorEnd);
                hide_key(&self.endpoint, &mut self.report);
                Err(Failure::Answer)
            }
            (_, Some(failure)) => Err(failure),
            (Err(_), None) => Err(Failure::Answer),
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

/// Whoever repeats the key is not to be repeated.
pub(crate) fn hide_key(endpoint: &Endpoint<'_>, report: &mut impl Report) {
    if let Some(key) = endpoint.key {
        report.hide(key);
    }
}
