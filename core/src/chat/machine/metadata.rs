//! Metadata of the completion, which may be told once.

use crate::chat::schema::{Action, Slot, Target};

/// Which of these values have come, if they are to be told once: one bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metadata(u8);

/// They are to be told once.
const ONCE: u8 = 1 << 7;
const CREATED: u8 = 1 << 6;

/// That of a text; none, if it is told whenever it comes. A tier is: first the one that was asked for, then the one that serves.
const fn bit(target: Target) -> u8 {
    match target {
        Target::Id => 1,
        Target::Model => 1 << 1,
        Target::SystemFingerprint => 1 << 2,
        _ => 0,
    }
}

impl Metadata {
    /// All is told, as often as it comes.
    pub(super) const fn new() -> Self {
        Self(0)
    }

    /// From now on each is told once.
    pub(super) const fn want_once(&mut self) {
        self.0 |= ONCE;
    }

    /// A text was told that is not empty.
    #[inline]
    pub(super) const fn note(&mut self, target: Target) {
        if self.0 & ONCE != 0 {
            self.0 |= bit(target);
        }
    }

    /// A time was told.
    #[inline]
    pub(super) const fn note_created(&mut self) {
        if self.0 & ONCE != 0 {
            self.0 |= CREATED;
        }
    }

    /// Whether anything was told that is not to be told again.
    #[cfg(target_pointer_width = "64")]
    #[inline]
    pub(super) const fn has_any_over(self) -> bool {
        self.0 & !ONCE != 0
    }

    /// Whether this was told and is not to be told again.
    #[inline]
    pub(super) const fn is_over(self, action: Action) -> bool {
        let bit = match action {
            Action::Read(target) | Action::Raw(target) => bit(target),
            Action::Number(Slot::Created) => CREATED,
            _ => 0,
        };
        self.0 & bit != 0
    }
}
