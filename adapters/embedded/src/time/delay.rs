//! A timer out of a delay and a clock.

use core::fmt;
use core::time::Duration;

use embedded_hal_async::delay::DelayNs;

use super::Timer;

/// Waits by a [`DelayNs`], and tells the time by a clock: a function that gives the time since some fixed moment and never
/// goes back, from a hardware counter for instance.
///
/// A delay alone is no clock: it does not tell how long something else took.
#[derive(Clone)]
pub struct DelayTimer<D, C> {
    delay: D,
    clock: C,
}

impl<D: DelayNs, C: Fn() -> Duration> DelayTimer<D, C> {
    /// A timer of this delay and this clock.
    pub const fn new(delay: D, clock: C) -> Self {
        Self { delay, clock }
    }
}

impl<D: DelayNs, C: Fn() -> Duration> Timer for DelayTimer<D, C> {
    fn now(&self) -> Duration {
        (self.clock)()
    }

    async fn wait(&mut self, duration: Duration) {
        match u32::try_from(duration.as_secs()) {
            Ok(0) => self.delay.delay_us(duration.subsec_micros().saturating_add(1)).await,
            // The rest is waited for afterwards, and so it is of what is too long for the delay.
            Ok(seconds) => self.delay.delay_ms(seconds.saturating_mul(1000)).await,
            Err(_) => self.delay.delay_ms(u32::MAX).await,
        }
    }
}

impl<D: fmt::Debug, C> fmt::Debug for DelayTimer<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayTimer").field("delay", &self.delay).finish_non_exhaustive()
    }
}
