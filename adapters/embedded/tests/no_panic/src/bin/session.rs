//! Everything that a session can do: errors, deadlines, whole answers, and several calls over one connection.

#![no_std]
#![no_main]

use core::hint::black_box;

use choreoai_embedded::chat::{ChatRequest, Decoder, Event, Message};
use choreoai_embedded::time::Deadlines;
use choreoai_embedded::{Endpoint, Error, ErrorReport, Session};
use embedded_no_panic::{Broken, Clock, Socket, run, show};

const ENDPOINT: Endpoint<'_> = Endpoint::new("gateway").with_key("key");

async fn ask() {
    let mut buffer = [0; 512];
    let mut session = Session::new(Socket, black_box(&mut buffer))
        .with_endpoint(black_box(ENDPOINT))
        .with_timer(Clock, black_box(Deadlines::stream()))
        .with_report(ErrorReport::<64, 32>::new())
        .with_decoder(|| Decoder::<128>::with_scratch().with_extra())
        .with_safe_reads();
    let messages = [Message::user(black_box("text"))];
    let request = black_box(ChatRequest::new(black_box("gpt-4"), &messages[..]));
    while black_box(true) {
        let asked: Result<(), Error<Broken>> = async {
            let mut answer = session.create(&request).await?;
            while let Some(event) = answer.next().await? {
                black_box::<Event<'_>>(event);
            }
            black_box(answer.verdict());
            Ok(())
        }
        .await;
        if let Err(error) = asked {
            show(error);
            show(session.report());
        }
        if !session.is_reusable() {
            session.reconnect(Socket);
        }
    }
    session.into_socket();
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    run(ask())
}
