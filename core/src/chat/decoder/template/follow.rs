//! An event is compared with the template, and decoded where it differs.

use super::memory::{Hole, Indices, Segment, Slot, What};
use super::{Found, Mode, Templated, Turn};
use crate::chat::interest::Interest;
use crate::chat::machine::{Signal, Upon, Within};
use crate::chat::schema::Target;
use crate::json::{Lexer, ShortText};

/// How far an event has been compared, and with which template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: Slot,
    /// The next step.
    step: u8,
    /// Those before this one are due.
    due: u8,
    /// The hole behind which the segment lies; the first segment lies behind none.
    behind: Option<u8>,
    /// The part of the literal up to the next hole.
    segment_start: u16,
    segment: Segment,
    /// How far the bytes were the same.
    matched: u16,
}

impl<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> Templated<I, TEMPLATE, SCRATCH> {
    /// Compares the event that begins here with what this slot holds.
    pub(super) fn begin_following(&mut self, slot: Slot) {
        self.mode = Mode::Following;
        let segment = self.templates.get(slot).segment(None);
        self.place = Place { slot, segment, ..Place::START };
    }

    /// The slot that the event behind this one is like, presumably: two kinds that took turns more than once do so again.
    #[inline(always)]
    fn expected_after(&mut self, slot: Slot) -> Slot {
        /// Once may be for good.
        const SURE: u8 = 2;
        let is_another = core::mem::replace(&mut self.followed, slot) != slot;
        self.turns = if is_another { self.turns.saturating_add(1) } else { 0 };
        if self.turns >= SURE && self.templates.get(slot.other()).is_complete() { slot.other() } else { slot }
    }

    /// What is due of that which was compared already.
    #[inline]
    pub(super) fn next_step(&mut self) -> Option<What> {
        let Place { slot, step, due, .. } = self.place;
        if step >= due {
            return None;
        }
        self.place.step = step.wrapping_add(1);
        self.templates.get(slot).step(step).map(|step| step.what)
    }

    /// Compares on. Meanwhile the machine stands still: it need not know.
    pub(super) fn follow<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        loop {
            let Place { slot, step, matched, segment, .. } = self.place;
            if matched < segment.end && !self.match_segment(input) {
                return self.compare(input);
            }
            match self.templates.get(slot).step(step).map(|step| step.what) {
                Some(What::Hole(number)) => return self.fill(number, input),
                Some(What::End) => {
                    self.policy.note_followed(slot);
                    self.has_switched = false;
                    let next = self.expected_after(slot);
                    self.begin_following(next);
                }
                Some(what) if step < segment.stop => {
                    self.place.step = step.wrapping_add(1);
                    return Turn::Found(Found::Step(what));
                }
                _ => return self.leave(),
            }
        }
    }

    /// Takes what is left of the segment off the front of `input`, if that is there; whether it is.
    #[inline(always)]
    fn match_segment(&mut self, input: &mut &[u8]) -> bool {
        let Place { slot, matched, segment, .. } = self.place;
        let literal = self.templates.get(slot).literal(matched, segment.end);
        let Some(rest) = input.strip_prefix(literal) else { return false };
        *input = rest;
        self.reader.note_consumed(literal.len());
        self.place.matched = segment.end;
        self.place.due = segment.stop;
        true
    }

    /// The input ends within the segment, or differs from it: consumes what is the same.
    #[inline(never)]
    fn compare<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        let Place { slot, step, matched, segment, .. } = self.place;
        let template = self.templates.get(slot);
        let literal = template.literal(matched, segment.end);
        let same = if literal.starts_with(input) { input.len() } else { common_prefix(input, literal) };
        self.place.matched = matched.wrapping_add(u16::try_from(same).unwrap_or_default());
        self.place.due = template.steps_up_to(step, self.place.matched);
        *input = input.get(same..).unwrap_or_default();
        self.reader.note_consumed(same);
        if let Some(what) = self.next_step() {
            return Turn::Found(Found::Step(what));
        }
        match input.is_empty() {
            true => Turn::Consumed,
            false if self.switch() => Turn::Again,
            false => self.leave(),
        }
    }

    /// Goes on with the other template, if that is the same up to here but not behind; whether it is.
    #[cold]
    fn switch(&mut self) -> bool {
        let other = self.place.slot.other();
        if self.has_switched || !self.templates.get(other).is_complete() || self.place.matched > self.shared {
            return false;
        }
        self.has_switched = true;
        self.place.segment = self.templates.get(other).segment(self.place.behind);
        self.place.slot = other;
        true
    }

    /// Takes the value that stands here. If it is whole and fits the scratch, the machine still need not know.
    fn fill<'i>(&mut self, number: u8, input: &mut &'i [u8]) -> Turn<'i> {
        let Some(hole) = self.templates.get(self.place.slot).hole(number) else { return self.leave() };
        let (upon, is_filled, behind) = (hole.upon, hole.is_filled, self.place.behind(number, hole));
        let mut rest = *input;
        let turn = match upon {
            Upon::String(target) if is_filled => self.take_text(target, &mut rest).map(Turn::Found),
            Upon::SkippedString => Lexer::skip_whole_text(&mut rest).then_some(Turn::Again),
            _ => None,
        };
        if let Some(turn) = turn {
            self.place = behind;
            self.reader.note_consumed(input.len().wrapping_sub(rest.len()));
            *input = rest;
            // What follows is mostly there, too: then it need not be come back for.
            self.match_segment(input);
            return turn;
        }
        if input.is_empty() {
            return Turn::Consumed;
        }
        self.enter(number)
    }

    /// Takes the text of the string that stands here, if that is whole and there is any.
    #[inline(always)]
    fn take_text<'i>(&mut self, target: Target, input: &mut &'i [u8]) -> Option<Found<'i>> {
        if let Some(text) = ShortText::take(input) {
            self.short = text;
            return (!text.is_empty()).then_some(Found::Short(target));
        }
        if let Some(text) = Lexer::whole_text(input) {
            return (!text.is_empty()).then_some(Found::Text(target, text));
        }
        let whole = Signal::Text { target, first: true, last: true };
        self.reader.gather_whole(input).then_some(Found::Signal(whole, None))
    }

    /// The machine goes where this value begins, to read it.
    #[inline(never)]
    fn enter<'i>(&mut self, number: u8) -> Turn<'i> {
        let Some(hole) = self.templates.get(self.place.slot).hole(number) else { return self.leave() };
        self.reader.stand_at(&hole.stream, &hole.stand);
        self.mode = Mode::Within { hole: number, is_filled: false };
        Turn::Again
    }

    /// The machine reads on in the value that stands here.
    pub(super) fn read_within<'i>(&mut self, number: u8, is_filled: bool, input: &mut &'i [u8]) -> Turn<'i> {
        let (upon, was_filled, behind, within, text);
        {
            let Some(hole) = self.templates.get(self.place.slot).hole(number) else {
                return self.decode_on();
            };
            (upon, was_filled, behind) = (hole.upon, hole.is_filled, self.place.behind(number, hole));
            (within, text) = self.reader.take_within(upon, &hole.stand, input);
        }
        match within {
            Within::Consumed => Turn::Consumed,
            Within::Beyond => self.decode_on(),
            Within::Fault(kind) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(self.reader.fail(kind))
            }
            Within::Signal(signal) => {
                if upon != Upon::Counts {
                    let is_filled = is_filled || !self.reader.is_empty(text);
                    self.mode = Mode::Within { hole: number, is_filled };
                } else if self.is_behind(number) {
                    self.arrive(behind);
                } else {
                    // Nothing was counted, and it read on.
                    self.policy.note_missed();
                    self.mode = Mode::after(signal);
                }
                Turn::Found(Found::Signal(signal, text))
            }
            // All that a string tells the machine is whether there was something in it.
            Within::End if is_filled == was_filled && upon != Upon::Counts => {
                self.arrive(behind);
                Turn::Again
            }
            Within::End => self.decode_on(),
        }
    }

    /// Whether the machine knows and stands as the template says of the end of this value.
    fn is_behind(&self, number: u8) -> bool {
        let machine = &self.reader.machine;
        let Some(hole) = self.templates.get(self.place.slot).hole(number) else { return false };
        !machine.is_due()
            && machine.stand() == hole.stand.behind(hole.upon, hole.choice)
            && self.start.as_ref().is_some_and(|start| start.lasting == machine.lasting())
    }

    /// The value is over, and the machine stands where the template says.
    fn arrive(&mut self, behind: Place) {
        self.place = behind;
        self.mode = Mode::Following;
        let number = self.place.behind.unwrap_or_default();
        debug_assert!(self.is_behind(number), "the machine knows otherwise");
    }

    /// The machine reads on, from where it stands.
    fn decode_on<'i>(&mut self) -> Turn<'i> {
        self.policy.note_missed();
        self.mode = Mode::Plain { is_ending: false };
        Turn::Again
    }

    /// The event differs from the template: the machine goes where it would stand had it read the event, and reads on.
    #[cold]
    #[inline(never)]
    fn leave<'i>(&mut self) -> Turn<'i> {
        let next = self.templates.get(self.place.slot).step(self.place.step);
        let value = if let Some(What::Text { target, length, .. }) = next.map(|step| step.what)
            && self.place.matched >= next.map_or(0, |step| step.end).wrapping_sub(length).wrapping_sub(1)
        {
            Some(Varying::of(target))
        } else {
            self.templates.get(self.place.slot).skipped_at(self.place.matched).map(Varying::of_skipped)
        };
        let slot = self.place.slot;
        self.policy.note_missed();
        self.catch_up();
        if let Some(value) = value {
            self.note_varying(value);
            self.templates.get_mut(slot).forget();
        }
        Turn::Again
    }

    /// Such a value will be a hole in the next template, which is wanted: this one is of no use.
    pub(super) fn note_varying(&mut self, value: Varying) {
        self.varying = self.varying.and(value);
        self.policy.want(1);
    }

    /// The machine goes over what was compared without it, from the last hole on.
    pub(super) fn catch_up(&mut self) {
        let Place { slot, behind, segment_start, matched, .. } = self.place;
        let template = self.templates.get(slot);
        if let Some(hole) = behind.and_then(|hole| template.hole(hole)) {
            self.reader.stand_at(&hole.stream, &hole.stand.behind(hole.upon, hole.choice));
        } else if let Some(start) = &self.start {
            self.reader.stand_at(&start.stream, &start.stand);
        }
        self.reader.replay(template.literal(segment_start, matched));
        self.mode = Mode::Plain { is_ending: self.reader.is_behind_document() };
        self.place.due = 0;
    }

    /// The indices that are known where the event has been compared to.
    pub(super) fn indices(&self) -> Indices {
        let last = self.place.step.checked_sub(1);
        last.and_then(|step| self.templates.get(self.place.slot).step(step))
            .map_or(Indices::NONE, |step| step.indices)
    }
}

impl Place {
    pub(super) const START: Self = Self {
        slot: Slot::One,
        step: 0,
        due: 0,
        behind: None,
        segment_start: 0,
        segment: Segment { end: 0, stop: 0 },
        matched: 0,
    };

    /// The place behind the hole that comes next.
    fn behind(self, number: u8, hole: &Hole) -> Self {
        Self {
            slot: self.slot,
            step: self.step.wrapping_add(1),
            behind: Some(number),
            due: 0,
            segment_start: self.segment.end,
            segment: hole.segment,
            matched: self.segment.end,
        }
    }
}

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

    /// At most [`MAX_SKIPPED`](super::memory::MAX_SKIPPED).
    pub(super) const fn of_skipped(number: u8) -> Self {
        Self { targets: 0, skipped: 1_u8.wrapping_shl(number as u32) }
    }

    pub(super) const fn has(self, value: Self) -> bool {
        self.targets & value.targets == value.targets && self.skipped & value.skipped == value.skipped
    }

    const fn and(self, value: Self) -> Self {
        Self { targets: self.targets | value.targets, skipped: self.skipped | value.skipped }
    }
}

/// How many bytes both begin with.
fn common_prefix(input: &[u8], wanted: &[u8]) -> usize {
    const BLOCK: usize = 16;
    let blocks = input.chunks_exact(BLOCK).zip(wanted.chunks_exact(BLOCK));
    let same = blocks.take_while(|(one, other)| one == other).count().wrapping_mul(BLOCK);
    let (input, wanted) = (input.get(same..).unwrap_or_default(), wanted.get(same..).unwrap_or_default());
    same.wrapping_add(input.iter().zip(wanted).take_while(|(one, other)| one == other).count())
}
