//! The questions over the UART.

use core::time::Duration;

use board::Board;
use board::clock::Clock;
use board::console::{Console, exit};
use board::executor::block_on;
use choreoai_embedded::Client;
use choreoai_embedded::time::{Deadlines, DelayTimer, Timer};

use crate::{ByClient, ByText, GATEWAY, Line, Questions, Report, report_stack};

/// The bridge behind the line connects again after a second.
const QUIET_MS: u32 = 1500;
const DEADLINES: Deadlines = Deadlines {
    connect: Some(Duration::from_secs(10)),
    first_event: Some(Duration::from_secs(3)),
    idle: Some(Duration::from_secs(2)),
    total: None,
};

/// Asks all questions over the UART, and ends the program. `thermometer` answers to the arguments of a tool call.
pub fn ask_over_uart(thermometer: fn(&str) -> &'static str) -> ! {
    let Some(Board { uart, clock, .. }) = Board::take() else { exit(false) };
    let mut console = Console::open();
    let mut buffer = [0; 128];
    let mut client = client(Line::new(uart, clock, QUIET_MS), clock, &mut buffer);
    let success = ask(&mut client, &mut console, thermometer);
    report_stack(&mut console);
    exit(success)
}

// Two parts, one after the other, of which neither needs its share of the stack while the other one is at work.

#[inline(never)]
fn client(
    line: Line,
    clock: Clock,
    buffer: &mut [u8],
) -> Client<'_, Line, DelayTimer<Clock, impl Fn() -> Duration>, impl FnMut() -> u32, Report> {
    let timer = DelayTimer::new(clock, move || clock.now());
    Client::new(line, buffer, timer, move || clock.jitter())
        .with_report(Report::new())
        .with_endpoint(GATEWAY)
        .with_deadlines(DEADLINES)
}

#[inline(never)]
fn ask<T: Timer, N: FnMut() -> u32>(
    client: &mut Client<'_, Line, T, N, Report>,
    console: &mut Console,
    thermometer: fn(&str) -> &'static str,
) -> bool {
    block_on(Questions::new(ByClient::new(ByText, client), console).ask_all(thermometer))
}
