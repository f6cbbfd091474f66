//! The UART for a program that has nothing else to do.

use core::future::{Future, poll_fn};
use core::task::Poll;
use core::time::Duration;

use embedded_io_async::{ErrorType, Read, Write};

use super::{Uart, UartError};
use crate::{clock, executor};

/// Waits in place: the core sleeps within the call, and no future of it is ever pending.
///
/// A program in which nothing is ever pending polls its future once. The compiler sees that, and drops the code that resumes
/// and the one that panics when a future that has ended is polled again. A deadline beside such a future would never come to
/// its turn: instead of it, a read fails with [`UartError::Silence`] when nothing comes for too long.
#[derive(Debug)]
pub struct BlockingUart {
    uart: Uart,
    patience_ms: u32,
}

impl BlockingUart {
    pub(super) fn new(uart: Uart, patience: Duration) -> Self {
        Self { uart, patience_ms: u32::try_from(patience.as_millis()).unwrap_or(u32::MAX) }
    }

    fn read(&mut self, out: &mut [u8]) -> Result<usize, UartError> {
        let start = clock::milliseconds();
        loop {
            if let Some(result) = self.uart.try_read(out) {
                return result;
            }
            if clock::milliseconds().wrapping_sub(start) > self.patience_ms {
                return Err(UartError::Silence);
            }
            executor::sleep();
        }
    }

    fn write(&mut self, bytes: &[u8]) -> usize {
        loop {
            if let Some(count) = self.uart.try_write(bytes) {
                return count;
            }
            executor::sleep();
        }
    }

    fn flush(&mut self) {
        while self.uart.is_sending() {
            executor::sleep();
        }
    }
}

impl ErrorType for BlockingUart {
    type Error = UartError;
}

// Nothing is done before a future is polled, as with any other transport.
impl Read for BlockingUart {
    fn read(&mut self, out: &mut [u8]) -> impl Future<Output = Result<usize, UartError>> {
        poll_fn(move |_| Poll::Ready(Self::read(self, out)))
    }
}

impl Write for BlockingUart {
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<usize, UartError>> {
        poll_fn(move |_| Poll::Ready(Ok(Self::write(self, bytes))))
    }

    fn flush(&mut self) -> impl Future<Output = Result<(), UartError>> {
        poll_fn(|_| {
            Self::flush(self);
            Poll::Ready(Ok(()))
        })
    }
}
