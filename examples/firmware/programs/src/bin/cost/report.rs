//! The same as `cost_events` with what the server says of an error.
#![no_std]
#![no_main]

use choreoai_embedded::{ErrorReport, Session};
use programs::GATEWAY;
use programs::text::{QUESTION, print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session =
            Session::new(uart, &mut buffer).with_endpoint(GATEWAY).with_report(ErrorReport::<96, 32>::new());
        let is_finished = print(session.send(QUESTION).await, console).await;
        if let Some(message) = session.report().message() {
            console.print(message.beginning());
        }
        is_finished
    })
}
