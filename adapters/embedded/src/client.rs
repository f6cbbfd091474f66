//! Calls with connections of their own, made anew and repeated where that is allowed.

use core::fmt;
use core::time::Duration;

use choreoai_core::chat::{AsMessage, ChatRequest, Decoder};
use choreoai_core::deadline::DeadlineKind;
use choreoai_core::json::writer::Part;
use choreoai_core::retry::{Decision, Outcome, Policy, Retry};

use crate::body::{Body, Chat, Parts, Source};
use crate::call::Call;
use crate::connect::Connect;
use crate::decode::Decode;
use crate::error::Failure;
use crate::exchange::Exchange;
use crate::report::{ErrorReport, Report};
use crate::time::{Deadlines, Timed, Timer};
use crate::trace::debug;
use crate::wire::Wire;
use crate::{Answer, Endpoint, Error};

/// Calls with connections of their own.
///
/// A call goes over the connection that is there, or over a new one. It is sent again, by the [`Policy`], where that is sure to
/// repeat nothing: when the connection failed before the response began, when the server refused, and when no event came in
/// time. Once an event has come, nothing is sent again.
///
/// ```text
///          ┌──────────── wait ◀── may it be sent again? ◀────┐ no connection, refused,
///          ▼                              │ no              │ or silent
/// call ─▶ connect, if need be ─▶ send ─▶ head ─▶ first event ─▶ Answer
/// ```
///
/// `N` is where the entropy comes from that spreads the waits of many devices: a function that draws an evenly distributed
/// `u32`, by a hardware generator for instance.
pub struct Client<'b, C, T, N, R = ErrorReport, D = Decoder> {
    connector: C,
    exchange: Exchange<'b, Timed<T>, R, D>,
    /// Of the latest call. It is not a part of its future, which has no room for a policy of its own.
    retry: Retry,
    entropy: N,
    attempts: u32,
}

impl<'b, C: Connect, T: Timer, N: FnMut() -> u32> Client<'b, C, T, N> {
    /// A client for the [default endpoint](Endpoint::default), with [`Deadlines::stream`] and the default [`Policy`]. What the
    /// server says of an error is kept in an [`ErrorReport`].
    ///
    /// The buffer is that of a [`Session`](crate::Session::new). Nothing is connected before the first call.
    pub fn new(connector: C, buffer: &'b mut [u8], timer: T, entropy: N) -> Self {
        let mut wire = Wire::new(buffer);
        wire.give_up();
        let watch = Timed::new(timer, Deadlines::stream());
        let exchange = Exchange::new(wire, Endpoint::default(), watch, ErrorReport::new(), Decoder::new);
        Self { connector, exchange, retry: Retry::new(Policy::new()), entropy, attempts: 0 }
    }
}

/// Settings.
impl<'b, C, T, N, R, D> Client<'b, C, T, N, R, D>
where
    C: Connect,
    T: Timer,
    N: FnMut() -> u32,
    R: Report,
    D: Decode,
{
    /// Sends requests to this endpoint. Where that is, is for the connector to know.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Endpoint<'b>) -> Self {
        self.exchange.endpoint = endpoint;
        self
    }

    /// Keeps these deadlines.
    #[must_use]
    pub fn with_deadlines(mut self, deadlines: Deadlines) -> Self {
        self.exchange.watch.set_deadlines(deadlines);
        self
    }

    /// Sends requests again by this policy.
    #[must_use]
    pub const fn with_policy(mut self, policy: Policy) -> Self {
        self.retry = Retry::new(policy);
        self
    }

    /// Keeps in `report` what the server says of an error. Without the codes that an [`ErrorReport`] reads, as with
    /// [`StatusOnly`](crate::StatusOnly), the status alone decides whether a refused request is sent again.
    #[must_use]
    pub fn with_report<R2: Report>(self, report: R2) -> Client<'b, C, T, N, R2, D> {
        let Self { connector, exchange, retry, entropy, attempts } = self;
        Client { connector, exchange: exchange.with_report(report), retry, entropy, attempts }
    }

    /// Decodes answers by what this function makes: see [`Session::with_decoder`](crate::Session::with_decoder).
    #[must_use]
    pub fn with_decoder<D2: Decode>(self, new_decoder: fn() -> D2) -> Client<'b, C, T, N, R, D2> {
        let Self { connector, exchange, retry, entropy, attempts } = self;
        Client { connector, exchange: exchange.with_decoder(new_decoder), retry, entropy, attempts }
    }

    /// Promises what [`Session::with_safe_reads`](crate::Session::with_safe_reads) does.
    #[must_use]
    pub const fn with_safe_reads(mut self) -> Self {
        self.exchange.wire.has_safe_reads = true;
        self
    }
}

/// The answer to a call of a [`Client`] over the connector `C`.
pub type ClientAnswer<'s, 'b, C, T, R = ErrorReport, D = Decoder> =
    Answer<'s, 'b, <C as Connect>::Socket, Timed<T>, R, D>;

/// Calls.
impl<'b, C, T, N, R, D> Client<'b, C, T, N, R, D>
where
    C: Connect,
    T: Timer,
    N: FnMut() -> u32,
    R: Report,
    D: Decode,
{
    /// Sends the request, again where that is allowed, and waits for the first event; the answer comes piece by piece. The
    /// request's own [`stream`](ChatRequest::stream) does not matter.
    ///
    /// It is encoded anew for each attempt, as [`Session::stream`](crate::Session::stream) does it.
    ///
    /// Dropping the future gives the call up; the next one makes a new connection, if this one had been taken for it.
    ///
    /// # Errors
    ///
    /// Those of the last attempt; how many there were say [`attempts`](Self::attempts).
    pub async fn stream<'r, M>(
        &mut self,
        request: &'r ChatRequest<'r, M>,
    ) -> Result<ClientAnswer<'_, 'b, C, T, R, D>, Error<C::Error>>
    where
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        self.call(Chat { request, stream: true }).await
    }

    /// The same, but the answer is to come as a whole. It is handed out in the same way, event by event, as it arrives.
    ///
    /// # Errors
    ///
    /// Those of [`stream`](Self::stream).
    pub async fn create<'r, M>(
        &mut self,
        request: &'r ChatRequest<'r, M>,
    ) -> Result<ClientAnswer<'_, 'b, C, T, R, D>, Error<C::Error>>
    where
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        self.call(Chat { request, stream: false }).await
    }

    /// The same with a body that is there already: see [`Session::send`](crate::Session::send).
    ///
    /// # Errors
    ///
    /// Those of [`stream`](Self::stream), but for [`Error::Request`] and [`Error::Body`].
    pub async fn send(&mut self, body: &str) -> Result<ClientAnswer<'_, 'b, C, T, R, D>, Error<C::Error>> {
        self.call(body).await
    }

    /// The same with a body in parts: see [`Session::send_parts`](crate::Session::send_parts). They are gone through twice for each
    /// attempt.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and [`Error::Body`].
    pub async fn send_parts<'r>(
        &mut self,
        parts: impl Iterator<Item = Part<'r>> + Clone,
    ) -> Result<ClientAnswer<'_, 'b, C, T, R, D>, Error<C::Error>> {
        self.call(Parts(parts)).await
    }

    /// Sends the request until an event of an answer has come. The body is made anew for each attempt.
    async fn call<B: Body>(
        &mut self,
        source: impl Source<Body = B>,
    ) -> Result<ClientAnswer<'_, 'b, C, T, R, D>, Error<C::Error>> {
        self.retry = Retry::new(self.retry.policy());
        let mut call = Call::new(true);
        self.exchange.watch.start_connecting();
        loop {
            self.attempts = self.retry.attempts();
            begin(&mut call, self.exchange.endpoint, &source)?;
            let is_kept = self.exchange.wire.is_reusable();
            let failure = match self.attempt(&mut call, is_kept).await {
                Ok(()) => break,
                Err(failure) => failure,
            };
            // The server had closed it while nobody looked, or does so now.
            if is_kept && is_stale(&failure, &self.exchange.wire) {
                self.exchange.wire.give_up();
                continue;
            }
            let Some(wait) = self.next_wait(&failure) else {
                return Err(self.exchange.error(failure));
            };
            debug!("the request is sent again, after {} s", wait.as_secs());
            self.exchange.watch.pause(wait).await;
        }
        let socket = self.connector.socket().ok_or(Error::Reconnect)?;
        Ok(Answer::new(socket, &mut self.exchange, call.failure))
    }

    /// One request, over the connection that is kept or a new one, until the first event, or the end of an answer that has none.
    async fn attempt<B: Body>(
        &mut self,
        call: &mut Call<'b, B, R::Reader, C::Error>,
        is_kept: bool,
    ) -> Result<(), Failure<C::Error>> {
        let Self { connector, exchange, .. } = self;
        if !is_kept {
            debug!("a connection is made");
            exchange.wire.give_up();
            exchange.watch.attempt_started();
            let connecting = async { connector.connect().await.map_err(Failure::Connect) };
            exchange.watch.limit(connecting).await?;
            exchange.wire.reset();
        }
        let socket = connector.socket().ok_or(Failure::Reconnect)?;
        exchange.watch.connected();
        exchange.run(socket, call).await
    }

    /// After which wait the request is sent again, if it is.
    #[inline(never)] // A function of its own, so that the future has no room for what is only needed here.
    fn next_wait(&mut self, failure: &Failure<C::Error>) -> Option<Duration> {
        let entropy = (self.entropy)();
        let time_left = self.exchange.watch.time_left();
        let outcome = Self::outcome(&self.exchange, failure);
        match self.retry.decide(&outcome, entropy, None, time_left) {
            Decision::Wait(wait) => Some(wait),
            Decision::GiveUp(_) => None,
        }
    }

    /// What a failure means for a retry.
    fn outcome<'e>(exchange: &'e Exchange<'b, Timed<T>, R, D>, failure: &Failure<C::Error>) -> Outcome<'e> {
        match failure {
            Failure::Connect(_) => Outcome::ConnectionFailed,
            Failure::Refused(status) => exchange.report.outcome(*status),
            Failure::Deadline(DeadlineKind::Connect) => Outcome::ConnectTimeout,
            Failure::Deadline(DeadlineKind::FirstEvent) => Outcome::FirstEventTimeout,
            _ if exchange.is_committed() => Outcome::Committed,
            Failure::Io(_) | Failure::Closed | Failure::Reconnect => Outcome::ConnectionFailed,
            Failure::Http if exchange.wire.is_truncated() => Outcome::ConnectionFailed,
            _ => Outcome::Permanent,
        }
    }

    /// How many attempts the last call has made. One that began on a connection which the server had closed meanwhile, and went on
    /// over a new one, is one.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What the server said of an error in the last call.
    pub const fn report(&self) -> &R {
        &self.exchange.report
    }

    /// Closes the connection, at once: an answer that was dropped before its end is cancelled at the server.
    pub fn close(&mut self) {
        self.exchange.wire.give_up();
        self.connector.close();
    }
}

/// [`Call::begin`], but that what is copied there takes no part of the future's stack.
#[inline(never)]
fn begin<'b, B: Body, R, E>(
    call: &mut Call<'b, B, R, E>,
    endpoint: Endpoint<'b>,
    source: &impl Source<Body = B>,
) -> Result<(), Error<E>> {
    call.begin(endpoint, source)
}

/// Whether a request failed on a connection that was kept alive because it was kept too long.
fn is_stale<E>(failure: &Failure<E>, wire: &Wire<'_>) -> bool {
    match failure {
        Failure::Reconnect => true,
        Failure::Io(_) | Failure::Closed => !wire.was_answered,
        Failure::Http => !wire.was_answered && wire.is_truncated(),
        _ => false,
    }
}

impl<C, T, N, R, D> fmt::Debug for Client<'_, C, T, N, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("endpoint", &self.exchange.endpoint).finish_non_exhaustive()
    }
}
