//! The clock of `embassy-time`: one tick is a millisecond.

use core::cell::Cell;
use core::task::Waker;

use cortex_m::interrupt::{self, Mutex};
use embassy_time_driver::{Driver, time_driver_impl};

use crate::clock;

/// The last time that was told, which is how the 32 bits of the board's clock become 64: it must be asked once in 49 days.
struct Time(Mutex<Cell<u64>>);

time_driver_impl!(static TIME: Time = Time(Mutex::new(Cell::new(0))));

impl Driver for Time {
    fn now(&self) -> u64 {
        interrupt::free(|section| {
            let last = self.0.borrow(section);
            let passed = clock::milliseconds().wrapping_sub(last.get() as u32);
            last.set(last.get() + u64::from(passed));
            last.get()
        })
    }

    fn schedule_wake(&self, _: u64, _: &Waker) {
        // With each millisecond the clock wakes the one future there is, and that looks at all its timers.
    }
}
