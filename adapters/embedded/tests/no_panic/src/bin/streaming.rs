//! Streaming text and nothing else.

#![no_std]
#![no_main]

use core::hint::black_box;

use choreoai_embedded::chat::{ChatRequest, Event, Message};
use choreoai_embedded::{Endpoint, Error, Session};
use embedded_no_panic::{Broken, Socket, run};

const REQUEST: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("Hello?")]);
const ENDPOINT: Endpoint<'_> = Endpoint::new("gateway").with_key("key");

async fn ask() -> Result<(), Error<Broken>> {
    let mut buffer = [0; 512];
    let mut session = Session::new(Socket, &mut buffer).with_endpoint(ENDPOINT);
    let mut answer = session.stream(&REQUEST).await?;
    while let Some(event) = answer.next().await? {
        if let Event::Content(text) = event {
            black_box(text);
        }
    }
    black_box(answer.verdict());
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    run(ask())
}
