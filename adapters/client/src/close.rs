//! The end of a client, and what it is busy with until then.

use crate::{Client, Load, Timer, Transport};

/// Its load and its end, which all clones share.
impl<T: Transport, R: Timer> Client<T, R> {
    /// How many calls run and how many wait, for this client and its clones.
    pub fn load(&self) -> Load {
        self.limits().load()
    }

    /// The most calls that this client and its clones have had under way at once, since it was made: those that waited
    /// for [`max_concurrent_calls`](crate::ClientBuilder::max_concurrent_calls) do not count, those that waited for
    /// [`max_requests`](crate::ClientBuilder::max_requests) do.
    ///
    /// At the number that is allowed, calls may have waited; well below it, the limit could be lower.
    pub fn most_running(&self) -> usize {
        self.limits().gate.most()
    }

    /// Lets the calls that run come to their ends, then closes the connections that are idle.
    ///
    /// From the first poll on, new calls fail with [`ErrorKind::Closed`](crate::ErrorKind::Closed), and so do those
    /// that a limit has held back so far. Nothing undoes it, not even dropping this future; then the calls still end
    /// by themselves, and their connections are closed. It may be called again, by other clones, too: each waits for
    /// the same end.
    ///
    /// A stream that nobody reads does not end: drop it, or [`abort`](Self::abort). Who wants to wait for so long at
    /// most puts a timeout around this, and aborts after it.
    pub async fn close(&self) {
        let limits = self.limits();
        limits.close();
        limits.gate.emptied().await;
        self.transport().close_idle();
    }

    /// Ends all calls now: those that run, those that wait and those to come fail with
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed).
    ///
    /// The tasks of running calls are woken. Each drops its connection, which cancels the answer at the server, the
    /// next time it is polled; a stream gives the chunk that it holds, then the error. [`close`](Self::close) waits
    /// until they have done so.
    pub fn abort(&self) {
        self.limits().abort();
        self.transport().close_idle();
    }

    /// Whether the client takes no new calls: [`close`](Self::close) or [`abort`](Self::abort) was called on it or on
    /// a clone.
    pub fn is_closed(&self) -> bool {
        self.limits().gate.is_closed()
    }
}
