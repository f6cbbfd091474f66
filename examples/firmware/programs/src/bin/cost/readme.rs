//! What the README shows: a `ChatRequest`, and all events.
#![no_std]
#![no_main]

use choreoai_embedded::Session;
use choreoai_embedded::chat::{ChatRequest, Message};
use programs::GATEWAY;
use programs::text::{print, run};

programs::panics_are_failures!();

const REQUEST: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("What is a crab?")]);

#[board::entry]
fn main() -> ! {
    run(async |uart, _, console| {
        let mut buffer = [0; 512];
        let mut session = Session::new(uart, &mut buffer).with_endpoint(GATEWAY);
        print(session.stream(&REQUEST).await, console).await
    })
}
