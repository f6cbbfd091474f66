//! The same as `cost_deadlines` with connections made anew and requests sent again.
#![no_std]
#![no_main]

use choreoai_embedded::chat::TextDecoder;
use choreoai_embedded::time::DelayTimer;
use choreoai_embedded::{Client, StatusOnly};
use programs::text::{QUESTION, print, run};
use programs::{GATEWAY, Line};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, clock, console| {
        let mut buffer = [0; 256];
        let timer = DelayTimer::new(clock, move || clock.now());
        let mut client = Client::new(Line::new(uart, clock, 1), &mut buffer, timer, move || clock.jitter())
            .with_endpoint(GATEWAY)
            .with_report(StatusOnly)
            .with_decoder(TextDecoder::new);
        print(client.send(QUESTION).await, console).await
    })
}
