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

/// A subject of which everything is asked.
pub(super) struct Able<S>(pub(super) S);

impl<S: Subject> Subject for Able<S> {
    type Transport = S::Transport;
    type Timer = S::Timer;

    fn transport(&self) -> S::Transport {
        self.0.transport()
    }

    fn timer(&self) -> S::Timer {
        self.0.timer()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }

    fn patience(&self) -> Duration {
        self.0.patience()
    }
}

/// What a transport may be unable to do, because the library beneath it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ability {
    /// It passes over interim (`1xx`) responses, up to sixteen of them.
    Interim,
    /// It tells a connection that is lost within a head, or after an interim response, from one over which nothing came.
    TornHeads,
    /// It reads what RFC 9112 lets a client tolerate: bare LF, folded lines, blank lines first.
    TolerantHeads,
    /// It refuses a response that is not valid HTTP/1.1 as `protocol`, whatever is wrong with it.
    StrictHeads,
    /// It bounds heads, in their fields (256) and in all, as `limit`.
    Bounds,
    /// It bounds heads at 64 KiB.
    HeadSize,
    /// It bounds interim responses, as `limit`.
    InterimBounds,
    /// It bounds what frames a body, as `limit`: numbers at 64 bits, chunk sizes, chunk extensions and trailers at 16 KiB.
    FramingBounds,
    /// It tells a body whose framing is not valid from one that was cut.
    BrokenBodies,
    /// It delivers an answer behind which the server says more than belongs to it.
    Surplus,
    /// It speaks HTTP/1.1 again over a connection on which the server has answered in HTTP/1.0.
    AfterHttp10,
    /// It keeps connections, but need not have one back by the very next request.
    KeepAlive,
    /// It keeps a connection after an answer exactly where that is safe, after `[DONE]` included, and has it back by the
    /// very next request.
    Reuse,
    /// It sends a request anew when the connection that it [reuses](Self::Reuse) turns out to be closed, be it that the
    /// server closed it long before or at this request.
    Stale,
    /// It delivers a response that comes before the request is written out.
    EarlyResponse,
    /// It bounds the time to connect.
    ConnectDeadline,
}

impl Ability {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Interim,
        Self::TolerantHeads,
        Self::StrictHeads,
        Self::TornHeads,
        Self::Bounds,
        Self::HeadSize,
        Self::InterimBounds,
        Self::FramingBounds,
        Self::BrokenBodies,
        Self::Surplus,
        Self::EarlyResponse,
        Self::KeepAlive,
        Self::Reuse,
        Self::Stale,
        Self::AfterHttp10,
        Self::ConnectDeadline,
    ];

    /// What a transport with this ability does, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Interim => "passes over interim (`1xx`) responses",
            Self::TolerantHeads => "reads all that RFC 9112 tolerates in heads",
            Self::StrictHeads => "refuses heads that are not valid",
            Self::TornHeads => "tells a head that was cut from no answer at all",
            Self::Bounds => "bounds heads",
            Self::HeadSize => "bounds them at 64 KiB",
            Self::InterimBounds => "bounds interim responses",
            Self::FramingBounds => "tells what is too large about chunks and trailers from what is malformed",
            Self::BrokenBodies => "tells a body that is not valid from one that was cut",
            Self::Surplus => "delivers an answer behind which more comes than belongs to it",
            Self::EarlyResponse => "delivers an answer that comes before the request is sent whole",
            Self::KeepAlive => "keeps connections",
            Self::Reuse => "has a connection back by the next request, after `[DONE]` too",
            Self::Stale => "sends anew what was lost on an idle connection",
            Self::AfterHttp10 => "speaks HTTP/1.1 again after an answer in HTTP/1.0",
            Self::ConnectDeadline => "keeps the connect deadline",
        }
    }
}
