//! A value that threads can wait on.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A value under a lock, and a way to wait until it fits.
#[derive(Debug, Default)]
pub(crate) struct Watched<T> {
    value: Mutex<T>,
    changed: Condvar,
}

impl<T> Watched<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), changed: Condvar::new() }
    }

    pub(crate) fn read<R>(&self, read: impl FnOnce(&T) -> R) -> R {
        read(&self.lock())
    }

    /// Changes the value and wakes all who wait.
    pub(crate) fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }

    /// Waits until `fits` gives something, which it is asked at once and after each update. It may take something out then,
    /// and all who wait are woken. `None`: the deadline came first.
    pub(crate) fn wait<R>(
        &self,
        deadline: Option<Instant>,
        mut fits: impl FnMut(&mut T) -> Option<R>,
    ) -> Option<R> {
        let mut value = self.lock();
        loop {
            if let Some(result) = fits(&mut value) {
                self.changed.notify_all();
                return Some(result);
            }
            value = match deadline {
                None => self.changed.wait(value).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left =
                        deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
                    self.changed.wait_timeout(value, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// A panic elsewhere (an assertion in a script) must not hide behind a second one here.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_waits_for_room_is_woken_when_something_is_taken() {
        let watched = Watched::new(1);
        let (sender, receiver) = mpsc::channel();
        let deadline = Instant::now() + Duration::from_secs(30);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                watched.wait(Some(deadline), |value| {
                    sender.send(()).expect("the test listens");
                    (*value == 0).then_some(())
                })
            });
            // It has looked, and lets go of the lock when it waits.
            receiver.recv().expect("the thread looks");
            assert_eq!(watched.wait(None, |value| Some(std::mem::take(value))), Some(1));
            assert_eq!(waiting.join().expect("it does not panic"), Some(()));
        });
        assert!(Instant::now() < deadline, "it has waited until the end");
    }
}
