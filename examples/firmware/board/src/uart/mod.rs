//! UART 0.

mod blocking;

use core::fmt;
use core::future::{Future, poll_fn};
use core::sync::atomic::{AtomicU8, Ordering};
use core::task::Poll;
use core::time::Duration;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

use crate::clock::SYSTEM_HZ;
use crate::registers::{port_a, system, uart};
use crate::ring::Ring;
use crate::{executor, interrupts};

pub use self::blocking::BlockingUart;

/// Bits in a second, each way; 8 bits a byte, no parity, one stop bit.
pub const BAUD: u32 = 115_200;

/// What is received between two reads: 11 ms at [`BAUD`]. When it is full, bytes stay in the hardware's queue of 16; when
/// that is full as well, the hardware drops what comes and says so, and the next read behind the gap is an
/// [`Overrun`](UartError::Overrun).
const RECEIVE_SIZE: usize = 128;

static RECEIVED: Ring<RECEIVE_SIZE> = Ring::new();
/// What was wrong with the byte behind those in [`RECEIVED`], as bits of the data register; reception stands still until
/// the reader has taken it.
static FAULT: AtomicU8 = AtomicU8::new(0);

/// UART 0: received by interrupt into a ring of 128 bytes, sent from the hardware's queue.
///
/// Futures of it may be dropped at any moment: what a dropped `read` would have given stays in the ring, and a dropped
/// `write` has sent nothing.
#[derive(Debug)]
pub struct Uart(());

/// What the receiver reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UartError {
    /// Bytes came faster than they were read, and some are lost.
    Overrun,
    /// A byte did not end where it should, or the line was held low.
    Framing,
    /// Nothing came for as long as a [`BlockingUart`] waits.
    Silence,
}

impl Uart {
    pub(crate) fn start() -> Self {
        system::CLOCK_GATES_1.set(CLOCK_UART0);
        system::CLOCK_GATES_2.set(CLOCK_PORT_A);
        // A peripheral may be accessed three cycles after its clock has started (section 5.2.6): reading back takes longer.
        system::CLOCK_GATES_2.read();
        port_a::ALTERNATE_FUNCTION.set(PINS);
        port_a::DIGITAL_ENABLE.set(PINS);

        // The divisor is the clock by 16 times the rate, in 64ths (section 12.3.2).
        const DIVISOR: u32 = (SYSTEM_HZ * 4 + BAUD / 2) / BAUD;
        uart::CONTROL.write(0);
        uart::BAUD_INTEGER.write(DIVISOR / 64);
        uart::BAUD_FRACTION.write(DIVISOR % 64);
        uart::LINE_CONTROL.write(EIGHT_BITS | QUEUES);
        uart::INTERRUPT_CLEAR.write(ALL_INTERRUPTS);
        uart::INTERRUPT_MASK.write(ON_RECEIVE);
        uart::CONTROL.write(ENABLE | TRANSMIT | RECEIVE);
        Self(())
    }

    /// The same UART, but one that waits in place, and no longer than `patience` for something to read.
    pub fn blocking(self, patience: Duration) -> BlockingUart {
        BlockingUart::new(self, patience)
    }

    /// What has been received, if anything has, or what went wrong behind it.
    fn try_read(&mut self, out: &mut [u8]) -> Option<Result<usize, UartError>> {
        let count = RECEIVED.pop_into(out);
        let fault = if count == 0 { FAULT.load(Ordering::Relaxed) } else { 0 };
        if fault != 0 {
            FAULT.store(0, Ordering::Relaxed);
        }
        interrupts::without(|| uart::INTERRUPT_MASK.set(ON_RECEIVE));
        match fault {
            0 => (count > 0 || out.is_empty()).then_some(Ok(count)),
            fault if fault & OVERRUN != 0 => Some(Err(UartError::Overrun)),
            _ => Some(Err(UartError::Framing)),
        }
    }

    /// Sends as much as the queue takes; if that is nothing, the program is woken when it takes some.
    fn try_write(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut count = 0;
        for byte in bytes {
            if uart::FLAGS.read() & SEND_QUEUE_FULL != 0 {
                break;
            }
            uart::DATA.write(u32::from(*byte));
            count += 1;
        }
        if count == 0 && !bytes.is_empty() {
            interrupts::without(|| uart::INTERRUPT_MASK.set(ON_SENT));
            return None;
        }
        Some(count)
    }

    fn is_sending(&self) -> bool {
        uart::FLAGS.read() & BUSY != 0
    }
}

/// Moves what the hardware has received to the ring, as long as there is room, and tells that it can send.
pub(crate) extern "C" fn interrupt() {
    while uart::FLAGS.read() & NOTHING_RECEIVED == 0 {
        if !RECEIVED.has_room() {
            // The rest stays in the hardware until the reader has made room.
            uart::INTERRUPT_MASK.clear(ON_RECEIVE);
            break;
        }
        let [byte, fault, ..] = uart::DATA.read().to_le_bytes();
        if fault != 0 {
            FAULT.store(fault, Ordering::Relaxed);
            uart::INTERRUPT_MASK.clear(ON_RECEIVE);
            break;
        }
        RECEIVED.push(byte);
    }
    if uart::FLAGS.read() & SEND_QUEUE_FULL == 0 {
        uart::INTERRUPT_MASK.clear(ON_SENT);
    }
    executor::wake();
}

impl ErrorType for Uart {
    type Error = UartError;
}

impl Read for Uart {
    fn read(&mut self, out: &mut [u8]) -> impl Future<Output = Result<usize, UartError>> {
        // Interrupts wake the program: no waker needs to be kept.
        poll_fn(move |_| self.try_read(out).map_or(Poll::Pending, Poll::Ready))
    }
}

impl Write for Uart {
    fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<usize, UartError>> {
        poll_fn(move |_| self.try_write(bytes).map_or(Poll::Pending, |count| Poll::Ready(Ok(count))))
    }

    fn flush(&mut self) -> impl Future<Output = Result<(), UartError>> {
        // There is no interrupt for it; the clock's comes often enough.
        poll_fn(|_| if self.is_sending() { Poll::Pending } else { Poll::Ready(Ok(())) })
    }
}

impl embedded_io_async::Error for UartError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Silence => ErrorKind::TimedOut,
            Self::Overrun | Self::Framing => ErrorKind::Other,
        }
    }
}

impl fmt::Display for UartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overrun => "bytes were received faster than they were read, and some are lost",
            Self::Framing => "what was received is no byte; check the baud rate and the line",
            Self::Silence => "nothing was received for too long",
        })
    }
}

impl core::error::Error for UartError {}

const CLOCK_UART0: u32 = 1;
const CLOCK_PORT_A: u32 = 1;
const PINS: u32 = 0b11;
// Flags.
const BUSY: u32 = 1 << 3;
const NOTHING_RECEIVED: u32 = 1 << 4;
const SEND_QUEUE_FULL: u32 = 1 << 5;
// Line control.
const QUEUES: u32 = 1 << 4;
const EIGHT_BITS: u32 = 0b11 << 5;
// Control.
const ENABLE: u32 = 1;
const TRANSMIT: u32 = 1 << 8;
const RECEIVE: u32 = 1 << 9;
// Interrupts: the queue has filled to its mark, or something has been in it for a while.
const ON_RECEIVE: u32 = 1 << 4 | 1 << 6;
const ON_SENT: u32 = 1 << 5;
const ALL_INTERRUPTS: u32 = 0x7FF;
/// Of the second byte of the data register, beside bits for framing, parity and a break.
const OVERRUN: u8 = 1 << 3;
