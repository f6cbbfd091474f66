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

    /// Keeps the waker up to date.
    pub(super) fn update(&mut self, number: u64, waker: &Waker) {
        if let Some(known) = self.by_number.get_mut(&number) {
            known.clone_from(waker);
        }
    }

    /// Takes out a task that waits no longer.
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

    pub(super) fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }
}
