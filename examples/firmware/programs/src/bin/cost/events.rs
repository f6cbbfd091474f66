//! The same as `cost_text` with all events of an answer.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use programs::GATEWAY;
use programs::text::{QUESTION, print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session = Session::new(uart, &mut buffer).with_endpoint(GATEWAY);
        print(session.send(QUESTION).await, console).await
    })
}
