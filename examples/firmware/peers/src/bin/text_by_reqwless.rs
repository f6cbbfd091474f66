//! `uart_text` by reqwless.
#![no_std]
#![no_main]

use core::time::Duration;

use board::console::{Console, exit};
use board::executor::run_at_once;
use board::uart::BlockingUart;
use board::{Board, entry};
use embedded_io_async::Write;
use peers::{AUTHORIZATION, HOST, PATH, QUESTION};
use reqwless::headers::ContentType;
use reqwless::request::{Method, Request, RequestBuilder};
use reqwless::response::Response;

programs::panics_are_failures!();

const PATIENCE: Duration = Duration::from_secs(5);

#[entry]
fn main() -> ! {
    let Some(board) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut uart = board.uart.blocking(PATIENCE);
    let is_finished = matches!(run_at_once(ask(&mut uart, &mut console)), Some(Ok(true)));
    peers::end(is_finished, &mut console)
}

async fn ask(uart: &mut BlockingUart, console: &mut Console) -> Result<bool, reqwless::Error> {
    let request = Request::post(PATH)
        .host(HOST)
        .content_type(ContentType::ApplicationJson)
        .headers(&[AUTHORIZATION])
        .body(QUESTION.as_bytes())
        .build();
    request.write_header(uart).await?;
    uart.write_all(QUESTION.as_bytes()).await.map_err(|_| reqwless::Error::ConnectionAborted)?;
    let mut buffer = [0; 512];
    let response = Response::read(uart, Method::POST, &mut buffer).await?;
    if !response.status.is_successful() {
        return Ok(false);
    }
    Ok(peers::print(response.body().reader(), console).await)
}
