//! Time by async-std.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_std::task;

/// The monotonic clock of the standard library and the timers of async-std.
#[derive(Clone, Copy, Debug)]
pub struct AsyncStdTimer {
    /// The moment that [`now`](choreoai::Timer::now) counts from.
    started: Instant,
}

impl Default for AsyncStdTimer {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl choreoai::Timer for AsyncStdTimer {
    type Sleep = AsyncStdSleep;

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> AsyncStdSleep {
        AsyncStdSleep(Box::pin(task::sleep(duration)))
    }
}

/// A wait, from its first poll on. One too long for the clock never ends.
// Boxed, for async-std gives its timers no name.
#[must_use = "futures do nothing unless polled"]
pub struct AsyncStdSleep(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Future for AsyncStdSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
