//! Which values differ from event to event.

use crate::chat::schema::Target;

/// The values that were seen to differ from event to event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Varying {
    /// One bit for each target.
    targets: u32,
    /// One bit for each string that is skipped, in the order of the event.
    skipped: u8,
}

impl Varying {
    pub(super) const NONE: Self = Self { targets: 0, skipped: 0 };

    pub(super) const fn of(target: Target) -> Self {
        Self { targets: 1_u32.wrapping_shl(target as u32), skipped: 0 }
    }

    /// Below [`MAX_SKIPPED`](super::memory::MAX_SKIPPED).
    pub(super) const fn of_skipped(number: u8) -> Self {
        Self { targets: 0, skipped: 1_u8.wrapping_shl(number as u32) }
    }

    pub(super) const fn has(self, value: Self) -> bool {
        self.targets & value.targets == value.targets && self.skipped & value.skipped == value.skipped
    }

    pub(super) const fn and(self, value: Self) -> Self {
        Self { targets: self.targets | value.targets, skipped: self.skipped | value.skipped }
    }
}
