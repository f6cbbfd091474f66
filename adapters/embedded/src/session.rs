//! Calls over a connection that stands.

use core::fmt;

use choreoai_core::chat::{AsMessage, ChatRequest, Decoder};
use choreoai_core::json::writer::Part;
use embedded_io_async::{Read, Write};

use crate::body::{Body, Chat, Parts, Source};
use crate::call::Call;
use crate::decode::Decode;
use crate::exchange::Exchange;
use crate::report::{Report, StatusOnly};
use crate::time::{Deadlines, Timed, Timer, Untimed, Watch};
use crate::wire::Wire;
use crate::{Answer, Endpoint, Error};

/// Calls over a connection that stands: a TCP socket, a TLS stream, a UART.
///
/// One call at a time, and several one after the other, as long as the server keeps the connection open and each answer is
/// read to its end. A call on a connection that cannot carry it is [`Error::Reconnect`], before a byte is sent: see
/// [`is_reusable`](Self::is_reusable). A call is never repeated; for that there is [`Client`](crate::Client).
pub struct Session<'b, S, W = Untimed, R = StatusOnly, D = Decoder> {
    socket: S,
    exchange: Exchange<'b, W, R, D>,
}

impl<'b, S: Read + Write> Session<'b, S> {
    /// A session over `socket`, for the [default endpoint](Endpoint::default), without deadlines.
    ///
    /// Requests pass through `buffer` on their way out, and responses on their way in. Any size will do for a call of any
    /// length; a few hundred bytes spare most of the waiting.
    pub fn new(socket: S, buffer: &'b mut [u8]) -> Self {
        let wire = Wire::new(buffer);
        let exchange = Exchange::new(wire, Endpoint::default(), Untimed, StatusOnly, Decoder::new);
        Self { socket, exchange }
    }
}

/// Settings.
impl<'b, S: Read + Write, W: Watch, R: Report, D: Decode> Session<'b, S, W, R, D> {
    /// Sends requests to this endpoint.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Endpoint<'b>) -> Self {
        self.exchange.endpoint = endpoint;
        self
    }

    /// Keeps these deadlines by this timer: the first event, the time between two pieces of content, and the whole call;
    /// [`Deadlines::stream`] is a good beginning. The connection stands already, so its deadline has no meaning here.
    #[must_use]
    pub fn with_timer<T: Timer>(self, timer: T, deadlines: Deadlines) -> Session<'b, S, Timed<T>, R, D> {
        let exchange = self.exchange.with_watch(Timed::new(timer, deadlines));
        Session { socket: self.socket, exchange }
    }

    /// Keeps in `report` what the server says of an error: an [`ErrorReport`](crate::ErrorReport).
    #[must_use]
    pub fn with_report<R2: Report>(self, report: R2) -> Session<'b, S, W, R2, D> {
        let exchange = self.exchange.with_report(report);
        Session { socket: self.socket, exchange }
    }

    /// Decodes answers by what this function makes: a [`Decoder`] with a larger scratch, or one that was asked for log
    /// probabilities.
    #[must_use]
    pub fn with_decoder<D2: Decode>(self, new_decoder: fn() -> D2) -> Session<'b, S, W, R, D2> {
        let exchange = self.exchange.with_decoder(new_decoder);
        Session { socket: self.socket, exchange }
    }

    /// Promises that a read of the socket that is dropped before it ends has taken no byte. Then
    /// [`Answer::next`](Answer::next) may be dropped and called again.
    ///
    /// It is so for the sockets of embassy-net and for buffered UARTs; not where the hardware writes into the buffer by itself,
    /// nor for a TLS stream in the middle of a record.
    #[must_use]
    pub const fn with_safe_reads(mut self) -> Self {
        self.exchange.wire.has_safe_reads = true;
        self
    }
}

/// Calls.
impl<'b, S: Read + Write, W: Watch, R: Report, D: Decode> Session<'b, S, W, R, D> {
    /// Sends the request and waits for the head of the response; the answer comes piece by piece. The request's own
    /// [`stream`](ChatRequest::stream) does not matter.
    ///
    /// The request is encoded piece by piece through the session's buffer, each message when its turn comes: the
    /// conversation may be longer than the memory, if its messages are somewhere to be read from. It is gone through three
    /// times, to check, to measure and to send it.
    ///
    /// Dropping the future before it is done leaves the connection good for nothing else, unless it was never polled.
    ///
    /// # Errors
    ///
    /// [`Error::Request`], [`Error::Endpoint`], [`Error::EmptyBuffer`] and [`Error::Reconnect`] before a byte is sent;
    /// [`Error::Body`] if the messages were longer or shorter when they were sent than when they were measured (another change is not
    /// noticed); [`Error::Refused`] if the server answers with a status that is no success; [`Error::Io`], [`Error::Closed`],
    /// [`Error::Http`] and [`Error::Deadline`] if there is no answer.
    pub async fn stream<'r, M>(
        &mut self,
        request: &'r ChatRequest<'r, M>,
    ) -> Result<Answer<'_, 'b, S, W, R, D>, Error<S::Error>>
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
    ) -> Result<Answer<'_, 'b, S, W, R, D>, Error<S::Error>>
    where
        M: IntoIterator<Item: AsMessage<'r>, IntoIter: Clone> + Clone,
    {
        self.call(Chat { request, stream: false }).await
    }

    /// The same with a body that is there already, in flash for instance: the text of a chat request. What it says is not
    /// checked; whether the answer is streamed is for it to say.
    ///
    /// # Errors
    ///
    /// Those of [`stream`](Self::stream), but for [`Error::Request`] and [`Error::Body`].
    pub async fn send(&mut self, body: &str) -> Result<Answer<'_, 'b, S, W, R, D>, Error<S::Error>> {
        self.call(body).await
    }

    /// The same with a body in parts: what is always the same stands in flash as JSON text, and what is not is put between: strings in
    /// quotes and escaped, numbers as they are.
    ///
    /// The middle way between [`send`](Self::send) and [`stream`](Self::stream): it says something new each time, and takes some 8 KB
    /// of flash less than a [`ChatRequest`], for there is no code for members that are not sent. Nothing is checked: that the parts
    /// together are JSON, and say `"stream":true` if the answer is to come piece by piece, is the caller's to see to.
    ///
    /// The parts are gone through twice, to measure and to send them, by clones of the iterator, which must yield the same: read the
    /// sensor before, not in the iterator. What is longer or shorter the second time is an error, another change is not noticed. It is kept in the future, twice, so that it had better borrow the parts than hold them.
    ///
    /// ```
    /// use choreoai_embedded::raw_json::writer::{Decimal, Part};
    /// # use choreoai_embedded::{Error, Session};
    /// # use embedded_io_async::{Read, Write};
    /// # async fn ask<S: Read + Write>(session: &mut Session<'_, S>, heard: &str) -> Result<(), Error<S::Error>> {
    /// let parts = [
    ///     Part::Raw(r#"{"model":"gpt-4","stream":true,"messages":[{"role":"user","content":"#),
    ///     Part::Str(heard), // in quotes, and escaped
    ///     Part::Raw(r#"}],"max_tokens":"#),
    ///     Part::Number(Decimal::from(64_u64)),
    ///     Part::Raw("}"),
    /// ];
    /// let mut answer = session.send_parts(parts.iter().copied()).await?;
    /// # while answer.next().await?.is_some() {}
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), and [`Error::Body`].
    pub async fn send_parts<'r>(
        &mut self,
        parts: impl Iterator<Item = Part<'r>> + Clone,
    ) -> Result<Answer<'_, 'b, S, W, R, D>, Error<S::Error>> {
        self.call(Parts(parts)).await
    }

    async fn call<B: Body>(
        &mut self,
        source: impl Source<Body = B>,
    ) -> Result<Answer<'_, 'b, S, W, R, D>, Error<S::Error>> {
        let Self { socket, exchange } = self;
        let mut call = Call::new(false);
        call.begin(exchange.endpoint, &source)?;
        exchange.watch.start();
        if let Err(failure) = exchange.run(socket, &mut call).await {
            return Err(exchange.error(failure));
        }
        Ok(Answer::new(socket, exchange, None))
    }

    /// Whether the connection can carry another request: nothing was sent on it, or the last answer was read to its end and the
    /// server keeps the connection open, as far as is known. Of an answer that was read to `[DONE]` the rest of the response is
    /// read, up to 4 KiB and, with a timer, for a second, before the next request is sent.
    pub fn is_reusable(&self) -> bool {
        self.exchange.wire.is_reusable()
    }

    /// What the server said of an error in the last call.
    pub const fn report(&self) -> &R {
        &self.exchange.report
    }

    /// Goes on with another connection, and gives back the old one.
    pub fn reconnect(&mut self, socket: S) -> S {
        self.exchange.wire.reset();
        core::mem::replace(&mut self.socket, socket)
    }

    /// The connection.
    pub const fn socket(&self) -> &S {
        &self.socket
    }

    /// Gives the connection back.
    pub fn into_socket(self) -> S {
        self.socket
    }
}

impl<S, W, R, D> fmt::Debug for Session<'_, S, W, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("endpoint", &self.exchange.endpoint).finish_non_exhaustive()
    }
}
