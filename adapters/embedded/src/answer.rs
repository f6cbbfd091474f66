//! An answer as it arrives.

use core::fmt;

use choreoai_core::chat::assemble::FixedAssembler;
use choreoai_core::chat::{Decoder, Verdict};
use embedded_io_async::{ErrorType, Read, Write};

use crate::Error;
use crate::decode::Decode;
use crate::error::Failure;
use crate::exchange::Exchange;
use crate::report::{Report, StatusOnly};
use crate::time::{Untimed, Watch};

/// An answer as it arrives, event by event.
///
/// It ends in exactly one way: with `None` and a [`verdict`](Self::verdict), or with one error. What arrived before an error has
/// been handed out before it.
///
/// It holds references alone. Dropped before its end, it leaves the rest of the response unread: the connection is good for
/// nothing else, and whoever owns it closes it, which cancels the answer at the server.
#[must_use = "the answer is read by `next`"]
pub struct Answer<'s, 'b, S: ErrorType, W = Untimed, R = StatusOnly, D: Decode = Decoder> {
    socket: &'s mut S,
    exchange: &'s mut Exchange<'b, W, R, D>,
    /// What goes wrong once all that was held is handed out.
    failure: Option<Failure<S::Error>>,
}

impl<'s, 'b, S: Read + Write, W: Watch, R: Report, D: Decode> Answer<'s, 'b, S, W, R, D> {
    pub(crate) const fn new(
        socket: &'s mut S,
        exchange: &'s mut Exchange<'b, W, R, D>,
        failure: Option<Failure<S::Error>>,
    ) -> Self {
        Self { socket, exchange, failure }
    }

    /// The next event; `None`: the answer is complete, and how it ended says [`verdict`](Self::verdict).
    ///
    /// Waits for the transport only when all that has arrived was handed out. Each call takes time in proportion to the bytes
    /// that it goes over.
    ///
    /// Dropping the future gives the answer up, if it waited for the transport, whose read may have taken bytes with it: the
    /// next call is [`Error::Reconnect`]. With [safe reads](crate::Session::with_safe_reads) nothing is lost, and the next call
    /// goes on.
    ///
    /// # Errors
    ///
    /// The answer is not complete, and this is why. It is returned once; later calls return [`Error::Reconnect`].
    pub async fn next(&mut self) -> Result<Option<D::Event<'_>>, Error<S::Error>> {
        self.exchange.resume();
        self.exchange.find(self.socket, &mut self.failure).await?;
        Ok(self.exchange.lend())
    }

    /// How the answer ended, once it is complete: `None` before, and after an error.
    pub fn verdict(&self) -> Option<Verdict> {
        self.exchange.verdict()
    }

    /// What the server has said of an error so far.
    pub const fn report(&self) -> &R {
        &self.exchange.report
    }
}

impl<S: Read + Write, W: Watch, R: Report, const SCRATCH: usize> Answer<'_, '_, S, W, R, Decoder<SCRATCH>> {
    /// Reads to the end and keeps one choice of the answer, with its tool calls.
    ///
    /// What does not fit the assembler is said when it is read: see [`Kept`](choreoai_core::chat::assemble::Kept). That of the
    /// answer which was taken by [`next`](Self::next) before is not in it.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next). What arrived before is kept.
    pub async fn assemble<const TEXT: usize, const CALLS: usize, const ARGS: usize, const LABEL: usize>(
        &mut self,
        assembler: &mut FixedAssembler<TEXT, CALLS, ARGS, LABEL>,
    ) -> Result<Verdict, Error<S::Error>> {
        while let Some(event) = self.next().await? {
            // An overflow is kept with the value that it is of.
            let _ = assembler.push(&event);
        }
        self.verdict().ok_or(Error::Reconnect)
    }
}

impl<S: ErrorType, W, R, D: Decode> fmt::Debug for Answer<'_, '_, S, W, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer").finish_non_exhaustive()
    }
}
