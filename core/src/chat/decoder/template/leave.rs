//! An event differs from its template: the machine reads on, and the template may learn from it.

use super::follow::Place;
use super::memory::{Span, What};
use super::varying::Varying;
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
        let Some((number, span)) = skipped else {
            self.policy.note_missed();
            self.catch_up();
            if let Some(target) = text {
                self.drop_template(Varying::of(target));
            }
            return;
        };
        if self.learn_hole(number, span) {
            // Then there is no reason to keep another event.
            self.varying = self.varying.and(Varying::of_skipped(number));
        } else {
            self.policy.note_missed();
        }
        self.resume();
    }

    /// The string with that number, which is skipped, differs from the one that the template has there: from now on it is a hole, as if
    /// an event had been kept anew. Whether it could be made one. The machine goes where the event differs.
    fn learn_hole(&mut self, number: u8, span: Span) -> bool {
        self.replay_up_to(span.start);
        let Place { slot, part, matched, .. } = self.place;
        let hole = self.reader.hole();
        let template = self.templates.get(slot);
        self.reader.replay(template.literal(span.start, span.end).unwrap_or_default());
        let behind = hole.stand.behind(hole.upon, hole.choice);
        let is_as_others = hole.upon == Upon::SkippedString && self.reader.machine.stand() == behind;
        self.reader.stand_at(&hole.stream, &hole.stand);
        self.reader.replay(template.literal(span.start, matched).unwrap_or_default());
        let is_open = is_as_others && self.templates.get_mut(slot).open_hole(part, number, hole);
        self.shared = self.templates.shared();
        is_open
    }

    /// The template is of no use, for a value differs that will be a hole in the next one.
    fn drop_template(&mut self, value: Varying) {
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
        self.resume();
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

    /// The machine stands where the event was compared to, and decodes the rest of it. It says what is due itself.
    fn resume(&mut self) {
        self.mode = Mode::Plain { is_ending: self.reader.is_behind_document() };
        self.place.due = 0;
    }
}
