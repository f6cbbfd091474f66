//! Bodies of answers that are complete before their bodies have ended.

use std::collections::VecDeque;
use std::mem;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use http_body::Body as _;

/// How much of a body is passed over, at a time.
const DRAIN_LIMIT: usize = 64 * 1024;
/// How many bodies are held.
const MAX_HELD: usize = 64;

/// Holds what is left of bodies until the next request. Nobody waits for it: what has arrived is passed over, and once it was
/// asked for the end, the task of a connection takes that by itself, and has the connection free.
#[derive(Default)]
pub(crate) struct Released(Mutex<VecDeque<reqwest::Body>>);

impl Released {
    /// Passes over what has arrived, and holds the rest. Of too many bodies the one that was released first is let go.
    pub(crate) fn hold(&self, body: reqwest::Body) {
        let Some(body) = rest_of(body) else { return };
        // It outlives the guard, which is declared after it: connections are closed without the lock.
        let _forgotten;
        let mut held = self.held();
        held.push_back(body);
        _forgotten = (held.len() > MAX_HELD).then(|| held.pop_front());
    }

    /// Lets all of them go. One whose end has come by now gives its connection back, others cancel their answers at the server.
    pub(crate) fn let_go(&self) {
        // Bound first: in one expression the guard would be dropped after what it guards.
        let held = mem::take(&mut *self.held());
        held.into_iter().for_each(|body| drop(rest_of(body)));
    }

    fn held(&self) -> MutexGuard<'_, VecDeque<reqwest::Body>> {
        // Whatever a panicking thread left behind is as good as ever.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left of a body without what has arrived; `None` if that was all, or too much.
fn rest_of(mut body: reqwest::Body) -> Option<reqwest::Body> {
    let mut left = DRAIN_LIMIT;
    loop {
        match Pin::new(&mut body).poll_frame(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => return Some(body),
            Poll::Ready(Some(Ok(frame))) => {
                left = left.checked_sub(frame.data_ref().map_or(0, |data| data.len()))?
            }
            Poll::Ready(Some(Err(_)) | None) => return None,
        }
    }
}
