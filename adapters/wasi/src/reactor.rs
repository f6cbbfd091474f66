//! Who waits for what.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use wasip2::clocks::monotonic_clock;
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
    let mut begun = false;
    poll_fn(|cx| {
        // `Pollable::ready` would be shorter, but there are hosts on which it guesses.
        if begun && !source.is_waited_for() {
            return Poll::Ready(());
        }
        begun = true;
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
        let wanted = (Arc::clone(&self.0), cx.waker().clone());
        let before = waiting().insert(self.key(), wanted);
        // A waker may run anything when it is dropped: not while the list is locked.
        drop(before);
    }

    /// Whether the host has not said yet that it is ready, since the task wanted to be woken.
    fn is_waited_for(&self) -> bool {
        waiting().contains_key(&self.key())
    }

    fn key(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let waited = waiting().remove(&self.key());
        // As above.
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
    let waited = !waiting.is_empty();
    if waited {
        wake_ready(waiting, None);
    }
    waited
}

/// Wakes whoever waits for something that is ready by now.
pub(crate) fn look() {
    let waiting = waiting();
    if !waiting.is_empty() {
        wake_ready(waiting, Some(&monotonic_clock::subscribe_duration(0)));
    }
}

/// Waits for what is waited for, or for something `besides`.
fn wake_ready(mut waiting: MutexGuard<'_, Waiting>, besides: Option<&Pollable>) {
    let pollables: Vec<&Pollable> =
        waiting.values().map(|(pollable, _)| &**pollable).chain(besides).collect();
    let ready = poll(&pollables);
    let keys: Vec<usize> = waiting.keys().copied().collect();
    let key = |index| keys.get(usize::try_from(index).ok()?).copied();
    // Of the pollables nothing is kept: a waker may drop the streams that they belong to.
    let waker = |key| waiting.remove(&key).map(|(_, waker)| waker);
    let woken: Vec<Waker> = ready.into_iter().filter_map(key).filter_map(waker).collect();
    // Whoever is woken may want to wait again at once.
    drop(waiting);
    woken.into_iter().for_each(Waker::wake);
}

fn waiting() -> MutexGuard<'static, Waiting> {
    WAITING.lock().unwrap_or_else(PoisonError::into_inner)
}
