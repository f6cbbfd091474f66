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
    /// How many others were like it, to their end, up to [`USEFUL`].
    uses: u8,
    /// One more event that can be followed to its end changes nothing.
    is_settled: bool,
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
    pub(super) const NEW: Self = Self {
        trouble: 0,
        patience: PATIENCE,
        wanted: 1,
        kept: None,
        uses: USEFUL,
        is_settled: false,
        has_waited: false,
    };

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
        self.is_settled = false;
    }

    /// An event was like the one that is kept there, to its end.
    pub(super) fn note_followed(&mut self, slot: Slot) {
        if self.kept == Some(slot) {
            self.uses = self.uses.saturating_add(1).min(USEFUL);
        }
        self.trouble = self.trouble.saturating_sub(1);
        self.is_settled = self.trouble == 0 && (self.kept.is_none() || self.uses == USEFUL);
    }

    /// Whether [`Self::note_followed`] would change nothing now.
    #[inline]
    pub(super) const fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// An event could not be followed.
    pub(super) const fn note_missed(&mut self) {
        self.trouble = self.trouble.saturating_add(MISS);
        self.is_settled = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What may happen, in any order.
    #[derive(Clone, Copy)]
    enum Happening {
        Followed(Slot),
        Missed,
        Begun,
        Kept(Slot),
    }

    const ALL: [Happening; 6] = [
        Happening::Followed(Slot::One),
        Happening::Followed(Slot::Two),
        Happening::Missed,
        Happening::Begun,
        Happening::Kept(Slot::One),
        Happening::Kept(Slot::Two),
    ];

    /// As when events are followed: what is settled is not counted, or it is.
    fn happen(policy: &mut Policy, happening: Happening, counts_all: bool) {
        match happening {
            Happening::Followed(slot) if counts_all || !policy.is_settled() => policy.note_followed(slot),
            Happening::Followed(_) => {}
            Happening::Missed => policy.note_missed(),
            Happening::Begun => _ = policy.begin(),
            Happening::Kept(slot) => policy.note_kept(slot),
        }
    }

    fn counted(policy: Policy) -> (u8, u8, u8, Option<Slot>, u8) {
        (policy.trouble, policy.patience, policy.wanted, policy.kept, policy.uses)
    }

    #[test]
    #[cfg_attr(miri, ignore = "many orders")]
    fn what_is_settled_would_change_nothing() {
        for order in 0..6_usize.pow(6) {
            let (mut policy, mut all) = (Policy::NEW, Policy::NEW);
            // Each some times in a row, which is what it takes to be settled.
            for step in 0..6 {
                for _ in 0..=USEFUL {
                    let happening = ALL[order / 6_usize.pow(step) % 6];
                    happen(&mut policy, happening, false);
                    happen(&mut all, happening, true);
                    assert_eq!(counted(policy), counted(all), "{order} up to {step}");
                }
            }
        }
    }
}
