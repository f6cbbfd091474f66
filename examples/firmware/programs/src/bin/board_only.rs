//! The board alone: prints what comes over the UART, up to a line end, and sends it back. Every other UART program takes this
//! much of flash and RAM before it has said a word to a gateway.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::block_on;
use board::uart::{BlockingUart, UartError};
use board::{Board, entry};
use embedded_io_async::{Read, Write};

programs::panics_do_not_link!();

const PATIENCE: Duration = Duration::from_secs(5);

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut uart = board.uart.blocking(PATIENCE);
    let result = block_on(echo(&mut uart, &mut console));
    programs::report_stack(&mut console);
    exit(result.is_ok())
}

async fn echo(uart: &mut BlockingUart, console: &mut Console) -> Result<(), UartError> {
    let mut buffer = [0; 64];
    // What is sent to a board before it listens is lost: it says when it does.
    uart.write(b"\n").await?;
    loop {
        let count = uart.read(&mut buffer).await?;
        let mut rest = buffer.get(..count).unwrap_or_default();
        let is_last = rest.ends_with(b"\n");
        console.print(str::from_utf8(rest).unwrap_or("?"));
        while !rest.is_empty() {
            let sent = uart.write(rest).await?;
            rest = rest.get(sent..).unwrap_or_default();
        }
        if is_last {
            return uart.flush().await;
        }
    }
}
