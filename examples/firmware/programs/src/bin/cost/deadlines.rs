//! The same as `cost_text` with deadlines.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::TextDecoder;
use choreoai_embedded::time::{Deadlines, DelayTimer};
use programs::GATEWAY;
use programs::text::{QUESTION, print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, clock, console| {
        let mut buffer = [0; 256];
        let mut session = Session::new(uart, &mut buffer)
            .with_endpoint(GATEWAY)
            .with_decoder(TextDecoder::new)
            .with_timer(DelayTimer::new(clock, move || clock.now()), Deadlines::stream());
        print(session.send(QUESTION).await, console).await
    })
}
