//! Asks a question over the UART and prints the answer as it comes.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::run_at_once;
use board::uart::{BlockingUart, UartError};
use board::{Board, entry};
use choreoai_embedded::chat::{ChatRequest, Event, Message, Verdict};
use choreoai_embedded::{Endpoint, Error, Session};

programs::panics_do_not_link!();

/// How long the line may be silent before the answer counts as cut.
const PATIENCE: Duration = Duration::from_secs(2);
const GATEWAY: Endpoint<'_> = Endpoint::new("gateway").with_key("key");
const QUESTION: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("What is a crab?")]);

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut buffer = [0; 256];
    let uart = board.uart.blocking(PATIENCE);
    let mut session = Session::new(uart, &mut buffer).with_endpoint(GATEWAY);
    let is_finished =
        matches!(run_at_once(ask(&mut session, &mut console)), Some(Ok(Some(Verdict::Finished))));
    console.print(if is_finished { "\nfinished\n" } else { "\nnot finished\n" });
    programs::report_stack(&mut console);
    exit(is_finished)
}

async fn ask(
    session: &mut Session<'_, BlockingUart>,
    console: &mut Console,
) -> Result<Option<Verdict>, Error<UartError>> {
    let mut answer = session.stream(&QUESTION).await?;
    while let Some(event) = answer.next().await? {
        if let Event::Content(text) = event {
            console.print(text);
        }
    }
    Ok(answer.verdict())
}
