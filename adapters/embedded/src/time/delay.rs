//! A timer out of a delay and a clock.

use core::fmt;
use core::future::Future;
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

    /// At most 49 days.
    fn wait(&mut self, duration: Duration) -> impl Future<Output = ()> {
        self.delay.delay_ms(millis(duration))
    }
}

/// Rounded up.
#[inline(never)] // There are many places where something is waited for.
fn millis(duration: Duration) -> u32 {
    let millis = duration.subsec_nanos().div_ceil(1_000_000);
    let seconds = u32::try_from(duration.as_secs()).unwrap_or(u32::MAX);
    seconds.saturating_mul(1000).saturating_add(millis)
}

impl<D: fmt::Debug, C> fmt::Debug for DelayTimer<D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelayTimer").field("delay", &self.delay).finish_non_exhaustive()
    }
}
