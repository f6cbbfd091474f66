//! One response on a connection, from its first byte to its last.

use super::chunked::{Chunked, MAX_TRAILERS};
use super::error::{Error, ErrorKind};
use super::fields::Fields;
use super::framing::{Delimiter, Framing};
use super::request_head::Method;
use super::status_line::{Status, StatusLine};
use super::syntax::{LinePart, take_counted};

/// How many bytes the heads of a response have together, interim ones included, unless
/// [`Response::with_head_limit`] says otherwise.
pub const DEFAULT_HEAD_LIMIT: u32 = 64 * 1024;

/// How many interim (`1xx`) responses may come before the final one.
pub const MAX_INTERIM_HEADS: u8 = 16;

/// Reads one response (RFC 9112) from whatever pieces of it arrive. For the next response on the connection make a
/// new one.
///
/// It keeps the state of an automaton and no byte of the input, so that every cut of the input gives the same parts
/// (fragments merged), the same error and the same answers below.
#[derive(Clone, Debug)]
pub struct Response {
    state: State,
    framing: Framing,
    offset: u64,
    /// How many more bytes of heads, then of trailers, are accepted.
    budget: u32,
    status: u16,
    interim_heads: u8,
    /// The request's.
    method: Method,
    http_1_0: bool,
    /// Nothing was passed over that a strict reader refuses.
    strict: bool,
}

/// A part of a response, in the order of the wire: [`Interim`](Self::Interim)s, [`Status`](Self::Status), fields,
/// [`HeadEnd`](Self::HeadEnd), [`Data`](Self::Data), [`End`](Self::End).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part<'i> {
    /// An interim response (RFC 9110, section 15.2) with this code, 100 to 199 but not 101. Its fields are checked
    /// and skipped.
    Interim(u16),
    /// The status code of the final response, 200 to 999. All that follows belongs to it.
    Status(u16),
    /// A fragment of a field's name; never empty. Fragments concatenate.
    Name(&'i [u8]),
    /// A fragment of the field's value; never empty, and there is none if the value is empty. Fragments concatenate.
    ///
    /// White space around the value is not delivered. Inside it tabs are delivered as spaces, and so is what joins
    /// a folded line (RFC 9112, section 5.2). The bytes are visible ASCII, spaces, and whatever is over 0x7F.
    Value(&'i [u8]),
    /// The field is complete.
    FieldEnd,
    /// The head is complete.
    HeadEnd,
    /// A piece of the body, without its transfer coding; never empty.
    Data(&'i [u8]),
    /// The message is complete. It is the last part, and comes once. A body that only the close of the connection
    /// ends has no such part: there, [`Response::end`] says whether it is complete.
    End,
}

/// How much of a response is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// So many bytes; 0 when the message is complete.
    Bytes(u64),
    /// It will end, and it is not known when: the head, or a chunked body, is being read.
    Unknown,
    /// All that comes until the server closes the connection.
    UntilClose,
}

#[derive(Clone, Debug)]
enum State {
    StatusLine(StatusLine),
    Fields(Fields),
    Length(u64),
    Chunked(Chunked),
    Trailers(Fields),
    UntilClose,
    /// All is read, and [`Part::End`] is still to be handed out.
    Ending,
    Complete,
    Failed(ErrorKind),
}

impl Response {
    /// The response to a request with this method.
    pub const fn new(method: Method) -> Self {
        Self {
            state: State::StatusLine(StatusLine::new()),
            framing: Framing::new(),
            offset: 0,
            budget: DEFAULT_HEAD_LIMIT,
            status: 0,
            interim_heads: 0,
            method,
            http_1_0: false,
            strict: true,
        }
    }

    /// Accepts heads of up to `bytes` bytes together (status lines, fields, line ends, interim heads), instead of
    /// [`DEFAULT_HEAD_LIMIT`]. To be set before the first byte is read.
    #[must_use]
    pub const fn with_head_limit(mut self, bytes: u32) -> Self {
        self.budget = bytes;
        self
    }

    /// Takes one part off the front of `input`.
    ///
    /// `None`: all of `input` was consumed and more is needed, or the message is complete and what is left in
    /// `input` lies behind it. To be called until then, and again when there is more input; that
    /// [`Part::End`] can come without any input left is why the loop must not stop at an empty `input`.
    ///
    /// An error is sticky: it is returned by every further call, and `input` stands at the refused byte. Parts that
    /// came before it were delivered. The time is proportional to the bytes consumed.
    pub fn next_part<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Part<'i>, Error>> {
        let before = input.len();
        let found = self.find_part(input);
        // No connection lasts for 2^64 bytes.
        self.offset = self.offset.wrapping_add(before.wrapping_sub(input.len()) as u64);
        match found? {
            Ok(part) => Some(Ok(part)),
            Err(kind) => {
                self.state = State::Failed(kind);
                Some(Err(Error::new(kind, self.offset)))
            }
        }
    }

    /// The server has closed the connection.
    ///
    /// `Ok`: the message is complete, either before this call or, where only the close ends the body
    /// (RFC 9112, section 6.3), by it. Such a body may have been cut without anyone knowing: over TLS call this only
    /// after a `close_notify`, else treat the end as an error.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] if anything was still to come, [`Part::End`] apart; the earlier error if there was
    /// one. Sticky.
    pub fn end(&mut self) -> Result<(), Error> {
        match self.state {
            State::UntilClose => self.state = State::Complete,
            State::Ending | State::Complete => {}
            State::Failed(kind) => return Err(Error::new(kind, self.offset)),
            State::StatusLine(_)
            | State::Fields(_)
            | State::Length(_)
            | State::Chunked(_)
            | State::Trailers(_) => {
                self.state = State::Failed(ErrorKind::Truncated);
                return Err(Error::new(ErrorKind::Truncated, self.offset));
            }
        }
        Ok(())
    }

    /// What is wrong with the response, once something is: the error that [`next_part`](Self::next_part) or
    /// [`end`](Self::end) has returned.
    pub const fn error(&self) -> Option<Error> {
        match self.state {
            State::Failed(kind) => Some(Error::new(kind, self.offset)),
            _ => None,
        }
    }

    /// Whether the last byte of the message has been read, [`Part::End`] handed out or not.
    pub const fn is_complete(&self) -> bool {
        matches!(self.state, State::Ending | State::Complete)
    }

    /// Whether the connection may carry another request (RFC 9112, section 9.3). `rest`: what was received and is
    /// not consumed.
    ///
    /// It may when the message is complete, `rest` is empty (there was no request that it could answer), the server
    /// keeps the connection open (HTTP/1.1 without `Connection: close`, HTTP/1.0 with `Connection: keep-alive`), its
    /// end was not the connection's, and nothing in it was tolerated (see the [module](super)). Whoever sent
    /// [`Connection: close`](super::RequestHead::with_close) must not ask.
    pub fn may_reuse(&self, rest: &[u8]) -> bool {
        self.is_complete() && rest.is_empty() && self.keeps_alive()
    }

    /// Whether nothing that was read so far costs the connection: all that [`may_reuse`](Self::may_reuse) asks for,
    /// but for the end of the message. Once it is false it stays so; before the head is complete it says little.
    ///
    /// What helps to decide whether the rest of an answer is worth reading.
    pub fn keeps_alive(&self) -> bool {
        self.strict
            && !matches!(self.state, State::Failed(_))
            && !self.is_tunnel()
            && self.framing.persists(self.http_1_0)
            && (self.is_bodiless() || self.framing.delimiter() != Delimiter::Close)
    }

    /// How much of the message is still to come. What helps to decide whether to read the rest of an answer nobody
    /// wants, so that the connection can be reused, or to close it.
    pub const fn remaining(&self) -> Remaining {
        match self.state {
            State::Ending | State::Complete => Remaining::Bytes(0),
            State::Length(left) => Remaining::Bytes(left),
            State::UntilClose => Remaining::UntilClose,
            State::StatusLine(_)
            | State::Fields(_)
            | State::Chunked(_)
            | State::Trailers(_)
            | State::Failed(_) => Remaining::Unknown,
        }
    }

    fn find_part<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Part<'i>, ErrorKind>> {
        loop {
            match self.step(input)? {
                Ok(None) => {}
                Ok(Some(part)) => return Some(Ok(part)),
                Err(kind) => return Some(Err(kind)),
            }
        }
    }

    /// One step: a part, or none yet.
    fn step<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Option<Part<'i>>, ErrorKind>> {
        let part = match &mut self.state {
            State::StatusLine(_) | State::Fields(_) | State::Trailers(_) => return self.step_by_lines(input),
            State::Length(left) => {
                let data = take_counted(input, left)?;
                if *left == 0 {
                    self.state = State::Ending;
                }
                Part::Data(data)
            }
            State::Chunked(chunked) => match chunked.next(input, &mut self.strict)? {
                Ok(Some(data)) => Part::Data(data),
                Ok(None) => {
                    self.budget = MAX_TRAILERS;
                    self.state = State::Trailers(Fields::new());
                    return Some(Ok(None));
                }
                Err(kind) => return Some(Err(kind)),
            },
            State::UntilClose if input.is_empty() => return None,
            State::UntilClose => Part::Data(core::mem::take(input)),
            State::Ending => {
                self.state = State::Complete;
                Part::End
            }
            State::Complete => return None,
            State::Failed(kind) => return Some(Err(*kind)),
        };
        Some(Ok(Some(part)))
    }

    /// A step through a head or the trailers, as far as their limit allows.
    fn step_by_lines<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Option<Part<'i>>, ErrorKind>> {
        let before = *input;
        // Of a field that matters here it is known byte by byte what is accepted.
        let most = if self.framing.is_reading() { self.budget.min(1) } else { self.budget };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut rest = before.get(..most).unwrap_or(before);
        let allowed = rest.len();
        let found = match &mut self.state {
            State::StatusLine(line) => line.next(&mut rest, &mut self.strict),
            State::Fields(fields) | State::Trailers(fields) => fields.next(&mut rest, &mut self.strict),
            _ => None,
        };
        let taken = allowed.wrapping_sub(rest.len());
        // No more than was allowed.
        self.budget = self.budget.wrapping_sub(taken as u32);
        *input = before.get(taken..).unwrap_or_default();
        match found {
            Some(Ok(found)) => Some(self.found(found, before, input)),
            Some(Err(kind)) => Some(Err(kind)),
            None if input.is_empty() => None,
            None if self.budget > 0 => Some(Ok(None)),
            None if matches!(self.state, State::Trailers(_)) => Some(Err(ErrorKind::TrailerLimit)),
            None => Some(Err(ErrorKind::HeadLimit)),
        }
    }

    /// `before` is the input that `part` was taken off, `input` what is left of it.
    fn found<'i>(
        &mut self,
        part: LinePart<'i>,
        before: &'i [u8],
        input: &mut &'i [u8],
    ) -> Result<Option<Part<'i>>, ErrorKind> {
        let is_skipped = self.is_interim() || matches!(self.state, State::Trailers(_));
        Ok(Some(match part {
            LinePart::Status(status) => return self.status(status).map(Some),
            LinePart::End if matches!(self.state, State::Trailers(_)) => {
                self.state = State::Complete;
                Part::End
            }
            LinePart::End if is_skipped => {
                self.state = State::StatusLine(StatusLine::new());
                return Ok(None);
            }
            _ if is_skipped => return Ok(None),
            LinePart::Name(piece) => {
                self.framing.name(piece);
                Part::Name(piece)
            }
            LinePart::NameEnd => {
                self.framing.name_end();
                return Ok(None);
            }
            LinePart::Value(piece) => {
                if let Err(kind) = self.framing.value(piece) {
                    // Back to the refused byte.
                    *input = before;
                    return Err(kind);
                }
                Part::Value(piece)
            }
            LinePart::FieldEnd => {
                self.framing.field_end()?;
                Part::FieldEnd
            }
            LinePart::End => {
                self.state = self.body();
                Part::HeadEnd
            }
        }))
    }

    fn status(&mut self, status: Status) -> Result<Part<'static>, ErrorKind> {
        self.status = status.code;
        self.http_1_0 = status.http_1_0;
        if status.code == 101 {
            return Err(ErrorKind::UnexpectedUpgrade);
        }
        self.state = State::Fields(Fields::new());
        if !self.is_interim() {
            return Ok(Part::Status(status.code));
        }
        if self.interim_heads >= MAX_INTERIM_HEADS {
            return Err(ErrorKind::InterimLimit);
        }
        self.interim_heads = self.interim_heads.wrapping_add(1);
        Ok(Part::Interim(status.code))
    }

    /// What follows the head (RFC 9112, section 6.3).
    fn body(&mut self) -> State {
        let delimiter = self.framing.delimiter();
        if self.is_bodiless() {
            // A 204 that announces a body may well be followed by one.
            self.strict &= self.status != 204 || matches!(delimiter, Delimiter::Close | Delimiter::Length(0));
            return State::Ending;
        }
        match delimiter {
            Delimiter::Length(0) => State::Ending,
            Delimiter::Length(length) => State::Length(length),
            Delimiter::Chunked => State::Chunked(Chunked::new()),
            Delimiter::Close => State::UntilClose,
        }
    }

    const fn is_interim(&self) -> bool {
        self.status < 200
    }

    const fn is_bodiless(&self) -> bool {
        matches!(self.method, Method::Head) || self.is_tunnel() || matches!(self.status, 204 | 304)
    }

    /// From the head on the connection is the other end's, whatever lengths the head announces (RFC 9110, section
    /// 9.3.6).
    const fn is_tunnel(&self) -> bool {
        matches!(self.method, Method::Connect) && matches!(self.status, 200..=299)
    }
}
