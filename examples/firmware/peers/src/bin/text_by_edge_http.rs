//! `uart_text` by edge-http.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::run_at_once;
use board::uart::{BlockingUart, UartError};
use board::{Board, entry};
use edge_http::io::{Body, Error};
use edge_http::{ConnectionType, Headers, Method, RequestHeaders, ResponseHeaders};
use embedded_io_async::Write;
use peers::{AUTHORIZATION, HOST, PATH, QUESTION};

programs::panics_are_failures!();

const PATIENCE: Duration = Duration::from_secs(5);
/// How many header fields are kept; the gateway's responses have four.
const FIELDS: usize = 16;

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut uart = board.uart.blocking(PATIENCE);
    let is_finished = matches!(run_at_once(ask(&mut uart, &mut console)), Some(Ok(true)));
    peers::end(is_finished, &mut console)
}

async fn ask(uart: &mut BlockingUart, console: &mut Console) -> Result<bool, Error<UartError>> {
    let mut headers = Headers::<4>::new();
    let mut length = heapless::String::new();
    headers.set_host(HOST).set_content_type("application/json").set(AUTHORIZATION.0, AUTHORIZATION.1);
    headers.set_content_len(QUESTION.len() as u64, &mut length);
    let request = RequestHeaders { http11: true, method: Method::Post, path: PATH, headers };
    request.send(false, &mut *uart).await?;
    uart.write_all(QUESTION.as_bytes()).await.map_err(Error::Io)?;
    let mut buffer = [0; 512];
    let mut response = ResponseHeaders::<FIELDS>::new();
    let (rest, received) = response.receive(&mut buffer, &mut *uart, true).await?;
    if response.code != 200 {
        return Ok(false);
    }
    let (_, body) = response.resolve(ConnectionType::KeepAlive)?;
    Ok(peers::print(Body::new(body, rest, received, uart), console).await)
}
