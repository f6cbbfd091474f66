//! The UART as a connection.

use board::clock::Clock;
use board::uart::{Uart, UartError};
use choreoai_embedded::connect::Connect;
use embassy_futures::select::{Either, select};
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::Read;

/// A UART that leads to a gateway: through a modem, a bridge, an emulator.
///
/// Nothing tells it when the connection behind it is cut or made anew. A cut shows by silence, so a deadline finds it; and what is
/// behind the line makes the next connection by itself.
#[derive(Debug)]
pub struct Line {
    uart: Uart,
    clock: Clock,
    quiet_ms: u32,
}

impl Line {
    /// A line that counts as a new connection once nothing has been received for so many milliseconds: what is behind it needs
    /// less to connect again, and a gateway that still sends does not pause for so long.
    pub const fn new(uart: Uart, clock: Clock, quiet_ms: u32) -> Self {
        Self { uart, clock, quiet_ms }
    }
}

impl Connect for Line {
    type Error = UartError;
    type Socket = Uart;

    /// Resynchronises the line: what comes until it is quiet belongs to a response that nobody waits for any more.
    async fn connect(&mut self) -> Result<(), UartError> {
        let mut dropped = [0; 16];
        // Bytes that were lost or spoilt are as good as any other here.
        while let Either::First(_) =
            select(self.uart.read(&mut dropped), self.clock.delay_ms(self.quiet_ms)).await
        {}
        Ok(())
    }

    fn socket(&mut self) -> Option<&mut Uart> {
        Some(&mut self.uart)
    }

    fn close(&mut self) {}
}
