//! Bodies of answers that are complete before their bodies have ended.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http_body::Body as _;
use tokio::runtime::Handle;

/// How much of a body is passed over.
const DRAIN_LIMIT: usize = 64 * 1024;
/// In how many frames: an HTTP/2 server may send empty ones.
const DRAIN_FRAMES: usize = 1024;
/// How many bodies are held at most.
const MAX_HELD: usize = 64;

/// Holds what is left of bodies until the next request. Nobody waits for it: what has arrived is passed over, and once the
/// end has been asked for, the task of a connection takes that by itself, and has the connection free.
pub(crate) struct Released {
    limit: usize,
    bodies: Mutex<VecDeque<reqwest::Body>>,
}

impl Released {
    /// Holds as many as that, and no more than 64.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit: limit.min(MAX_HELD), bodies: Mutex::default() }
    }

    /// Passes over what has arrived, and holds the rest. Of too many bodies the one that was released first is let go.
    pub(crate) fn hold(&self, body: reqwest::Body) {
        // The timers of a client that is given must not be looked at outside of a runtime.
        if self.limit == 0 || Handle::try_current().is_err() {
            return;
        }
        let Some(body) = rest_of(body) else { return };
        // It outlives the guard, which is declared after it: connections are closed without the lock.
        let _forgotten;
        let mut bodies = self.bodies();
        bodies.push_back(body);
        _forgotten = (bodies.len() > self.limit).then(|| bodies.pop_front());
    }

    /// Lets all of them go. One whose end has come by now has given its connection back; hyper looks once more for that of
    /// others, and cancels their answers at the server.
    pub(crate) fn let_go(&self) {
        // Bound first: in one expression the guard would be dropped after what it guards.
        let bodies = mem::take(&mut *self.bodies());
        drop(bodies);
    }

    fn bodies(&self) -> MutexGuard<'_, VecDeque<reqwest::Body>> {
        // Whatever a panicking thread left behind is as good as ever.
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left of a body without what has arrived; `None` if that was all, or too much.
fn rest_of(mut body: reqwest::Body) -> Option<reqwest::Body> {
    let mut left = DRAIN_LIMIT;
    for _ in 0..DRAIN_FRAMES {
        match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => return Some(body),
            Poll::Ready(Some(Ok(frame))) => {
                left = left.checked_sub(frame.data_ref().map_or(0, |data| data.len()))?;
            }
            Poll::Ready(Some(Err(_)) | None) => return None,
        }
    }
    None
}
