//! When another event is to be kept.

use super::memory::Slot;

/// To keep an event costs several times as much as to decode it, so it is done where that promises something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// Grows with each event that could not be followed to its end, and shrinks with each that could.
    trouble: u8,
    /// With so much trouble, another event is kept.
    patience: u8,
    /// So many events are to be kept whatever the trouble.
    wanted: u8,
    /// Where the event is that was kept last, unless it was known already.
    kept: Option<Slot>,
    /// How many others were like it, to their end.
    uses: u8,
    /// An event was let pass because the answer had not begun.
    has_waited: bool,
}

/// Two events that cannot be followed are too many.
const PATIENCE: u8 = 2 * MISS;
const MISS: u8 = 2;
const MOST_PATIENCE: u8 = 252;
/// So many uses pay for what it costs to keep an event.
const USEFUL: u8 = 8;

impl Policy {
    pub(super) const NEW: Self =
        Self { trouble: 0, patience: PATIENCE, wanted: 1, kept: None, uses: USEFUL, has_waited: false };

    /// Whether to let the next event pass: the one with which the answer begins changes what lasts, and could not be kept. One alone, for
    /// a decoder for text sees nothing of some answers.
    pub(super) const fn waits(&mut self, has_begun: bool) -> bool {
        !has_begun && !core::mem::replace(&mut self.has_waited, true)
    }

    pub(super) const fn wants_another(&self) -> bool {
        self.wanted > 0 || self.trouble >= self.patience
    }

    /// An event is about to be kept; whether because of trouble.
    pub(super) fn begin(&mut self) -> bool {
        let is_for_trouble = self.wanted == 0;
        if is_for_trouble {
            // Should it not help, the next one is kept later.
            self.patience = if self.uses >= USEFUL {
                PATIENCE
            } else {
                self.patience.saturating_mul(2).min(MOST_PATIENCE)
            };
            (self.kept, self.uses) = (None, 0);
        }
        self.trouble = 0;
        self.wanted = self.wanted.saturating_sub(1);
        is_for_trouble
    }

    /// An event that is worth being kept is among the next ones, which is known so often only.
    pub(super) fn want(&mut self, events: u8) {
        self.wanted = self.wanted.max(events);
    }

    /// One of a new kind was kept there.
    pub(super) const fn note_kept(&mut self, slot: Slot) {
        self.wanted = 0;
        self.kept = Some(slot);
    }

    /// An event was like the one that is kept there, to its end.
    pub(super) fn note_followed(&mut self, slot: Slot) {
        if self.kept == Some(slot) {
            self.uses = self.uses.saturating_add(1);
        }
        self.trouble = self.trouble.saturating_sub(1);
    }

    /// An event could not be followed.
    pub(super) const fn note_missed(&mut self) {
        self.trouble = self.trouble.saturating_add(MISS);
    }
}
