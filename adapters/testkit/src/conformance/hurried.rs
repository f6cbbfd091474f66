//! A timer for which expected waits take no time.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use choreoai::Timer;

/// A wait before a retry, with its least and its greatest length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait(Duration, Duration);

impl Wait {
    pub(super) const fn exactly(wait: Duration) -> Self {
        Self(wait, wait)
    }

    /// The default wait before retry `retry` (from 0), which has up to a quarter of jitter.
    pub(super) fn backoff(retry: u32) -> Self {
        let full = Duration::from_millis(500) * 2u32.pow(retry);
        Self(full * 3 / 4, full)
    }

    fn fits(self, wait: Duration) -> bool {
        self.0 <= wait && wait <= self.1
    }
}

/// Passes over the waits that are expected, in their order; all else takes its time. Clones share what they expect.
pub(super) struct Hurried<R> {
    timer: Arc<R>,
    expected: Arc<Mutex<VecDeque<Wait>>>,
}

impl<R> Hurried<R> {
    pub(super) fn new(timer: R) -> Self {
        Self { timer: Arc::new(timer), expected: Arc::default() }
    }

    /// These waits are expected from now on; gives back those that were and did not come.
    pub(super) fn expect(&self, waits: &[Wait]) -> Vec<Wait> {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *expected, waits.iter().copied().collect()).into()
    }
}

impl<R> Clone for Hurried<R> {
    fn clone(&self) -> Self {
        Self { timer: Arc::clone(&self.timer), expected: Arc::clone(&self.expected) }
    }
}

impl<R: Timer> Timer for Hurried<R> {
    type Sleep = Sleep<R::Sleep>;

    fn now(&self) -> Duration {
        self.timer.now()
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        if expected.front().is_some_and(|wait| wait.fits(duration)) {
            expected.pop_front();
            return Sleep(None);
        }
        Sleep(Some(Box::pin(self.timer.sleep(duration))))
    }
}

/// `None`: passed over.
pub(super) struct Sleep<S>(Option<Pin<Box<S>>>);

impl<S: Future<Output = ()>> Future for Sleep<S> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().map_or(Poll::Ready(()), |sleep| sleep.as_mut().poll(cx))
    }
}
