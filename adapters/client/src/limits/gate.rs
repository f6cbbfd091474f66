//! Lets calls in, first come, first served, until the client is closed.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::wakers::Wakers;

/// A semaphore that is fair, and that can be closed.
///
/// - A place that becomes free is handed to whoever has waited longest; nobody overtakes.
/// - A waiter that is dropped frees its place in the queue, and hands on the place that it may have been given.
/// - Who waits for a place when the gate is closed is refused.
///
/// No waker is called, and none of the caller's is dropped, while the lock is held.
#[derive(Debug)]
pub(crate) struct Gate {
    /// How many may be inside.
    places: usize,
    /// Set once, under the lock; read without it whenever a call is polled.
    is_aborted: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    /// The most that have been inside.
    most: usize,
    queue: Wakers,
    /// Who waited with a lower number has been handed a place, or is gone.
    admitted: u64,
    is_closed: bool,
    /// Of those inside, to be told when they are to end.
    running: Wakers,
    /// Of those who wait for the gate to be empty.
    closers: Wakers,
}

/// The gate is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed;

impl Gate {
    pub(crate) fn new(places: usize) -> Self {
        Self { places, is_aborted: AtomicBool::new(false), state: Mutex::default() }
    }

    /// Asks for a place. The turn is counted from the first poll.
    pub(crate) fn enter(self: &Arc<Self>) -> Entering {
        Entering { gate: Arc::clone(self), number: None }
    }

    /// How many may be inside at once.
    pub(crate) fn places(&self) -> usize {
        self.places
    }

    /// How many wait for a place.
    pub(crate) fn waiting(&self) -> usize {
        self.state().queue.len()
    }

    /// How many have a place.
    pub(crate) fn inside(&self) -> usize {
        self.state().inside
    }

    /// How many have had a place at once, at most.
    pub(crate) fn most(&self) -> usize {
        self.state().most
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().is_closed
    }

    /// Lets nobody in any more; who waits is refused.
    pub(crate) fn close(&self) {
        let refused = {
            let mut state = self.state();
            state.is_closed = true;
            state.queue.take_all()
        };
        refused.for_each(Waker::wake);
    }

    /// Tells those inside to end.
    pub(crate) fn abort(&self) {
        let running = {
            let mut state = self.state();
            self.is_aborted.store(true, Ordering::Release);
            state.running.take_all()
        };
        running.for_each(Waker::wake);
    }

    /// Waits until nobody is inside.
    pub(crate) fn emptied(&self) -> Emptied<'_> {
        Emptied { gate: self, number: None }
    }

    /// Frees a place that was taken.
    fn leave(&self) {
        let woken = self.state().hand_on();
        woken.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is complete before anything that could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A place is free: it is for whoever has waited longest. Returns who is to be woken.
    fn hand_on(&mut self) -> Vec<Waker> {
        if let Some((number, waker)) = self.queue.pop_first() {
            self.admitted = number + 1;
            return vec![waker];
        }
        self.inside -= 1;
        if self.inside == 0 { self.closers.take_all().collect() } else { Vec::new() }
    }
}

/// Resolves when there is a place.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Entering {
    gate: Arc<Gate>,
    /// In the queue.
    number: Option<u64>,
}

impl Future for Entering {
    type Output = Result<Place, Closed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let mut state = this.gate.state();
        if state.is_closed {
            drop(state);
            this.withdraw();
            return Poll::Ready(Err(Closed));
        }
        match this.number {
            Some(number) if number < state.admitted => this.number = None,
            Some(number) => {
                let old = state.queue.set(number, cx.waker());
                drop(state);
                drop(old);
                return Poll::Pending;
            }
            // Where there is a free place nobody waits: it would have been handed on.
            None if state.inside < this.gate.places => {
                state.inside += 1;
                state.most = state.most.max(state.inside);
            }
            None => {
                this.number = Some(state.queue.add(cx.waker()));
                return Poll::Pending;
            }
        }
        drop(state);
        Poll::Ready(Ok(Place { gate: Arc::clone(&this.gate), number: None, waker: None }))
    }
}

impl Entering {
    /// Leaves the queue; a place that was given and not taken is handed on.
    fn withdraw(&mut self) {
        let Some(number) = self.number.take() else { return };
        let mut state = self.gate.state();
        if number < state.admitted {
            let woken = state.hand_on();
            drop(state);
            woken.into_iter().for_each(Waker::wake);
        } else {
            let removed = state.queue.remove(number);
            drop(state);
            drop(removed);
        }
    }
}

impl Drop for Entering {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    gate: Arc<Gate>,
    /// Among those that are told to end.
    number: Option<u64>,
    /// What is known under that number.
    waker: Option<Waker>,
}

impl Place {
    /// Whether whoever is inside is to end.
    pub(crate) fn is_aborted(&self) -> bool {
        self.gate.is_aborted.load(Ordering::Acquire)
    }

    /// Resolves when whoever is inside is to end. Costs no lock as long as the task stays the same.
    pub(crate) fn poll_aborted(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_aborted() {
            return Poll::Ready(());
        }
        if self.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        let mut state = self.gate.state();
        if self.is_aborted() {
            return Poll::Ready(());
        }
        let number = *self.number.get_or_insert_with(|| state.running.add(cx.waker()));
        let old = state.running.set(number, cx.waker());
        drop(state);
        drop(old);
        self.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let known = self.gate.state().running.remove(number);
            drop(known);
        }
        self.gate.leave();
    }
}

/// Resolves when nobody is inside.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Emptied<'g> {
    gate: &'g Gate,
    number: Option<u64>,
}

impl Future for Emptied<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let mut state = this.gate.state();
        if state.inside == 0 {
            return Poll::Ready(());
        }
        let number = *this.number.get_or_insert_with(|| state.closers.add(cx.waker()));
        let old = state.closers.set(number, cx.waker());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Emptied<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let known = self.gate.state().closers.remove(number);
            drop(known);
        }
    }
}
