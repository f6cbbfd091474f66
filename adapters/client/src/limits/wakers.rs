//! Tasks that wait, in the order in which they came.

use std::collections::BTreeMap;
use std::task::Waker;

/// Wakers by number; numbers only grow. Each operation takes logarithmic time.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    by_number: BTreeMap<u64, Waker>,
    next: u64,
}

impl Wakers {
    /// Adds a task behind the others.
    pub(super) fn add(&mut self, waker: &Waker) -> u64 {
        let number = self.next;
        self.next += 1;
        self.by_number.insert(number, waker.clone());
        number
    }

    /// Keeps a task's waker up to date. Returns the old one, to be dropped once the lock is gone: it may hold the last
    /// of a task, and all that the task holds.
    #[must_use]
    pub(super) fn set(&mut self, number: u64, waker: &Waker) -> Option<Waker> {
        match self.by_number.get(&number) {
            Some(known) if known.will_wake(waker) => None,
            _ => self.by_number.insert(number, waker.clone()),
        }
    }

    /// Takes out a task that waits no longer. The waker is to be dropped as the one of [`set`](Self::set).
    #[must_use]
    pub(super) fn remove(&mut self, number: u64) -> Option<Waker> {
        self.by_number.remove(&number)
    }

    /// Who has waited longest.
    pub(super) fn first(&self) -> Option<(u64, &Waker)> {
        self.by_number.first_key_value().map(|(&number, waker)| (number, waker))
    }

    /// Takes out who has waited longest.
    pub(super) fn pop_first(&mut self) -> Option<(u64, Waker)> {
        self.by_number.pop_first()
    }

    /// Takes out all, to be woken once the lock is gone.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Waker> + use<> {
        std::mem::take(&mut self.by_number).into_values()
    }

    /// Those that wait, to be woken once the lock is gone; they stay.
    pub(super) fn all(&self) -> Vec<Waker> {
        self.by_number.values().cloned().collect()
    }

    pub(super) fn len(&self) -> usize {
        self.by_number.len()
    }
}
