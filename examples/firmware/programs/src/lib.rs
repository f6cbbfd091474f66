//! What the programs share.
#![no_std]

mod by_client;
mod line;
mod questions;
mod requests;
pub mod text;
mod uart_questions;

use board::console::Console;
use board::stack;
use choreoai_embedded::Endpoint;

pub use self::by_client::{ByClient, Report};
pub use self::line::Line;
pub use self::questions::{Asker, Fault, Gathered, Questions};
pub use self::requests::{ByText, ByTypes, Requests, Turn, parts};
pub use self::uart_questions::ask_over_uart;

/// The gateway, wherever the connector leads.
pub const GATEWAY: Endpoint<'_> = Endpoint::new("gateway").with_key("key");

/// Prints how deep the stack has been, for whoever gathers the footprints.
pub fn report_stack(console: &mut Console) {
    let bytes = stack::high_water();
    // An index that nobody can prove to be within bounds: with this in it, a program that must not panic must not link.
    #[cfg(feature = "control")]
    console.print(["shallow", "deep"][bytes / 1024]);
    console.print("stack ");
    console.print_number(bytes as u32);
    console.print("\n");
}

/// A panic handler that cannot be linked: it calls a function that is nowhere. The optimiser drops the handler when no panic
/// is reachable, and only then does the program link.
#[macro_export]
macro_rules! panics_do_not_link {
    () => {
        #[panic_handler]
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            unsafe extern "C" {
                safe fn the_firmware_can_panic() -> !;
            }
            the_firmware_can_panic()
        }
    };
}

/// A panic handler that ends the program as a failure.
#[macro_export]
macro_rules! panics_are_failures {
    () => {
        #[panic_handler]
        #[inline(never)] // So that one can look for who calls it.
        fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
            board::console::exit(false)
        }
    };
}
