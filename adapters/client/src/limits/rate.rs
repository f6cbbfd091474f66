//! So many requests in an interval, and no more.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::wakers::Wakers;
use crate::Timer;

/// Gives turns, first come, first served, and no more than so many in any interval.
///
/// The window slides: between a turn and the one that follows it by `requests` places, `per` has passed at least. The
/// moments of the last turns are kept, 16 bytes each.
///
/// Only who is first sets a timer; the others are woken when it is their turn to be first. A waiter that is dropped
/// makes room for the next.
#[derive(Debug)]
pub(crate) struct Rate {
    requests: usize,
    per: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the last turns were, no more than `requests`.
    turns: VecDeque<Duration>,
    queue: Wakers,
}

impl Rate {
    /// `requests` is at least 1.
    pub(crate) fn new(requests: usize, per: Duration) -> Self {
        Self { requests, per, state: Mutex::default() }
    }

    /// Asks for a turn. The place in the queue is counted from the first poll.
    pub(crate) fn turn<'r, R: Timer>(&'r self, timer: &'r R) -> Turn<'r, R> {
        Turn { rate: self, timer, number: None, sleep: None }
    }

    /// How many wait for a turn.
    pub(crate) fn waiting(&self) -> usize {
        self.state().queue.len()
    }

    /// Wakes all that wait, for them to see what has changed elsewhere.
    pub(crate) fn wake(&self) {
        let waiting = self.state().queue.all();
        waiting.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything that could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long until there may be a turn.
    fn wait(&self, state: &State, now: Duration) -> Duration {
        match state.turns.front() {
            Some(oldest) if state.turns.len() >= self.requests => {
                oldest.saturating_add(self.per).saturating_sub(now)
            }
            _ => Duration::ZERO,
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests in {:?}", self.requests, self.per)
    }
}

/// Resolves when a request may be sent, which is then counted.
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Turn<'r, R: Timer> {
    rate: &'r Rate,
    timer: &'r R,
    /// In the queue.
    number: Option<u64>,
    sleep: Option<Pin<Box<R::Sleep>>>,
}

impl<R: Timer> Future for Turn<'_, R> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            let now = this.timer.now();
            let mut state = this.rate.state();
            let first = state.queue.first().map(|(number, _)| number);
            let wait = this.rate.wait(&state, now);
            if wait.is_zero() && first == this.number {
                if state.turns.len() >= this.rate.requests {
                    state.turns.pop_front();
                }
                state.turns.push_back(now);
                drop(state);
                this.withdraw();
                return Poll::Ready(());
            }
            let number = *this.number.get_or_insert_with(|| state.queue.add(cx.waker()));
            let old = state.queue.set(number, cx.waker());
            let is_first = first.is_none_or(|first| first == number);
            drop(state);
            drop(old);
            if !is_first {
                return Poll::Pending;
            }
            let sleep = this.sleep.get_or_insert_with(|| Box::pin(this.timer.sleep(wait)));
            if sleep.as_mut().poll(cx).is_pending() {
                return Poll::Pending;
            }
            this.sleep = None;
        }
    }
}

impl<R: Timer> Turn<'_, R> {
    /// Leaves the queue; whoever is first now sees to the time.
    fn withdraw(&mut self) {
        let Some(number) = self.number.take() else { return };
        let mut state = self.rate.state();
        let was_first = state.queue.first().is_some_and(|(first, _)| first == number);
        let removed = state.queue.remove(number);
        let next = state.queue.first().filter(|_| was_first).map(|(_, waker)| waker.clone());
        drop(state);
        drop(removed);
        if let Some(next) = next {
            next.wake();
        }
    }
}

impl<R: Timer> Drop for Turn<'_, R> {
    fn drop(&mut self) {
        self.withdraw();
    }
}
