//! A connection between two requests.

use choreoai_core::http1::{Remaining, Response};
use futures_io::{AsyncRead, AsyncWrite};

use super::connection::Connection;

/// How much of a released body is read, about, to save its connection.
const DRAIN_LIMIT: usize = 64 * 1024;

/// A connection in the pool, with what may be left of the last response.
pub(super) struct Idle<S> {
    connection: Connection<S>,
    response: Response,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Idle<S> {
    /// `None`, and the connection is closed, if it is clear by now that it can serve no other request.
    pub(super) fn new(connection: Connection<S>, response: Response) -> Option<Self> {
        let near = match response.remaining() {
            Remaining::Bytes(0) => connection.unread().is_empty(),
            Remaining::Bytes(rest) => usize::try_from(rest).is_ok_and(|rest| rest <= DRAIN_LIMIT),
            Remaining::Unknown => true,
            Remaining::UntilClose => false,
        };
        (near && response.keeps_alive()).then_some(Self { connection, response })
    }

    /// The connection, if it can serve another request; closes it otherwise. Never waits.
    ///
    /// The last response must have arrived to its end, and nothing after it: neither the end of the stream nor bytes
    /// that nobody asked for.
    pub(super) fn revive(mut self) -> Option<Connection<S>> {
        self.drain()?;
        let reusable = self.response.may_reuse(self.connection.unread());
        (reusable && self.connection.fill_now().is_none()).then_some(self.connection)
    }

    /// Reads what has arrived of the response. `None`: its end has not, or lies too far.
    fn drain(&mut self) -> Option<()> {
        let mut drained = 0;
        loop {
            let mut input = self.connection.unread();
            while let Some(part) = self.response.next_part(&mut input) {
                part.ok()?;
            }
            let left = input.len();
            self.connection.keep(left);
            if self.response.is_complete() {
                return Some(());
            }
            if drained >= DRAIN_LIMIT {
                return None;
            }
            match self.connection.fill_now() {
                Some(Ok(read @ 1..)) => drained += read,
                _ => return None,
            }
        }
    }
}
