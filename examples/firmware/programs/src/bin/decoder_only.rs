//! The decoder alone: the body of an answer comes over the UART as it is, with no HTTP around it, and the text of it is
//! printed.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::block_on;
use board::uart::BlockingUart;
use board::{Board, entry};
use choreoai_core::chat::{Decoder, Event, Verdict};
use embedded_io_async::{Read, Write};

programs::panics_do_not_link!();

const PATIENCE: Duration = Duration::from_secs(5);

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut uart = board.uart.blocking(PATIENCE);
    let is_finished = block_on(decode(&mut uart, &mut console));
    console.print(if is_finished { "\nfinished\n" } else { "\nnot finished\n" });
    programs::report_stack(&mut console);
    exit(is_finished)
}

/// Whether the answer came to its end.
async fn decode(uart: &mut BlockingUart, console: &mut Console) -> bool {
    let mut decoder = Decoder::new();
    let mut buffer = [0; 128];
    // What is sent to a board before it listens is lost: it says when it does.
    let is_told = uart.write(b"\n").await.is_ok();
    // The line has no end: `[DONE]` is the end.
    while is_told
        && decoder.verdict().is_err()
        && let Ok(count) = uart.read(&mut buffer).await
    {
        let mut input = buffer.get(..count).unwrap_or_default();
        while let Some(event) = decoder.next_event(&mut input) {
            match event {
                Ok(Event::Content(text)) => console.print(text),
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }
    decoder.verdict() == Ok(Verdict::Finished)
}
