//! What a client does around HTTP, by the core: requests, events, reports of errors, retries.
//!
//! Less than the client of `choreoai-embedded` does: there is one limit for each read instead of deadlines, and none for the length of a
//! refusal; nobody looks for `Connection: close`, or for the key in what the server says.

use core::future::Future;

use board::Board;
use board::clock::Clock;
use board::console::{Console, exit};
use board::executor::block_on;
use choreoai_core::chat::assemble::{FixedErrorReport, Kept};
use choreoai_core::chat::{Decoder, Event, Verdict};
use choreoai_core::json::writer::{Encoder, Part};
use choreoai_core::retry::{Decision, Hints, Outcome, Policy, Retry};
use choreoai_core::{Error, ErrorClass};
use choreoai_embedded::connect::Connect;
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{Read, Write};
use programs::{Asker, Fault, Gathered, Line, Questions, Turn};

use crate::Patient;

/// The bridge behind the line connects again after a second.
const QUIET_MS: u32 = 1500;

/// The HTTP of a crate.
pub trait Http {
    /// Sends a request with this body, and has `answer` read the response.
    fn exchange<'r>(
        &mut self,
        line: &mut Patient<'_>,
        body: &mut Encoder<'r, impl Iterator<Item = Part<'r>>>,
        answer: &mut Answer<'_>,
    ) -> impl Future<Output = Result<(), Broken>>;
}

/// HTTP went wrong, or the line did.
#[derive(Clone, Copy, Debug)]
pub struct Broken;

/// Asks all questions by this HTTP, and ends the program.
pub fn ask_over_uart(http: impl Http) -> ! {
    let Some(Board { uart, clock, .. }) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut asking = asking(http, Line::new(uart, clock, QUIET_MS), clock);
    let success = ask(&mut asking, &mut console);
    programs::report_stack(&mut console);
    exit(success)
}

// Two parts, as in `uart_full`: neither needs its share of the stack while the other one is at work.

#[inline(never)]
fn asking<H>(http: H, line: Line, clock: Clock) -> Asking<H> {
    let (retry, report) = (Retry::new(Policy::new()), FixedErrorReport::new());
    Asking { http, line, clock, is_clean: false, retry, report }
}

#[inline(never)]
fn ask(asking: &mut Asking<impl Http>, console: &mut Console) -> bool {
    block_on(Questions::new(asking, console).ask_all(|_| "21 degrees"))
}

/// Asks by the HTTP of a crate.
struct Asking<H> {
    http: H,
    line: Line,
    clock: Clock,
    /// The last response was read to its end.
    is_clean: bool,
    retry: Retry,
    report: FixedErrorReport<96, 32>,
}

/// What becomes of a response.
pub struct Answer<'a> {
    take: &'a mut dyn FnMut(&Event<'_>),
    report: &'a mut FixedErrorReport<96, 32>,
    status: u16,
    hints: Hints,
    has_begun: bool,
    verdict: Option<Result<Verdict, Error>>,
}

impl Answer<'_> {
    /// A field of the head.
    pub fn field(&mut self, name: &str, value: &[u8]) {
        self.hints.header(name, value);
    }

    /// Reads the body of a response with this status.
    ///
    /// # Errors
    /// It cannot be read to its end.
    pub async fn read(&mut self, status: u16, mut body: impl Read) -> Result<(), Broken> {
        self.status = status;
        let mut decoder = if self.is_success() { Decoder::new() } else { Decoder::new().for_error_body() };
        let mut buffer = [0; 128];
        loop {
            let count = body.read(&mut buffer).await.map_err(|_| Broken)?;
            if count == 0 {
                decoder.end();
            }
            let mut input = buffer.get(..count).unwrap_or_default();
            while let Some(Ok(event)) = decoder.next_event(&mut input) {
                self.report.push(&event);
                if self.is_success() {
                    self.has_begun = true;
                    (self.take)(&event);
                }
            }
            if count == 0 {
                self.verdict = Some(decoder.verdict());
                return Ok(());
            }
        }
    }

    const fn is_success(&self) -> bool {
        self.status == 200
    }
}

impl<H: Http> Asking<H> {
    /// Asks until an event of an answer has come, and hands out what comes.
    async fn ask(&mut self, turn: Turn<'_>, take: &mut dyn FnMut(&Event<'_>)) -> Result<(), Fault> {
        self.retry = Retry::new(Policy::new());
        loop {
            self.report = FixedErrorReport::new();
            if !self.is_clean {
                let _ = self.line.connect().await;
            }
            let mut answer = Answer {
                take: &mut *take,
                report: &mut self.report,
                status: 0,
                hints: Hints::default(),
                has_begun: false,
                verdict: None,
            };
            let outcome = match self.line.socket() {
                Some(uart) => {
                    let mut body = Encoder::new(programs::parts(turn));
                    let mut line = Patient::new(uart, self.clock);
                    self.http.exchange(&mut line, &mut body, &mut answer).await
                }
                None => Err(Broken),
            };
            self.is_clean = outcome.is_ok();
            let Answer { status, hints, has_begun, verdict, .. } = answer;
            let (why, fault) = match (outcome, status) {
                (Ok(()), 200) => return verdict.map_or(Err(Fault::Other), end),
                (Err(Broken), 200) if has_begun => return Err(Fault::Truncated),
                // What breaks a line is its silence.
                (Err(Broken), 200) => (Outcome::FirstEventTimeout, Fault::Truncated),
                (_, 0) => (Outcome::ConnectionFailed, Fault::Truncated),
                _ => {
                    // What came of the report counts.
                    self.report.push(&Event::ErrorEnd);
                    let why = Outcome::Refused {
                        status,
                        code: self.report.code().map(Kept::beginning),
                        error_type: self.report.error_type().map(Kept::beginning),
                        hints,
                    };
                    (why, Fault::Reported)
                }
            };
            match self.retry.decide(&why, self.clock.jitter(), None, None) {
                Decision::Wait(wait) => {
                    self.clock.delay_ms(u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)).await;
                }
                Decision::GiveUp(_) => return Err(fault),
            }
        }
    }
}

fn end(verdict: Result<Verdict, Error>) -> Result<(), Fault> {
    match verdict.map_err(|error| error.class()) {
        Ok(_) => Ok(()),
        Err(ErrorClass::Server) => Err(Fault::Reported),
        Err(ErrorClass::Truncated) => Err(Fault::Truncated),
        Err(_) => Err(Fault::Other),
    }
}

impl<H: Http> Asker for &mut Asking<H> {
    async fn print(&mut self, turn: Turn<'_>, console: &mut Console) -> Result<Option<u64>, Fault> {
        let mut tokens = None;
        let mut take = |event: &Event<'_>| match event {
            Event::Content(text) => console.print(text),
            Event::Usage(usage) => tokens = usage.total_tokens(),
            _ => {}
        };
        self.ask(turn, &mut take).await?;
        Ok(tokens)
    }

    async fn gather(&mut self, turn: Turn<'_>, gathered: &mut Gathered) -> Result<(), Fault> {
        self.ask(turn, &mut |event| {
            // What did not fit says so when it is read.
            let _ = gathered.push(event);
        })
        .await
    }

    fn attempts(&self) -> u32 {
        self.retry.attempts()
    }

    fn message(&self) -> &str {
        self.report.message().map_or("", Kept::beginning)
    }
}

/// Sends a body piece by piece.
///
/// # Errors
/// The line does not take it.
pub async fn write<'r>(
    body: &mut Encoder<'r, impl Iterator<Item = Part<'r>>>,
    to: &mut impl Write,
) -> Result<(), Broken> {
    let mut buffer = [0; 64];
    loop {
        match body.encode(&mut buffer) {
            0 => return to.flush().await.map_err(|_| Broken),
            count => {
                let piece = buffer.get(..count).unwrap_or_default();
                to.write_all(piece).await.map_err(|_| Broken)?;
            }
        }
    }
}
