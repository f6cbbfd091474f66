//! The deadlines of a call under way.

use core::future::Future;
use core::time::Duration;

use choreoai_core::deadline::{Clock, DeadlineKind, Deadlines, left};
use embedded_io_async::{Read, Write};

use super::Timer;
use super::race::{Limit, Race};
use crate::decode::Meaning;
use crate::error::Failure;
use crate::socket::Transfer;

/// Keeps the deadlines of a call, or keeps none.
///
/// Sealed: it is here to name the bounds of the types that have one.
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

    /// Uses a socket, unless a deadline expires meanwhile.
    #[doc(hidden)]
    fn transfer<S: Read + Write>(
        &mut self,
        transfer: Transfer<'_, S>,
    ) -> impl Future<Output = Result<usize, Failure<S::Error>>>;

    /// What is done from now on is done within this time; that does not prolong another deadline.
    #[doc(hidden)]
    fn hurry(&mut self, time: Duration);

    /// There is no hurry any more.
    #[doc(hidden)]
    fn relax(&mut self);
}

/// No deadlines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Untimed;

impl Watch for Untimed {
    fn start(&mut self) {}

    fn handed_out(&mut self, _: Meaning) {}

    fn resumed(&mut self) {}

    // In place, so that a program in which nothing is polled twice has no panic for that.
    #[inline(always)]
    fn transfer<S: Read + Write>(
        &mut self,
        transfer: Transfer<'_, S>,
    ) -> impl Future<Output = Result<usize, Failure<S::Error>>> {
        transfer.perform()
    }

    fn hurry(&mut self, _: Duration) {}

    fn relax(&mut self) {}
}

/// Deadlines by this timer, from the beginning of each call.
#[derive(Clone, Debug)]
pub struct Timed<T> {
    timer: T,
    clock: Clock,
    /// When the caller was given the event that it has.
    lent: Option<Duration>,
    /// When something has to be done that has a time of its own.
    hurry: Option<Duration>,
}

impl<T: Timer> Timed<T> {
    pub(crate) fn new(timer: T, deadlines: Deadlines) -> Self {
        let clock = Clock::start(deadlines, Duration::ZERO);
        Self { timer, clock, lent: None, hurry: None }
    }

    pub(crate) const fn set_deadlines(&mut self, deadlines: Deadlines) {
        self.clock = Clock::start(deadlines, Duration::ZERO);
    }

    /// A call begins, and the first connection is made for it, if one has to be.
    pub(crate) fn start_connecting(&mut self) {
        self.clock.restart(self.timer.now());
        self.lent = None;
        self.hurry = None;
    }

    /// A connection is made. Whatever was in a hurry on an earlier one is over.
    pub(crate) fn attempt_started(&mut self) {
        self.hurry = None;
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

    /// What the next deadline leaves.
    #[inline(never)] // It is long, and there is more than one place where something is waited for.
    fn next_limit(&self) -> Limit {
        let now = self.timer.now();
        let hurry = self.hurry.map(|moment| left(now, moment));
        match self.clock.wait(now) {
            Some((wait, kind)) if hurry.is_none_or(|hurry| wait <= hurry) => Limit { wait: Some(wait), kind },
            _ => Limit { wait: hurry, kind: DeadlineKind::Total },
        }
    }

    /// Does some work, unless a deadline expires meanwhile.
    #[inline(always)]
    pub(crate) fn limit<F, O, E>(&mut self, work: F) -> impl Future<Output = Result<O, Failure<E>>>
    where
        F: Future<Output = Result<O, Failure<E>>>,
    {
        Race::within(self.next_limit(), work, &mut self.timer)
    }

    /// Waits between two attempts.
    pub(crate) async fn pause(&mut self, wait: Duration) {
        self.clock.attempt_failed();
        self.timer.wait(wait).await;
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
            self.clock.postpone_idle(left(lent, self.timer.now()));
        }
    }

    async fn transfer<S: Read + Write>(
        &mut self,
        transfer: Transfer<'_, S>,
    ) -> Result<usize, Failure<S::Error>> {
        self.limit(transfer.perform()).await
    }

    fn hurry(&mut self, time: Duration) {
        self.hurry = self.timer.now().checked_add(time);
    }

    fn relax(&mut self) {
        self.hurry = None;
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Untimed {}
    impl<T: super::Timer> Sealed for super::Timed<T> {}
}
