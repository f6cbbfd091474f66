//! Time by tokio.

use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Tokio's clock and timers. Where tests [pause](https://docs.rs/tokio/latest/tokio/time/fn.pause.html) the clock, all
/// deadlines of a client go by that.
///
/// It may be made anywhere. To [wait](choreoai::Timer::sleep) takes a runtime whose time is enabled: without one tokio
/// panics.
#[derive(Clone, Copy, Debug)]
pub struct TokioTimer {
    /// The moment that [`now`](choreoai::Timer::now) counts from.
    started: Instant,
}

impl Default for TokioTimer {
    fn default() -> Self {
        Self { started: Instant::now() }
    }
}

impl choreoai::Timer for TokioTimer {
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// One too long for the clock ends after some decades.
    fn sleep(&self, duration: Duration) -> Sleep {
        sleep(duration)
    }
}
