//! Asks a question over the UART and prints the text of the answer as it comes: the least that takes. The request stands in
//! flash as it is sent.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::run_at_once;
use board::uart::{BlockingUart, UartError};
use board::{Board, entry};
use choreoai_embedded::chat::{Event, TextDecoder, Verdict};
use choreoai_embedded::time::Untimed;
use choreoai_embedded::{Error, Session, StatusOnly};
use programs::GATEWAY;
use programs::text::QUESTION;

type TextSession<'b> = Session<'b, BlockingUart, Untimed, StatusOnly, TextDecoder>;

programs::panics_do_not_link!();

/// How long the line may be silent before the answer counts as cut.
const PATIENCE: Duration = Duration::from_secs(2);

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut buffer = [0; 256];
    let uart = board.uart.blocking(PATIENCE);
    let mut session = Session::new(uart, &mut buffer).with_endpoint(GATEWAY).with_decoder(TextDecoder::new);
    let is_finished =
        matches!(run_at_once(ask(&mut session, &mut console)), Some(Ok(Some(Verdict::Finished))));
    console.print(if is_finished { "\nfinished\n" } else { "\nnot finished\n" });
    programs::report_stack(&mut console);
    exit(is_finished)
}

async fn ask(
    session: &mut TextSession<'_>,
    console: &mut Console,
) -> Result<Option<Verdict>, Error<UartError>> {
    let mut answer = session.send(QUESTION).await?;
    while let Some(event) = answer.next().await? {
        if let Event::Content(text) = event {
            console.print(text);
        }
    }
    Ok(answer.verdict())
}
