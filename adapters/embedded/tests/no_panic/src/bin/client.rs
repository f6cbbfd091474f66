//! Everything by a client: tools, errors, deadlines, retries, and a conversation from an iterator.

#![no_std]
#![no_main]

use core::hint::black_box;

use choreoai_embedded::chat::assemble::FixedAssembler;
use choreoai_embedded::chat::{AsMessage, ChatRequest, Message};
use choreoai_embedded::connect::connect_with;
use choreoai_embedded::raw_json::writer::Part;
use choreoai_embedded::time::Deadlines;
use choreoai_embedded::{Client, Endpoint, Error, ErrorReport};
use embedded_no_panic::{Broken, Clock, Socket, run, show};

const ENDPOINT: Endpoint<'_> = Endpoint::new("gateway").with_key("key");

#[derive(Clone)]
struct Stored(u32);

impl<'a> AsMessage<'a> for Stored {
    fn as_message(&self) -> Message<'a> {
        Message::user(if black_box(self.0) == 0 { black_box("text") } else { "more text" })
    }
}

async fn ask() -> Result<(), Error<Broken>> {
    let mut buffer = [0; 512];
    let connector = connect_with(async || black_box(Ok::<_, Broken>(Socket)));
    let mut client = Client::new(connector, black_box(&mut buffer), Clock, || black_box(0))
        .with_endpoint(black_box(ENDPOINT))
        .with_deadlines(black_box(Deadlines::create()))
        .with_report(ErrorReport::<64, 32>::new());
    let request = ChatRequest::new(black_box("gpt-4"), (0..black_box(2)).map(Stored));
    let mut assembler = FixedAssembler::<64, 2, 64, 16>::new();
    for _ in 0..black_box(2) {
        let asked = match client.stream(&request).await {
            Ok(mut answer) => answer.assemble(&mut assembler).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = asked {
            show(error);
            show(client.report());
        }
        black_box(assembler.content().whole().is_ok());
        if let Ok(calls) = assembler.tool_calls() {
            calls.for_each(|call| {
                black_box(call.arguments.whole().is_ok());
            });
        }
        let parts = [
            Part::Raw("["),
            Part::Str(black_box("text")),
            Part::Number(black_box(7_u64).into()),
            Part::Raw("]"),
        ];
        black_box(client.send_parts(black_box(&parts).iter().copied()).await.is_ok());
        black_box(client.attempts());
    }
    client.close();
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    run(ask())
}
