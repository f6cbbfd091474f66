//! A text that is sent as it is, and the text of the answer: what the others are compared with.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::TextDecoder;
use programs::GATEWAY;
use programs::text::{QUESTION, print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session =
            Session::new(uart, &mut buffer).with_endpoint(GATEWAY).with_decoder(TextDecoder::new);
        print(session.send(QUESTION).await, console).await
    })
}
