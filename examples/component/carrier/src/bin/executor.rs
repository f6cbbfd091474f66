//! What the executor promises, tried in a component: it says what is not so, and ends as a failure.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::process::ExitCode;
use std::task::Poll;
use std::time::Duration;

use choreoai_wasi::{Timer as _, WasiTimer, block_on, ready, wasip2};
use futures_lite::future::{or, yield_now, zip};

const CHECKS: [(&str, fn() -> bool); 5] = [
    ("a value that is there is given at once", value),
    ("a wait is not shorter than it should be", wait),
    ("the shorter of two waits is over first", two_waits),
    ("while it waits, nothing is polled", quiet),
    ("who wakes himself over and over does not hold up who waits for the host", busy),
];

const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_millis(60);

fn main() -> ExitCode {
    let failed = CHECKS.iter().filter(|(_, check)| !check()).inspect(|(name, _)| println!("not so: {name}"));
    if failed.count() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn value() -> bool {
    block_on(async { 42 }) == 42
}

fn wait() -> bool {
    let before = WasiTimer.now();
    block_on(WasiTimer.sleep(SHORT));
    WasiTimer.now() - before >= SHORT
}

fn two_waits() -> bool {
    let over = RefCell::new(Vec::new());
    let wait = async |name, duration| {
        WasiTimer.sleep(duration).await;
        over.borrow_mut().push(name);
    };
    block_on(zip(wait("long", LONG), wait("short", SHORT)));
    over.into_inner() == ["short", "long"]
}

/// Once to begin with, and once when it is over; a host that wakes early may take one more.
fn quiet() -> bool {
    let polls = Cell::new(0);
    let mut sleep = pin!(WasiTimer.sleep(LONG));
    block_on(poll_fn(|cx| {
        polls.set(polls.get() + 1);
        sleep.as_mut().poll(cx)
    }));
    polls.get() <= 3
}

/// The one that waits is polled only if it was woken itself, as the task of an executor is.
fn busy() -> bool {
    let waited = async {
        ready(wasip2::clocks::monotonic_clock::subscribe_duration(0)).await;
        true
    };
    let spin = async {
        // Far more often than the host needs to be asked.
        for _ in 0..1000 {
            yield_now().await;
        }
        false
    };
    block_on(or(only_when_woken(waited), spin))
}

/// Polls a future once, and then again when it has been woken, whoever else was.
async fn only_when_woken<F: Future>(future: F) -> F::Output {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Wake, Waker};

    struct Woken(AtomicBool, Waker);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
            self.1.wake_by_ref();
        }
    }

    let mut future = pin!(future);
    let mut woken = None;
    poll_fn(|cx| {
        let woken = woken.get_or_insert_with(|| Arc::new(Woken(AtomicBool::new(true), cx.waker().clone())));
        if !woken.0.swap(false, Ordering::Relaxed) {
            return Poll::Pending;
        }
        let waker = Waker::from(Arc::clone(woken));
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}
