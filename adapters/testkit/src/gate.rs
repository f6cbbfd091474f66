//! Gates: interleaving without sleeping.

use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::gateway::PATIENCE;
use crate::link::Inbox;
use crate::watched::Watched;

/// Holds an answer back until the test opens it.
///
/// What was sent before the gate has left before the gate opens, so a client that has seen it has seen it *while the
/// server was still sending*. Clones are the same gate. Once open it stays open.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    state: Arc<Watched<State>>,
}

#[derive(Debug, Default)]
struct State {
    open: bool,
    arrivals: usize,
    waiting: Vec<Weak<Watched<Inbox>>>,
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the gate, for good: all that wait at it go on.
    pub fn open(&self) {
        let waiting = self.state.update(|state| {
            state.open = true;
            std::mem::take(&mut state.waiting)
        });
        for inbox in waiting.iter().filter_map(Weak::upgrade) {
            inbox.update(|_| ());
        }
    }

    /// Whether the gate has been opened.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state.read(|state| state.open)
    }

    /// Blocks until `count` answers have come to the gate, ever.
    ///
    /// # Panics
    /// After 30 seconds.
    #[track_caller]
    pub fn wait_for_arrivals(&self, count: usize) {
        let arrived =
            self.state.wait(Some(Instant::now() + PATIENCE), |state| (state.arrivals >= count).then_some(()));
        assert!(arrived.is_some(), "{count} answers did not come to the gate within {PATIENCE:?}");
    }

    /// Tells the gate that a connection has come to it, and whom to wake.
    pub(crate) fn arrive(&self, inbox: &Arc<Watched<Inbox>>) {
        self.state.update(|state| {
            state.arrivals += 1;
            if !state.open {
                state.waiting.push(Arc::downgrade(inbox));
            }
        });
    }
}
