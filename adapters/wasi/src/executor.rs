//! An executor that waits as components do: for all that is waited for, in one call of the host.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::reactor;

/// Runs a future to its end.
///
/// While nothing can go on, the component waits in `wasi:io/poll` for everything that futures of this crate wait for; it
/// takes no time of the processor. Several calls run at once where they are joined, or are tasks of an executor that is
/// itself the future, such as `block_on(executor.run(...))` with `async_executor::LocalExecutor`. Futures that depend on
/// another executor's clock or sockets are never woken here, and those of this crate nowhere else.
///
/// # Panics
///
/// If the future waits for nothing that could ever wake it. A component has one thread: nobody else would.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        while woken.take() {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            // What wakes itself over and over must not keep the others from what has come for them.
            if woken.is_set() {
                reactor::look();
            }
        }
        assert!(reactor::wait(), "the future waits for nothing that could wake it: it would wait for ever");
    }
}

/// Whether the future wants to be polled.
struct Woken(AtomicBool);

impl Woken {
    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn take(&self) -> bool {
        self.0.swap(false, Ordering::AcqRel)
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}
