//! A line that is not waited for without end.

use board::clock::Clock;
use board::uart::{Uart, UartError};
use embassy_futures::select::{Either, select};
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{ErrorType, Read, Write};

/// How long a read may take, as nothing else tells of a cut line.
const PATIENCE_MS: u32 = 3000;

/// A UART whose reads end when nothing has come for long.
pub struct Patient<'u> {
    uart: &'u mut Uart,
    clock: Clock,
}

impl<'u> Patient<'u> {
    /// With this clock.
    pub fn new(uart: &'u mut Uart, clock: Clock) -> Self {
        Self { uart, clock }
    }
}

impl ErrorType for Patient<'_> {
    type Error = UartError;
}

impl Read for Patient<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, UartError> {
        match select(self.uart.read(buffer), self.clock.delay_ms(PATIENCE_MS)).await {
            Either::First(result) => result,
            Either::Second(()) => Err(UartError::Silence),
        }
    }
}

impl Write for Patient<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, UartError> {
        self.uart.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), UartError> {
        self.uart.flush().await
    }
}
