//! When another event is to be kept.

/// To keep an event costs as much as to decode some five, so it is done where that promises something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    /// Grows with each event that could not be followed to its end, and shrinks with each that could.
    trouble: u8,
    /// With so much trouble, another event is kept.
    patience: u8,
    /// So many events are to be kept whatever the trouble.
    wanted: u8,
    /// One was followed to its end since the last one was kept.
    was_useful: bool,
}

/// Two events that cannot be followed are too many.
const PATIENCE: u8 = 2 * MISS;
const MISS: u8 = 2;
const MOST_PATIENCE: u8 = 252;

impl Policy {
    pub(super) const NEW: Self = Self { trouble: 0, patience: PATIENCE, wanted: 1, was_useful: true };

    pub(super) const fn wants_another(&self) -> bool {
        self.wanted > 0 || self.trouble >= self.patience
    }

    /// An event is about to be kept; whether because of trouble.
    pub(super) fn begin(&mut self) -> bool {
        let is_for_trouble = self.wanted == 0;
        if is_for_trouble {
            // Should it not help, the next one is kept later.
            self.patience =
                if self.was_useful { PATIENCE } else { self.patience.saturating_mul(2).min(MOST_PATIENCE) };
            self.was_useful = false;
        }
        self.trouble = 0;
        self.wanted = self.wanted.saturating_sub(1);
        is_for_trouble
    }

    /// An event that is worth being kept is among the next ones, which is known so often only.
    pub(super) fn want(&mut self, events: u8) {
        self.wanted = self.wanted.max(events);
    }

    /// One of another kind was kept.
    pub(super) const fn note_kept(&mut self) {
        self.wanted = 0;
    }

    /// An event was followed to its end.
    pub(super) const fn note_followed(&mut self) {
        self.was_useful = true;
        self.trouble = self.trouble.saturating_sub(1);
    }

    /// An event could not be followed.
    pub(super) const fn note_missed(&mut self) {
        self.trouble = self.trouble.saturating_add(MISS);
    }
}
