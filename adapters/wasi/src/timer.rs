//! Time by `wasi:clocks`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use wasip2::clocks::monotonic_clock;

use crate::reactor::Source;

/// The longest wait that the host is asked for at once: timers of JavaScript overflow after 24 days.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The host's monotonic clock. Waits take [`block_on`](crate::block_on).
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiTimer;

impl choreoai::Timer for WasiTimer {
    type Sleep = WasiSleep;

    fn now(&self) -> Duration {
        Duration::from_nanos(monotonic_clock::now())
    }

    fn sleep(&self, duration: Duration) -> WasiSleep {
        WasiSleep { until: self.now().saturating_add(duration), alarm: None }
    }
}

/// A wait. One too long for the clock never ends.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct WasiSleep {
    until: Duration,
    /// What the host was asked to wait for, and when that comes.
    alarm: Option<(Source, Duration)>,
}

impl Future for WasiSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let now = choreoai::Timer::now(&WasiTimer);
        if now >= self.until {
            self.alarm = None;
            return Poll::Ready(());
        }
        let until = self.until.min(now.saturating_add(DAY));
        self.alarm.take_if(|(_, at)| *at <= now);
        let (source, _) = self.alarm.get_or_insert_with(|| {
            let nanoseconds = u64::try_from(until.as_nanos()).unwrap_or(u64::MAX);
            (Source::new(monotonic_clock::subscribe_instant(nanoseconds)), until)
        });
        source.wake_when_ready(cx);
        Poll::Pending
    }
}
