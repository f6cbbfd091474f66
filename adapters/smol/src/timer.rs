//! Time by `async-io`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use async_io::Timer;

/// The monotonic clock of the standard library and the timers of `async-io`'s reactor, which serve any executor.
#[derive(Clone, Copy, Debug)]
pub struct SmolTimer {
    /// The moment that [`now`](choreoai::Timer::now) counts from.
    started: Instant,
}

impl Default for SmolTimer {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl choreoai::Timer for SmolTimer {
    type Sleep = SmolSleep;

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> SmolSleep {
        SmolSleep(Timer::after(duration))
    }
}

/// A wait. One too long for the clock never ends.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct SmolSleep(Timer);

impl Future for SmolSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}
