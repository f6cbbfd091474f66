//! Who is tried.

use std::future::Future;
use std::time::Duration;

use choreoai::{Timer, Transport};

/// A transport, a timer and an executor that are tried together.
///
/// Each behaviour runs on a thread of its own, so that one that hangs does not hold up the others.
pub trait Subject: Send + Sync + 'static {
    /// What carries the requests. Clones share their connections.
    type Transport: Transport + Clone;
    /// What tells the time.
    type Timer: Timer;

    /// A new transport, with no connection yet.
    fn transport(&self) -> Self::Transport;

    /// A timer.
    fn timer(&self) -> Self::Timer;

    /// Runs a future to its end, on this thread as far as its memory is to be counted.
    fn block_on<F: Future>(&self, future: F) -> F::Output;

    /// How long a behaviour may take before it is given up: far more than the slowest takes on a busy machine.
    fn patience(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// Whether the transport can do this. Behaviours that need what it cannot do are left out, and reported as such.
    fn is_able(&self, ability: Ability) -> bool {
        let _ = ability;
        true
    }
}

/// What a transport may be unable to do, because the library beneath it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ability {
    /// It passes over interim (`1xx`) responses, up to sixteen of them.
    Interim,
    /// It reads what RFC 9112 lets a client tolerate: bare LF, folded lines, blank lines first.
    TolerantHeads,
    /// It refuses a response that is not valid HTTP/1.1 as `protocol`, whatever is wrong with it.
    StrictHeads,
    /// It bounds heads (64 KiB, 256 fields), interim responses, chunk extensions and trailers, as `limit`.
    Bounds,
    /// It keeps a connection after an answer exactly where that is safe, after `[DONE]` included.
    Reuse,
    /// It sends a request anew when a reused connection turns out to be closed.
    Stale,
    /// It delivers a response that comes before the request is written out.
    EarlyResponse,
    /// It bounds the time to connect.
    ConnectDeadline,
}
