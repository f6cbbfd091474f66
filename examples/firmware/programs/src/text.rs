//! One question, and the text of its answer.

use board::Board;
use board::clock::Clock;
use board::console::{Console, exit};
use board::executor::block_on;
use board::uart::Uart;
use choreoai_embedded::chat::{Event, Verdict};
use choreoai_embedded::time::Watch;
use choreoai_embedded::{Answer, Decode, Error, Report};
use embedded_io_async::{Read, Write};

use crate::report_stack;

/// What they ask, as JSON text.
pub const QUESTION: &str =
    r#"{"model":"gpt-4","messages":[{"role":"user","content":"What is a crab?"}],"stream":true}"#;

/// Has `ask` ask, and ends the program: as a success if it got the whole answer.
pub fn run(ask: impl AsyncFnOnce(Uart, Clock, &mut Console) -> bool) -> ! {
    let Some(Board { uart, clock, .. }) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let is_finished = block_on(ask(uart, clock, &mut console));
    console.print(if is_finished { "\nfinished\n" } else { "\nnot finished\n" });
    report_stack(&mut console);
    exit(is_finished)
}

/// Prints the text of an answer as it comes; whether it is complete.
pub async fn print<S, W, R, D>(
    answer: Result<Answer<'_, '_, S, W, R, D>, Error<S::Error>>,
    console: &mut Console,
) -> bool
where
    S: Read + Write,
    W: Watch,
    R: Report,
    D: for<'e> Decode<Event<'e> = Event<'e>> + 'static,
{
    let Ok(mut answer) = answer else { return false };
    while let Ok(event) = answer.next().await {
        match event {
            Some(Event::Content(text)) => console.print(text),
            Some(_) => {}
            None => return answer.verdict() == Some(Verdict::Finished),
        }
    }
    false
}
