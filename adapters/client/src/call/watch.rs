//! Waits for the next deadline of a call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use choreoai_core::deadline::{Clock, DeadlineKind, Deadlines};

use crate::{Error, Timer};

/// The deadlines of a call, and the timer that wakes for them.
///
/// A deadline that moves on does not touch the timer: it fires at the old moment and is set anew.
pub(super) struct Watch<R: Timer> {
    clock: Clock,
    deadlines: Deadlines,
    sleep: Option<Sleep<R::Sleep>>,
    /// By a limit of the client.
    is_held_back: bool,
}

struct Sleep<S> {
    until: Duration,
    future: Pin<Box<S>>,
}

impl<R: Timer> Watch<R> {
    pub(super) fn start(deadlines: Deadlines, timer: &R) -> Self {
        let now = timer.now();
        let mut clock = Clock::start(deadlines, now);
        // The transport keeps the connect timeout.
        clock.connected(now);
        Self { clock, deadlines, sleep: None, is_held_back: false }
    }

    /// The next request is sent. The wait before it is the caller's; the total deadline runs on.
    pub(super) fn attempt_started(&mut self, timer: &R) {
        let now = timer.now();
        self.clock.attempt_started(now);
        self.clock.connected(now);
    }

    /// Waits until the total deadline has expired, and gives what it was; no other runs until the call
    /// [goes on](Self::go_on).
    pub(super) fn poll_held_back(&mut self, timer: &R, cx: &mut Context<'_>) -> Poll<Duration> {
        self.clock.attempt_failed();
        self.is_held_back = true;
        self.poll_expired(timer, cx).map(|_| self.deadlines.total.unwrap_or_default())
    }

    /// The next request is about to be sent; if it was held back until now, its deadlines begin here.
    pub(super) fn go_on(&mut self, timer: &R) {
        if std::mem::take(&mut self.is_held_back) {
            self.attempt_started(timer);
        }
    }

    /// Something of the answer has come; `progress`: content.
    pub(super) fn event(&mut self, progress: bool, timer: &R) {
        let now = timer.now();
        if progress { self.clock.content(now) } else { self.clock.event(now) }
    }

    /// The caller has had a chunk since `lent`, and asks for the next one: that time is not the server's.
    pub(super) fn resumed(&mut self, lent: Duration, timer: &R) {
        self.clock.postpone_idle(timer.now().saturating_sub(lent));
    }

    /// What the total deadline leaves.
    pub(super) fn time_left(&self, timer: &R) -> Option<Duration> {
        self.clock.time_left(timer.now())
    }

    /// What the next deadline leaves, whichever it is.
    pub(super) fn time_to_next(&self, timer: &R) -> Option<Duration> {
        self.clock.next().map(|(moment, _)| moment.saturating_sub(timer.now()))
    }

    /// The deadline that has expired, as an error.
    pub(super) fn expired(&self, timer: &R) -> Option<Error> {
        self.clock.expired(timer.now()).map(|kind| self.error(kind))
    }

    /// The total deadline's error, if it has expired.
    pub(super) fn total_expired(&self, timer: &R) -> Option<Error> {
        self.time_left(timer).filter(Duration::is_zero).map(|_| self.error(DeadlineKind::Total))
    }

    /// Waits until a deadline has expired.
    pub(super) fn poll_expired(&mut self, timer: &R, cx: &mut Context<'_>) -> Poll<Error> {
        loop {
            let Some((moment, kind)) = self.clock.next() else { return Poll::Pending };
            let wait = moment.saturating_sub(timer.now());
            if wait.is_zero() {
                return Poll::Ready(self.error(kind));
            }
            let sleep = match &mut self.sleep {
                Some(sleep) if sleep.until <= moment => sleep,
                other => other.insert(Sleep { until: moment, future: Box::pin(timer.sleep(wait)) }),
            };
            if sleep.future.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
    }

    fn error(&self, kind: DeadlineKind) -> Error {
        let limit = match kind {
            DeadlineKind::Connect => self.deadlines.connect,
            DeadlineKind::FirstEvent => self.deadlines.first_event,
            DeadlineKind::Idle => self.deadlines.idle,
            DeadlineKind::Total => self.deadlines.total,
        };
        Error::timeout(kind, limit.unwrap_or_default())
    }
}
