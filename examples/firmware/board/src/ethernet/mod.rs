//! The board's Ethernet controller (section 15), as a driver of `embassy-net`.

mod frame;

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};

use self::frame::{FRAME_SIZE, Frame};
use crate::executor;
use crate::registers::{ethernet, system};

/// An address of the range that is administered locally. A product would have one of its own.
const ADDRESS: [u8; 6] = [0x02, 0x00, 0x00, 0x4c, 0x4d, 0x33];

/// The controller. It moves no data by itself: frames are copied from and to its queues, word by word.
///
/// The link counts as up all the time, since the emulated board has no PHY to ask.
#[derive(Debug)]
pub struct Ethernet {
    received: Frame,
    sent: Frame,
}

impl Ethernet {
    pub(crate) fn start() -> Self {
        system::CLOCK_GATES_2.set(CLOCK_MAC | CLOCK_PHY);
        system::CLOCK_GATES_2.read();
        let [a, b, c, d, e, f] = ADDRESS;
        ethernet::ADDRESS_LOW.write(u32::from_le_bytes([a, b, c, d]));
        ethernet::ADDRESS_HIGH.write(u32::from_le_bytes([e, f, 0, 0]));
        ethernet::RECEIVE_CONTROL.write(RESET_QUEUE);
        ethernet::RECEIVE_CONTROL.write(ENABLE | REFUSE_BAD_CHECKSUMS);
        ethernet::SEND_CONTROL.write(ENABLE | PAD | ADD_CHECKSUM | FULL_DUPLEX);
        ethernet::INTERRUPTS.write(ALL_INTERRUPTS);
        ethernet::INTERRUPT_MASK.write(ON_RECEIVE);
        Self { received: Frame::new(), sent: Frame::new() }
    }
}

/// Something was received.
pub(crate) extern "C" fn interrupt() {
    ethernet::INTERRUPTS.write(ON_RECEIVE);
    executor::wake();
}

impl Driver for Ethernet {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = ToSend<'a>;

    // No waker needs to be kept: interrupts wake the whole program.
    fn receive(&mut self, _: &mut Context<'_>) -> Option<(Received<'_>, ToSend<'_>)> {
        while ethernet::FRAMES_RECEIVED.read() & COUNT != 0 {
            if self.received.take_from_queue() {
                return Some((Received(&mut self.received), ToSend(&mut self.sent)));
            }
        }
        None
    }

    fn transmit(&mut self, _: &mut Context<'_>) -> Option<ToSend<'_>> {
        // While a frame is leaving, the next one may not be begun. The clock wakes the program soon enough.
        (ethernet::SEND_REQUEST.read() & SEND == 0).then_some(ToSend(&mut self.sent))
    }

    fn link_state(&mut self, _: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME_SIZE;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(ADDRESS)
    }
}

/// A frame that has been received.
#[derive(Debug)]
pub struct Received<'a>(&'a mut Frame);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        read(self.0.bytes())
    }
}

/// Room for a frame to send.
#[derive(Debug)]
pub struct ToSend<'a>(&'a mut Frame);

impl TxToken for ToSend<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, write: F) -> R {
        let result = write(self.0.resized(length));
        // A reply may be due while the frame before it is still leaving: a tenth of a millisecond at most.
        while ethernet::SEND_REQUEST.read() & SEND != 0 {}
        self.0.put_into_queue();
        ethernet::SEND_REQUEST.write(SEND);
        result
    }
}

const CLOCK_MAC: u32 = 1 << 28;
const CLOCK_PHY: u32 = 1 << 30;
const ENABLE: u32 = 1;
// Receive control.
const REFUSE_BAD_CHECKSUMS: u32 = 1 << 3;
const RESET_QUEUE: u32 = 1 << 4;
// Send control.
const PAD: u32 = 1 << 1;
const ADD_CHECKSUM: u32 = 1 << 2;
const FULL_DUPLEX: u32 = 1 << 4;
// Interrupts.
const ON_RECEIVE: u32 = 1;
const ALL_INTERRUPTS: u32 = 0x7F;
/// The count of [`ethernet::FRAMES_RECEIVED`].
const COUNT: u32 = 0x3F;
/// The frame in the queue is to be sent; reads as 1 while it is.
const SEND: u32 = 1;
