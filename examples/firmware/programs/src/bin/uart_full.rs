//! Everything over the UART: a tool call, an error in the middle of an answer, retries, answers that are cut, token counts.
#![no_std]
#![no_main]

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    // Whatever the arguments: there is one thermometer.
    programs::ask_over_uart(|_| "21 degrees")
}
