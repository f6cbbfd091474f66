//! The time since the start.

use core::future::{Future, poll_fn};
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Poll;
use core::time::Duration;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::exception;
use embedded_hal_async::delay::DelayNs;

use crate::executor;
use crate::registers::system;

/// What the core and the peripherals run at, once [`start_pll`] has returned.
pub(crate) const SYSTEM_HZ: u32 = 50_000_000;

static MILLISECONDS: AtomicU32 = AtomicU32::new(0);

/// The clock that SysTick drives, once a millisecond.
#[derive(Clone, Copy, Debug)]
pub struct Clock(());

impl Clock {
    pub(crate) fn start(timer: &mut SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(SYSTEM_HZ / 1000 - 1);
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        Self(())
    }

    /// The time since the start, up to 49 days.
    #[inline(never)] // It is asked for in many places.
    pub fn now(&self) -> Duration {
        // Without a division of 64 bits, of which this processor has none.
        let now = milliseconds();
        Duration::new((now / 1000).into(), now % 1000 * 1_000_000)
    }

    /// A number that differs between two boards that were started together: the cycles since the last millisecond, spread over
    /// 32 bits. Enough to keep retries apart, and for nothing that is secret.
    pub fn jitter(&self) -> u32 {
        SYST::get_current().wrapping_mul(0x9E37_79B1)
    }

    /// Waits at least so long; a dropped wait leaves nothing behind.
    fn wait(&self, least: u32) -> impl Future<Output = ()> {
        let start = milliseconds();
        poll_fn(move |_| {
            // The clock wakes the program with each millisecond.
            let passed = milliseconds().wrapping_sub(start);
            if passed > least { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

impl DelayNs for Clock {
    fn delay_ns(&mut self, ns: u32) -> impl Future<Output = ()> {
        self.wait(ns.div_ceil(1_000_000))
    }

    fn delay_us(&mut self, us: u32) -> impl Future<Output = ()> {
        self.wait(us.div_ceil(1000))
    }

    fn delay_ms(&mut self, ms: u32) -> impl Future<Output = ()> {
        self.wait(ms)
    }
}

/// The time since the start in milliseconds; runs over after 49 days.
pub(crate) fn milliseconds() -> u32 {
    MILLISECONDS.load(Ordering::Relaxed)
}

#[exception]
fn SysTick() {
    // Nobody else writes it.
    MILLISECONDS.store(milliseconds().wrapping_add(1), Ordering::Relaxed);
    executor::wake();
}

/// Makes 50 MHz of the board's crystal of 8 MHz (section 5.3).
pub(crate) fn start_pll() {
    let clock = system::RUN_MODE_CLOCK.read() & !(PLL_OFF | CRYSTAL | SOURCE | MAIN_OSCILLATOR_OFF | DIVISOR);
    let clock = clock | BYPASS | CRYSTAL_8_MHZ;
    // On the way the core runs from the bare crystal.
    system::RUN_MODE_CLOCK.write(clock | PLL_OFF);
    system::RUN_MODE_CLOCK.write(clock | DIVIDE_BY_4 | USE_DIVISOR);
    while system::RAW_INTERRUPTS.read() & PLL_LOCKED == 0 {}
    system::RUN_MODE_CLOCK.write((clock | DIVIDE_BY_4 | USE_DIVISOR) & !BYPASS);
}

const MAIN_OSCILLATOR_OFF: u32 = 1;
const SOURCE: u32 = 0b11 << 4;
const CRYSTAL: u32 = 0b1111 << 6;
const CRYSTAL_8_MHZ: u32 = 0xE << 6;
const BYPASS: u32 = 1 << 11;
const PLL_OFF: u32 = 1 << 13;
const USE_DIVISOR: u32 = 1 << 22;
const DIVISOR: u32 = 0b1111 << 23;
/// Of the 200 MHz that the phase-locked loop gives.
const DIVIDE_BY_4: u32 = 3 << 23;
const PLL_LOCKED: u32 = 1 << 6;
