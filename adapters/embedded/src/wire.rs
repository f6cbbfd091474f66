//! The bytes of a connection: what was received, what response it is part of, and whether another may follow.

use choreoai_core::http1::{Error, ErrorKind, Method, Part, Remaining, Response};

/// How much of a response that nobody needs is read, about, to keep its connection.
pub(crate) const DRAIN_LIMIT: usize = 4 << 10;

/// The caller's buffer, and the response that passes through it.
pub(crate) struct Wire<'b> {
    pub(crate) buffer: &'b mut [u8],
    /// What was received and not parsed.
    unread: Span,
    response: Response,
    state: State,
    /// A read was begun and has not ended: if nobody waits for it any more, it may have taken bytes with it.
    is_reading: bool,
    /// A read takes bytes only if it ends.
    pub(crate) has_safe_reads: bool,
    /// Something other than the response speaks against another request.
    is_spoilt: bool,
    /// Of the response to the latest request, at least a byte has come.
    pub(crate) was_answered: bool,
}

/// A place in the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What the connection is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The next request.
    Ready,
    /// The next request, once the rest of the last response was read.
    Draining,
    /// The call that is under way, and nothing after it.
    Engaged,
}

/// What comes next in the body of a response.
pub(crate) enum Next {
    /// A piece of the body stands here.
    Data(Span),
    /// The response is complete.
    End,
    /// More is needed.
    Nothing,
    /// The response is broken.
    Fault,
}

impl Span {
    pub(crate) const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// What stands here.
    #[inline(never)] // In many places, where the call takes less.
    pub(crate) fn of(self, buffer: &[u8]) -> &[u8] {
        buffer.get(self.start..self.end).unwrap_or_default()
    }
}

impl<'b> Wire<'b> {
    /// A connection on which nothing was sent.
    pub(crate) const fn new(buffer: &'b mut [u8]) -> Self {
        Self {
            buffer,
            unread: Span { start: 0, end: 0 },
            response: Response::new(Method::Post),
            state: State::Ready,
            is_reading: false,
            has_safe_reads: false,
            is_spoilt: false,
            was_answered: false,
        }
    }

    /// There is a new connection.
    pub(crate) const fn reset(&mut self) {
        self.unread = Span { start: 0, end: 0 };
        self.state = State::Ready;
        self.is_reading = false;
    }

    /// Whether another request may be sent, if need be after the rest of the last response was read.
    pub(crate) fn is_reusable(&self) -> bool {
        match self.state {
            State::Ready => true,
            State::Draining => {
                let is_near = match self.response.remaining() {
                    Remaining::Bytes(rest) => rest <= DRAIN_LIMIT as u64,
                    Remaining::Unknown => true,
                    Remaining::UntilClose => false,
                };
                is_near && !self.is_spoilt && self.response.keeps_alive()
            }
            State::Engaged => false,
        }
    }

    /// A call begins: until it is over, the connection is good for nothing else. Whether it has to be drained first; `None`: it
    /// cannot be used.
    pub(crate) fn engage(&mut self) -> Option<bool> {
        let is_reusable = self.is_reusable();
        let is_draining = core::mem::replace(&mut self.state, State::Engaged) == State::Draining;
        is_reusable.then_some(is_draining)
    }

    /// Nothing may be sent any more.
    pub(crate) const fn give_up(&mut self) {
        self.state = State::Engaged;
    }

    /// A request is sent, and its response is expected.
    pub(crate) const fn expect_response(&mut self) {
        self.response = Response::new(Method::Post);
        self.unread = Span { start: 0, end: 0 };
        self.was_answered = false;
        self.is_spoilt = false;
    }

    /// The request could not be sent as a whole: whatever the response says, no other may follow.
    pub(crate) const fn spoil(&mut self) {
        self.is_spoilt = true;
    }

    /// Whether a read was given up that may have taken bytes with it.
    pub(crate) const fn lost_a_read(&self) -> bool {
        self.is_reading && !self.has_safe_reads
    }

    /// What has arrived is read into the buffer, now that all that had arrived was parsed.
    pub(crate) const fn begin_read(&mut self) {
        self.is_reading = true;
    }

    /// It ended, whatever came of it.
    pub(crate) const fn end_read(&mut self) {
        self.is_reading = false;
    }

    /// So many bytes were read. 0: the other end has closed the connection; false: in the middle of the response.
    pub(crate) fn received(&mut self, count: usize) -> bool {
        let end = count.min(self.buffer.len());
        self.unread = Span { start: 0, end };
        self.was_answered |= end > 0;
        end > 0 || self.response.end().is_ok()
    }

    /// Takes a part of the head. `None`: more is needed.
    pub(crate) fn next_of_head(&mut self) -> Option<Result<Part<'_>, Error>> {
        let end = self.unread.end;
        let mut input = self.unread.of(self.buffer);
        let part = self.response.next_part(&mut input);
        self.unread.start = end.wrapping_sub(input.len());
        part
    }

    /// Takes a piece of the body.
    pub(crate) fn next_of_body(&mut self) -> Next {
        loop {
            let end = self.unread.end;
            let mut input = self.unread.of(self.buffer);
            let part = self.response.next_part(&mut input);
            // Data is a piece of the input, and nothing of that lies between it and what is left.
            let left = input.len();
            self.unread.start = end.wrapping_sub(left);
            match part {
                Some(Ok(Part::Data(data))) => {
                    let end = self.unread.start;
                    return Next::Data(Span { start: end.wrapping_sub(data.len()), end });
                }
                Some(Ok(_)) => {}
                Some(Err(_)) => return Next::Fault,
                None if self.response.is_complete() => return Next::End,
                None => return Next::Nothing,
            }
        }
    }

    /// What is wrong with the response, once something is.
    pub(crate) const fn error(&self) -> Option<Error> {
        self.response.error()
    }

    /// Whether the connection was closed in the middle of the response, or before it.
    pub(crate) fn is_truncated(&self) -> bool {
        self.error().is_some_and(|error| error.kind() == ErrorKind::Truncated)
    }

    /// The response is complete: the connection may carry another request, if that is so.
    pub(crate) fn finish(&mut self) {
        let rest = self.unread.of(self.buffer);
        let is_reusable = !self.is_spoilt && self.response.may_reuse(rest);
        self.state = if is_reusable { State::Ready } else { State::Engaged };
    }

    /// Nothing more of the response is needed. What has arrived of it is passed over at once, the rest before the next request.
    pub(crate) fn release(&mut self) {
        loop {
            match self.next_of_body() {
                Next::Data(_) => {}
                Next::Nothing => {
                    self.state = State::Draining;
                    return;
                }
                Next::End => return self.finish(),
                Next::Fault => return self.give_up(),
            }
        }
    }
}
