//! How many calls run at once, and how many requests are sent in an interval.

mod gate;
mod rate;
#[cfg(test)]
mod tests;
mod wakers;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use gate::{Closed, Gate, Place};
pub(crate) use rate::Rate;

/// What a client allows itself; its clones share it.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) gate: Arc<Gate>,
    pub(crate) rate: Option<Rate>,
}

impl Limits {
    /// `None`: no limit. Neither number is 0.
    pub(crate) fn new(max_concurrent_calls: Option<usize>, max_requests: Option<(usize, Duration)>) -> Self {
        Self {
            gate: Arc::new(Gate::new(max_concurrent_calls.unwrap_or(usize::MAX))),
            rate: max_requests.map(|(requests, per)| Rate::new(requests, per)),
        }
    }

    /// Lets no more calls begin. Those held back before their first request see it when they are woken.
    pub(crate) fn close(&self) {
        self.gate.close();
        if let Some(rate) = &self.rate {
            rate.wake();
        }
    }

    /// [Closes](Self::close), and ends the calls that run.
    pub(crate) fn abort(&self) {
        self.close();
        self.gate.abort();
    }

    pub(crate) fn load(&self) -> Load {
        let delayed = self.rate.as_ref().map_or(0, Rate::waiting);
        Load {
            running: self.gate.inside().saturating_sub(delayed),
            waiting: self.gate.waiting().saturating_add(delayed),
        }
    }
}

/// What a client and its clones are busy with.
///
/// Each call that has begun and not ended is in one of the two. The numbers are those of one moment, and are old as
/// soon as they are told: they are for a dashboard, not for a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// Calls that have a request under way, an answer that is read, or a pause before a retry.
    pub running: usize,
    /// Calls that a limit of the client holds back
    /// ([`max_concurrent_calls`](crate::ClientBuilder::max_concurrent_calls),
    /// [`max_requests`](crate::ClientBuilder::max_requests)).
    pub waiting: usize,
}
