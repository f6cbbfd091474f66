//! An event differs from its template: the machine reads on, and the template may learn from it.

use super::follow::{Place, Varying};
use super::memory::{Hole, Span, What};
use super::{Mode, Templated};
use crate::chat::interest::Interest;
use crate::chat::machine::Upon;

impl<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> Templated<I, TEMPLATE, SCRATCH> {
    /// The event differs from the template: the machine goes where it would stand had it read the event, and reads on.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(&mut self) {
        let Place { slot, part, step, matched, .. } = self.place;
        let template = self.templates.get(slot);
        let next = template.step(step).filter(|_| step < template.segment(part).steps);
        let text = match next.map(|step| (step.what, step.end)) {
            Some((What::Text { target, length, .. }, end))
                if matched >= end.wrapping_sub(length).wrapping_sub(1) =>
            {
                Some(target)
            }
            _ => None,
        };
        let skipped = template.skipped_at(matched).filter(|_| text.is_none());
        self.policy.note_missed();
        let Some((number, span)) = skipped else {
            self.catch_up();
            if let Some(target) = text {
                self.note_useless(Varying::of(target));
            }
            return;
        };
        let value = Varying::of_skipped(number);
        if self.open_hole(number, span) {
            self.varying = self.varying.and(value);
        } else {
            self.note_useless(value);
        }
        self.read_on();
    }

    /// Such a value will be a hole in the next template.
    fn note_useless(&mut self, value: Varying) {
        self.note_varying(value);
        self.templates.get_mut(self.place.slot).forget();
    }

    /// Such a value will be a hole in the next template, which is wanted.
    pub(super) fn note_varying(&mut self, value: Varying) {
        self.varying = self.varying.and(value);
        self.policy.want(1);
    }

    /// The machine goes over what was compared without it, and reads on.
    pub(super) fn catch_up(&mut self) {
        self.replay_up_to(self.place.matched);
        self.read_on();
    }

    fn read_on(&mut self) {
        self.mode = Mode::Plain { is_ending: self.reader.is_behind_document() };
        self.place.due = 0;
    }

    /// The string with that number, which is skipped, differs from the one that the template has there: from now on it is a hole, as if
    /// an event had been kept anew. Whether it could be made one. The machine goes where the event differs.
    fn open_hole(&mut self, number: u8, span: Span) -> bool {
        self.replay_up_to(span.start);
        let Place { slot, part, matched, .. } = self.place;
        let machine = &self.reader.machine;
        let (upon, stand) = (machine.upon(), machine.stand());
        let hole = Hole {
            upon,
            is_filled: false,
            choice: stand.choice(),
            stand,
            stream: self.reader.settled_stream(),
        };
        let template = self.templates.get(slot);
        self.reader.replay(template.literal(span.start, span.end).unwrap_or_default());
        let behind = hole.stand.behind(upon, hole.choice);
        let is_as_others = upon == Upon::SkippedString && self.reader.machine.stand() == behind;
        self.reader.stand_at(&hole.stream, &hole.stand);
        self.reader.replay(template.literal(span.start, matched).unwrap_or_default());
        let is_open = is_as_others && self.templates.get_mut(slot).open_hole(part, number, hole);
        self.shared = self.templates.shared();
        is_open
    }

    /// The machine goes to a place in the part of the template that is compared, over what comes before it there.
    fn replay_up_to(&mut self, end: u16) {
        let Place { slot, part, .. } = self.place;
        let template = self.templates.get(slot);
        if let Some(hole) = part.checked_sub(1).and_then(|before| template.hole(before)) {
            self.reader.stand_at(&hole.stream, &hole.stand.behind(hole.upon, hole.choice));
        } else if let Some(start) = &self.start {
            self.reader.stand_at(&start.stream, &start.stand);
        }
        self.reader.replay(template.literal(template.segment_start(part), end).unwrap_or_default());
    }
}
