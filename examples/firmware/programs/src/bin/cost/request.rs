//! The same as `cost_text` with a `ChatRequest`.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::{ChatRequest, Message, TextDecoder};
use programs::GATEWAY;
use programs::text::{print, run};

programs::panics_are_failures!();

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 256];
        let mut session =
            Session::new(uart, &mut buffer).with_endpoint(GATEWAY).with_decoder(TextDecoder::new);
        let messages = [Message::user("What is a crab?")];
        let request = ChatRequest::new("gpt-4", &messages[..]);
        print(session.stream(&request).await, console).await
    })
}
