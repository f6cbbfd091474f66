//! The few bytes that the decoder holds of its own.

use crate::json::{Text, valid_prefix};

/// Text that could not be lent from the input: unescaped, or gathered over a cut.
#[derive(Clone, Debug)]
pub(super) struct Scratch<const SIZE: usize> {
    bytes: [u8; SIZE],
    length: u16,
    /// What is held was handed out; the next call starts afresh.
    is_lent: bool,
}

impl<const SIZE: usize> Scratch<SIZE> {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; SIZE], length: 0, is_lent: false }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether any scalar still fits.
    pub(super) const fn has_room(&self) -> bool {
        self.room() >= 4
    }

    /// How many bytes still fit.
    pub(super) const fn room(&self) -> usize {
        SIZE.saturating_sub(self.length as usize)
    }

    /// The place for more. What is put there must be text, and is added by [`grow`](Self::grow).
    #[cfg(target_pointer_width = "64")]
    pub(super) fn room_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(usize::from(self.length)..).unwrap_or_default()
    }

    /// So many bytes were put into the room.
    #[cfg(target_pointer_width = "64")]
    pub(super) fn grow(&mut self, bytes: usize) {
        self.length = self.length.saturating_add(u16::try_from(bytes).unwrap_or_default());
    }

    /// Adds all of `text`, or nothing; whether it fitted.
    pub(super) fn push(&mut self, text: Text<'_>) -> bool {
        match text {
            Text::Str(text) => self.push_bytes(text.as_bytes()),
            Text::Char(scalar) => self.push_bytes(scalar.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        valid_prefix(self.as_bytes())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// What is held is about to be handed out.
    pub(super) const fn lend(&mut self) {
        self.is_lent = true;
    }

    /// What was handed out is not looked at any more.
    pub(super) const fn reclaim(&mut self) {
        if self.is_lent {
            self.clear();
        }
    }

    pub(super) const fn clear(&mut self) {
        self.length = 0;
        self.is_lent = false;
    }

    fn push_bytes(&mut self, bytes: &[u8]) -> bool {
        let start = usize::from(self.length);
        let Some(end) = start.checked_add(bytes.len()) else { return false };
        let (Ok(length), Some(room)) = (u16::try_from(end), self.bytes.get_mut(start..end)) else {
            return false;
        };
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.length = length;
        true
    }
}
