//! Board support for the LM3S6965 evaluation board (Cortex-M3), as QEMU emulates it.
//!
//! | module | job | unsafe |
//! |---|---|---|
//! | [`uart`] | UART 0 as `embedded-io-async` `Read` and `Write`, driven by interrupts | no |
//! | `ethernet` | the Ethernet controller as a driver of `embassy-net` (feature `ethernet`) | no |
//! | [`clock`] | milliseconds since the start, and `embedded-hal-async` delays, from SysTick; with the feature `ethernet` the clock of `embassy-time` as well | no |
//! | [`executor`] | runs one future, and sleeps while it waits | the waker's table |
//! | [`console`] | text, arguments, the time of day and the exit status, by whoever debugs or emulates (semihosting) | calls of it |
//! | [`stack`] | how deep the stack has been | reads the stack |
//! | `registers` | every register that is used, at its address | volatile access |
//! | `memory` | copies, fills and compares memory, in few bytes | assembly |
//! | `interrupts` | the vector table, and which interrupts are let through | the table |
//!
//! Section numbers in comments are those of the LM3S6965 data sheet, or of the ARMv7-M architecture manual where they
//! begin with a letter.
#![no_std]

pub mod clock;
pub mod console;
#[cfg(feature = "ethernet")]
pub mod ethernet;
pub mod executor;
mod interrupts;
mod memory;
mod registers;
mod ring;
pub mod stack;
#[cfg(feature = "ethernet")]
mod time_driver;
pub mod uart;

pub use cortex_m_rt::entry;

use self::clock::Clock;
use self::uart::Uart;

/// What the board has, each for one owner.
#[derive(Debug)]
pub struct Board {
    /// UART 0.
    pub uart: Uart,
    /// The Ethernet controller.
    #[cfg(feature = "ethernet")]
    pub ethernet: ethernet::Ethernet,
    /// The clock; it may be copied.
    pub clock: Clock,
}

impl Board {
    /// Starts the clock and the UART. `None` from the second call on: there is one board.
    pub fn take() -> Option<Self> {
        let mut core = cortex_m::Peripherals::take()?;
        clock::start_pll();
        let clock = Clock::start(&mut core.SYST);
        let uart = Uart::start();
        #[cfg(feature = "ethernet")]
        let ethernet = ethernet::Ethernet::start();
        interrupts::unmask();
        Some(Self {
            uart,
            #[cfg(feature = "ethernet")]
            ethernet,
            clock,
        })
    }
}
