//! The deadlines of a call under way.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use choreoai_core::deadline::{Clock, DeadlineKind, Deadlines};

use super::Timer;
use crate::decode::Meaning;

/// Keeps the deadlines of a call, or keeps none.
///
/// Sealed: it is here to name the bounds of the types that have one.
#[allow(async_fn_in_trait, reason = "sealed, and whether it is `Send` shows from the type")]
pub trait Watch: sealed::Sealed {
    /// A call begins, on a connection that stands.
    #[doc(hidden)]
    fn start(&mut self);

    /// An event was handed out.
    #[doc(hidden)]
    fn handed_out(&mut self, meaning: Meaning);

    /// The caller asks for the next event: the time since the last one is not the server's.
    #[doc(hidden)]
    fn resumed(&mut self);

    /// Does some work, unless a deadline expires meanwhile.
    #[doc(hidden)]
    async fn limit<F: Future>(&mut self, work: F) -> Result<F::Output, DeadlineKind>;

    /// Does some work that may take no longer than this, and no longer than the next deadline.
    #[doc(hidden)]
    async fn within<F: Future>(&mut self, limit: Duration, work: F) -> Option<F::Output>;
}

/// No deadlines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untimed;

impl Watch for Untimed {
    fn start(&mut self) {}

    fn handed_out(&mut self, _: Meaning) {}

    fn resumed(&mut self) {}

    async fn limit<F: Future>(&mut self, work: F) -> Result<F::Output, DeadlineKind> {
        Ok(work.await)
    }

    async fn within<F: Future>(&mut self, _: Duration, work: F) -> Option<F::Output> {
        Some(work.await)
    }
}

/// Deadlines by this timer.
#[derive(Clone, Debug)]
pub struct Timed<T> {
    timer: T,
    deadlines: Deadlines,
    clock: Clock,
    /// When the caller was given the event that it has.
    lent: Option<Duration>,
}

impl<T: Timer> Timed<T> {
    pub(crate) fn new(timer: T, deadlines: Deadlines) -> Self {
        let clock = Clock::start(deadlines, timer.now());
        Self { timer, deadlines, clock, lent: None }
    }

    pub(crate) const fn set_deadlines(&mut self, deadlines: Deadlines) {
        self.deadlines = deadlines;
    }

    /// A call begins, and the first connection is made for it, if one has to be.
    pub(crate) fn start_connecting(&mut self) {
        self.clock = Clock::start(self.deadlines, self.timer.now());
        self.lent = None;
    }

    /// A connection is made.
    pub(crate) fn attempt_started(&mut self) {
        self.clock.attempt_started(self.timer.now());
    }

    /// The connection stands.
    pub(crate) fn connected(&mut self) {
        self.clock.connected(self.timer.now());
    }

    /// What the total deadline leaves.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.clock.time_left(self.timer.now())
    }

    /// Waits between two attempts.
    pub(crate) async fn pause(&mut self, wait: Duration) {
        self.clock.attempt_failed();
        let until = self.timer.now().saturating_add(wait);
        wait_until(&mut self.timer, until).await;
        self.attempt_started();
    }
}

impl<T: Timer> Watch for Timed<T> {
    fn start(&mut self) {
        self.start_connecting();
        self.connected();
    }

    fn handed_out(&mut self, meaning: Meaning) {
        let now = self.timer.now();
        match meaning {
            Meaning::Content => self.clock.content(now),
            _ => self.clock.event(now),
        }
        self.lent = Some(now);
    }

    fn resumed(&mut self) {
        if let Some(lent) = self.lent.take() {
            let held = self.timer.now().checked_sub(lent);
            self.clock.postpone_idle(held.unwrap_or_default());
        }
    }

    async fn limit<F: Future>(&mut self, work: F) -> Result<F::Output, DeadlineKind> {
        match self.clock.next() {
            None => Ok(work.await),
            Some((until, kind)) => race(work, &mut self.timer, until).await.ok_or(kind),
        }
    }

    async fn within<F: Future>(&mut self, limit: Duration, work: F) -> Option<F::Output> {
        let limit = self.timer.now().saturating_add(limit);
        let until = self.clock.next().map_or(limit, |(moment, _)| moment.min(limit));
        race(work, &mut self.timer, until).await
    }
}

/// Does some work, unless it is not done by then. Work that is done at once is done at the last moment, too, but not after it.
async fn race<F: Future>(work: F, timer: &mut impl Timer, until: Duration) -> Option<F::Output> {
    if timer.now() >= until {
        return None;
    }
    let mut work = pin!(work);
    let mut alarm = pin!(wait_until(timer, until));
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => alarm.as_mut().poll(cx).map(|()| None),
    })
    .await
}

async fn wait_until(timer: &mut impl Timer, until: Duration) {
    while let Some(wait) = until.checked_sub(timer.now()).filter(|wait| !wait.is_zero()) {
        timer.wait(wait).await;
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Untimed {}
    impl<T: super::Timer> Sealed for super::Timed<T> {}
}
