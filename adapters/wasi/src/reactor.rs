//! Who waits for what.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use wasip2::io::poll::{Pollable, poll};

/// Waits until the host says that something of its own is ready: for what a program does besides its calls, such as
/// reading standard input. It takes [`block_on`](crate::block_on).
///
/// ```no_run
/// use choreoai_wasi::{ready, wasip2};
///
/// # async fn wait() {
/// let input = wasip2::cli::stdin::get_stdin();
/// ready(input.subscribe()).await;
/// // ... `input.read` has something to give, or the end
/// # }
/// ```
pub async fn ready(pollable: Pollable) {
    let source = Source::new(pollable);
    poll_fn(|cx| {
        if source.0.ready() {
            return Poll::Ready(());
        }
        source.wake_when_ready(cx);
        Poll::Pending
    })
    .await;
}

/// What futures wait for, by the address of the pollable, which each has for itself.
static WAITING: Mutex<Waiting> = Mutex::new(BTreeMap::new());

type Waiting = BTreeMap<usize, (Arc<Pollable>, Waker)>;

/// Something of the host's that can be waited for, by one task at a time.
///
/// It must go before the resource that it was asked of: hosts trap where a stream is dropped before its pollable.
pub(crate) struct Source(Arc<Pollable>);

impl Source {
    pub(crate) fn new(pollable: Pollable) -> Self {
        Self(Arc::new(pollable))
    }

    /// Wakes the task once the host says that it is ready: at once, if it is already.
    pub(crate) fn wake_when_ready(&self, cx: &Context<'_>) {
        waiting().insert(self.key(), (Arc::clone(&self.0), cx.waker().clone()));
    }

    fn key(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let waited = waiting().remove(&self.key());
        // A waker may run anything when it is dropped: not while the list is locked.
        drop(waited);
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").finish_non_exhaustive()
    }
}

/// Blocks until something is ready that is waited for, and wakes whoever waits for it. `false`: nothing is.
pub(crate) fn wait() -> bool {
    let waiting = waiting();
    if waiting.is_empty() {
        return false;
    }
    let pollables: Vec<&Pollable> = waiting.values().map(|(pollable, _)| &**pollable).collect();
    let ready = poll(&pollables);
    let keys: Vec<usize> = waiting.keys().copied().collect();
    wake(waiting, ready.into_iter().filter_map(|index| keys.get(usize::try_from(index).ok()?).copied()));
    true
}

/// Wakes whoever waits for something that is ready by now.
pub(crate) fn look() {
    let waiting = waiting();
    let ready = waiting.iter().filter(|(_, (pollable, _))| pollable.ready());
    let ready: Vec<usize> = ready.map(|(key, _)| *key).collect();
    wake(waiting, ready.into_iter());
}

fn wake(mut waiting: MutexGuard<'_, Waiting>, ready: impl Iterator<Item = usize>) {
    let woken: Vec<_> = ready.filter_map(|key| waiting.remove(&key)).collect();
    drop(waiting);
    woken.into_iter().for_each(|(_, waker)| waker.wake());
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
