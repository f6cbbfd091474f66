//! A string that was the same in all events so far becomes a hole.

use core::cell::Cell;

use super::{Hole, Indices, Segment, Span, Stop, Template};

impl<const SIZE: usize> Template<SIZE> {
    /// Makes a hole of the string that is skipped with that number, in that part of the literal; whether there was room for it.
    pub(in super::super) fn open_hole(&mut self, part: u8, number: u8, hole: Hole) -> bool {
        let skipped = self.skipped.get_mut(usize::from(number));
        let (Some(skipped), Some(None)) = (skipped, self.holes.last()) else { return false };
        let string = *skipped;
        skipped.end = string.start;
        self.remove(string);
        let steps = self.steps_up_to(part, 0, string.start);
        let segment = Segment { end: string.start, steps, stop: Stop::Skipped, indices: Indices::NONE };
        insert(&mut self.segments, part, segment);
        insert(&mut self.holes, part, Some(hole));
        true
    }

    /// Takes a part out of the literal, within which nothing is told.
    fn remove(&mut self, part: Span) {
        let Span { start, end } = part;
        debug_assert!(
            self.told().all(|step| step.end <= start || step.end > end),
            "what is told there is lost"
        );
        let removed = end.wrapping_sub(start);
        let range = usize::from(start)..usize::from(self.length);
        // What the standard library has for this panics where it does not fit.
        let bytes = Cell::from_mut(self.literal.get_mut(range).unwrap_or_default()).as_slice_of_cells();
        for (to, from) in bytes.iter().zip(bytes.iter().skip(usize::from(removed))) {
            to.set(from.get());
        }
        self.length = self.length.wrapping_sub(removed);
        let spans = self.skipped.iter_mut().flat_map(|span| [&mut span.start, &mut span.end]);
        let steps = self.steps.iter_mut().map(|step| &mut step.end);
        let segments = self.segments.iter_mut().map(|segment| &mut segment.end);
        for place in spans.chain(steps).chain(segments).filter(|place| **place > start) {
            *place = place.wrapping_sub(removed);
        }
    }
}

/// Puts it there, and what stands there and behind one further; the last one is gone.
fn insert<T>(list: &mut [T], place: u8, mut item: T) {
    for other in list.iter_mut().skip(usize::from(place)) {
        core::mem::swap(other, &mut item);
    }
}
