//! A queue of bytes from an interrupt to the program.

use core::sync::atomic::{AtomicU8, AtomicU16, Ordering};

/// Bytes on their way from one writer to one reader, of which one may interrupt the other.
///
/// `SIZE` is a power of two, so that the two counts may run over. Made of atomics, loaded and stored but never exchanged:
/// on every Cortex-M these are plain loads and stores, and nothing here is unsafe.
pub(crate) struct Ring<const SIZE: usize> {
    bytes: [AtomicU8; SIZE],
    /// How many bytes were ever written; the writer's.
    written: AtomicU16,
    /// How many bytes were ever read; the reader's.
    read: AtomicU16,
}

impl<const SIZE: usize> Ring<SIZE> {
    pub(crate) const fn new() -> Self {
        const { assert!(SIZE.is_power_of_two() && SIZE <= 1 << 15) };
        Self {
            bytes: [const { AtomicU8::new(0) }; SIZE],
            written: AtomicU16::new(0),
            read: AtomicU16::new(0),
        }
    }

    /// Whether another byte fits; to be asked by the writer.
    pub(crate) fn has_room(&self) -> bool {
        usize::from(self.length()) < SIZE
    }

    /// Adds a byte; to be called by the writer, while there [is room](Self::has_room).
    pub(crate) fn push(&self, byte: u8) {
        let written = self.written.load(Ordering::Relaxed);
        if let Some(place) = self.bytes.get(usize::from(written) % SIZE) {
            place.store(byte, Ordering::Relaxed);
        }
        self.written.store(written.wrapping_add(1), Ordering::Release);
    }

    /// Moves as many bytes to `out` as there are and as fit, and says how many; to be called by the reader.
    pub(crate) fn pop_into(&self, out: &mut [u8]) -> usize {
        let length = usize::from(self.length()).min(out.len());
        let mut read = self.read.load(Ordering::Relaxed);
        for (place, _) in out.iter_mut().zip(0..length) {
            if let Some(byte) = self.bytes.get(usize::from(read) % SIZE) {
                *place = byte.load(Ordering::Relaxed);
            }
            read = read.wrapping_add(1);
        }
        self.read.store(read, Ordering::Release);
        length
    }

    fn length(&self) -> u16 {
        self.written.load(Ordering::Acquire).wrapping_sub(self.read.load(Ordering::Acquire))
    }
}
