//! What the programs share: all but the HTTP.
//!
//! They do what `uart_text` and `uart_full` do, on the same board, with the lowest layer of their crates that reads a response. A head they
//! take as a whole, and have 512 bytes for it; for a body they have as much as those programs.
#![no_std]

mod asker;
mod patient;

use board::console::{Console, exit};
use choreoai_core::chat::{Event, TextDecoder, Verdict};
use embedded_io_async::Read;
pub use programs::text::QUESTION;

pub use crate::asker::{Answer, Broken, Http, ask_over_uart, write};
pub use crate::patient::Patient;

/// Where the question goes.
pub const PATH: &str = "/v1/chat/completions";
/// The gateway's host.
pub const HOST: &str = "gateway";
/// The key.
pub const AUTHORIZATION: (&str, &str) = ("Authorization", "Bearer key");

/// Prints the text of the answer in `body`, as it comes. Whether the answer came to its end.
pub async fn print(mut body: impl Read, console: &mut Console) -> bool {
    let mut decoder = TextDecoder::new();
    let mut buffer = [0; 256];
    while decoder.verdict().is_err()
        && let Ok(count @ 1..) = body.read(&mut buffer).await
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
    decoder.end();
    decoder.verdict() == Ok(Verdict::Finished)
}

/// Says how it went, and ends the program.
pub fn end(is_finished: bool, console: &mut Console) -> ! {
    console.print(if is_finished { "\nfinished\n" } else { "\nnot finished\n" });
    programs::report_stack(console);
    exit(is_finished)
}
