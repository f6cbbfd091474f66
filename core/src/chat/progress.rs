//! Which choices have been seen, and which of them are finished.

/// One bit for each choice.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    seen: [u64; 2],
    finished: [u64; 2],
}

/// The largest index of a choice.
pub(super) const MAX_CHOICE: u8 = 127;

impl Progress {
    pub(super) const fn new() -> Self {
        Self { seen: [0; 2], finished: [0; 2] }
    }

    /// A piece of the choice has ended, with or without a reason. `index` is at most [`MAX_CHOICE`].
    pub(super) fn mark(&mut self, index: u8, is_finished: bool) {
        let bit = 1_u64.wrapping_shl(u32::from(index));
        let half = usize::from(index >= 64);
        if let (Some(seen), Some(finished)) = (self.seen.get_mut(half), self.finished.get_mut(half)) {
            *seen |= bit;
            *finished |= if is_finished { bit } else { 0 };
        }
    }

    pub(super) fn has_choices(&self) -> bool {
        self.seen != [0; 2]
    }

    /// Whether there are choices, and each has ended with a reason.
    pub(super) fn is_finished(&self) -> bool {
        self.has_choices() && self.seen == self.finished
    }
}
