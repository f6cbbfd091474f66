//! A timer by embassy-time.

use core::future::Future;
use core::time::Duration;

use embassy_time::Instant;

use super::Timer;

/// Waits, and tells the time, by embassy-time's driver.
#[derive(Clone, Copy, Debug, Default)]
pub struct EmbassyTimer;

impl Timer for EmbassyTimer {
    fn now(&self) -> Duration {
        Duration::from_micros(Instant::now().as_micros())
    }

    fn wait(&mut self, duration: Duration) -> impl Future<Output = ()> {
        // A century at most: beyond it the driver's clock would overflow.
        let seconds = duration.as_secs().min(100 * 365 * 24 * 3600);
        let micros = seconds.saturating_mul(1_000_000).saturating_add(u64::from(duration.subsec_micros()));
        embassy_time::Timer::after(embassy_time::Duration::from_micros(micros.saturating_add(1)))
    }
}
