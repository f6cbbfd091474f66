//! Which choices have been seen, and which of them are finished.

/// One bit for each choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    seen: [u32; 4],
    finished: [u32; 4],
}

/// The largest index of a choice.
pub(super) const MAX_CHOICE: u8 = 127;

impl Progress {
    pub(super) const fn new() -> Self {
        Self { seen: [0; 4], finished: [0; 4] }
    }

    /// A piece of the choice has ended, with or without a reason. `index` is at most [`MAX_CHOICE`].
    pub(super) fn mark(&mut self, index: u8, is_finished: bool) {
        let bit = 1_u32.wrapping_shl(u32::from(index));
        let word = usize::from(index / 32);
        if let (Some(seen), Some(finished)) = (self.seen.get_mut(word), self.finished.get_mut(word)) {
            *seen |= bit;
            *finished |= if is_finished { bit } else { 0 };
        }
    }

    pub(super) fn has_choices(&self) -> bool {
        self.seen != [0; 4]
    }

    /// Whether there are choices, and each has ended with a reason.
    pub(super) fn is_finished(&self) -> bool {
        self.has_choices() && self.seen == self.finished
    }
}
