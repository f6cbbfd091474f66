//! The table of interrupts.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

use crate::uart;

/// An entry of the table.
#[derive(Clone, Copy)]
pub(crate) union Vector {
    handler: extern "C" fn(),
    reserved: usize,
}

#[derive(Clone, Copy)]
struct Interrupt(u16);

const UART0: Interrupt = Interrupt(5);
#[cfg(feature = "ethernet")]
const ETHERNET: Interrupt = Interrupt(42);

#[cfg(not(feature = "ethernet"))]
const LAST: Interrupt = UART0;
#[cfg(feature = "ethernet")]
const LAST: Interrupt = ETHERNET;

/// The handlers, up to the last one in use (section 2.5.2). `cortex-m-rt` puts them behind those of the exceptions; its own
/// table, for all that an ARMv7-M could have, takes a kilobyte.
#[unsafe(link_section = ".vector_table.interrupts")]
#[unsafe(no_mangle)]
pub(crate) static __INTERRUPTS: [Vector; LAST.0 as usize + 1] = {
    let mut table = [Vector { reserved: 0 }; LAST.0 as usize + 1];
    table[UART0.0 as usize] = Vector { handler: uart::interrupt };
    #[cfg(feature = "ethernet")]
    {
        table[ETHERNET.0 as usize] = Vector { handler: crate::ethernet::interrupt };
    }
    table
};

// SAFETY: the number is that of an interrupt of this microcontroller, and always the same.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self.0
    }
}

/// Lets the interrupts through that the table has handlers for.
pub(crate) fn unmask() {
    // SAFETY: nothing relies on their being masked: what handlers share with the program is atomic, or is accessed within
    // `without`.
    unsafe {
        NVIC::unmask(UART0);
        #[cfg(feature = "ethernet")]
        NVIC::unmask(ETHERNET);
    }
}

/// Runs `section` while no interrupt is served.
pub(crate) fn without<R>(section: impl FnOnce() -> R) -> R {
    cortex_m::interrupt::free(|_| section())
}
