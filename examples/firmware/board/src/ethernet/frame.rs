//! Frames in memory and in the controller's queues.

use crate::registers::ethernet::DATA;

/// Two addresses, a type, and 1,500 bytes of payload.
pub(super) const FRAME_SIZE: usize = HEADER + 1500;
const HEADER: usize = 14;
/// In the queue a length of two bytes stands ahead of a frame, and behind a received one its checksum.
const LENGTH: usize = 2;
const CHECKSUM: usize = 4;

/// A frame, without the checksum.
#[derive(Debug)]
pub(super) struct Frame {
    bytes: [u8; FRAME_SIZE],
    length: usize,
}

impl Frame {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; FRAME_SIZE], length: 0 }
    }

    pub(super) fn bytes(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }

    /// The frame's bytes, after it has been given that length, or the largest if it is less.
    pub(super) fn resized(&mut self, length: usize) -> &mut [u8] {
        self.length = length.min(FRAME_SIZE);
        self.bytes()
    }

    /// Takes the next frame off the queue; whether it is one: what is too long or too short is taken off, and dropped.
    pub(super) fn take_from_queue(&mut self) -> bool {
        // The first word holds the length of all that is in the queue, and the frame's first two bytes.
        let [low, high, first, second] = DATA.read().to_le_bytes();
        let queued = usize::from(u16::from_le_bytes([low, high]));
        let mut words = (1..queued.div_ceil(4)).map(|_| DATA.read().to_le_bytes());
        let length = queued.saturating_sub(LENGTH + CHECKSUM);
        let is_frame = (HEADER..=FRAME_SIZE).contains(&length);
        if is_frame {
            let bytes = [first, second].into_iter().chain(words.by_ref().flatten());
            self.resized(length).iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        }
        // The rest of the checksum, or all of what is no frame.
        words.for_each(drop);
        is_frame
    }

    /// Puts the frame into the queue.
    pub(super) fn put_into_queue(&mut self) {
        // The length that stands ahead of it counts neither the addresses nor the type.
        let [low, high, ..] = self.length.saturating_sub(HEADER).to_le_bytes();
        let mut bytes = [low, high].into_iter().chain(self.bytes().iter().copied());
        while let Some(first) = bytes.next() {
            let mut next = || bytes.next().unwrap_or_default();
            DATA.write(u32::from_le_bytes([first, next(), next(), next()]));
        }
    }
}
