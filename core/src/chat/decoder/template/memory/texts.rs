//! The values of an event that are handed out, once more.

/// Texts, laid out so that it takes little time to see that they are UTF-8: the standard library does that best in blocks of 16
/// bytes whose address is a multiple of 8.
#[derive(Clone, Debug)]
#[repr(align(8))]
pub(super) struct Texts {
    bytes: [u8; MAX_TEXTS],
    length: u16,
}

/// An id, the name of a model, a fingerprint, a role and a tier are some 100 bytes.
const MAX_TEXTS: usize = 192;
const BLOCK: usize = 16;

impl Texts {
    pub(super) const NEW: Self = Self { bytes: [0; MAX_TEXTS], length: 0 };

    pub(super) const fn forget(&mut self) {
        self.length = 0;
    }

    /// Adds a text; where it begins, if there is room.
    pub(super) fn push(&mut self, text: &str) -> Option<u16> {
        let start = usize::from(self.length);
        let end = start.checked_add(text.len().checked_next_multiple_of(BLOCK)?)?;
        let room = self.bytes.get_mut(start..end)?;
        for (place, byte) in room.iter_mut().zip(text.bytes().chain(core::iter::repeat(0))) {
            *place = byte;
        }
        let begin = self.length;
        self.length = u16::try_from(end).ok()?;
        Some(begin)
    }

    #[inline]
    pub(super) fn get(&self, start: u16, length: u16) -> &str {
        let (start, length) = (usize::from(start), usize::from(length));
        let end = start.wrapping_add(length.wrapping_add(BLOCK - 1) & !(BLOCK - 1));
        let blocks = core::str::from_utf8(self.bytes.get(start..end).unwrap_or_default()).unwrap_or_default();
        blocks.get(..length).unwrap_or_default()
    }
}
