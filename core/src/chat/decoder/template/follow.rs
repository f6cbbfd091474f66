//! An event is compared with the template, and decoded where it differs.

use super::memory::{Hole, What};
use super::{Found, Mode, TemplateDecoder, Turn};
use crate::chat::machine::{Signal, Upon, Within};
use crate::chat::schema::Target;
use crate::json::Lexer;

/// How far an event has been compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The next step of the template.
    step: u8,
    /// The hole behind which the segment lies; the first segment lies behind none.
    behind: Option<u8>,
    /// The part of the literal up to the next hole.
    segment_start: u16,
    segment_end: u16,
    /// How far the bytes were the same.
    matched: u16,
}

impl<const TEMPLATE: usize, const SCRATCH: usize> TemplateDecoder<TEMPLATE, SCRATCH> {
    /// Compares the event that begins here.
    pub(super) fn begin_following(&mut self) {
        self.mode = Mode::Following(Place {
            step: 0,
            behind: None,
            segment_start: 0,
            segment_end: self.template.first_segment_end(),
            matched: 0,
        });
    }

    /// Compares on. Meanwhile the machine stands still: it need not know.
    pub(super) fn follow<'i>(&mut self, mut place: Place, input: &mut &'i [u8]) -> Turn<'i> {
        let Some(step) = self.template.step(place.step) else { return self.leave(place) };
        if place.matched < step.end {
            let wanted = self.template.literal(place.matched, place.segment_end);
            let same = common_prefix(input, wanted);
            *input = input.get(same..).unwrap_or_default();
            self.reader.note_consumed(same);
            place.matched = place.matched.saturating_add(u16::try_from(same).unwrap_or_default());
            if place.matched < step.end {
                if !input.is_empty() {
                    return self.leave(place);
                }
                self.mode = Mode::Following(place);
                return Turn::Consumed;
            }
        }
        match step.what {
            What::End => {
                self.note_success();
                self.begin_following();
                Turn::Again
            }
            What::Hole(number) => self.fill(place, number, input),
            What::Text { .. } | What::Signal(_) => {
                self.indices = step.indices;
                let found = Found::Step(place.step);
                place.step = place.step.saturating_add(1);
                self.mode = Mode::Following(place);
                Turn::Found(found)
            }
        }
    }

    /// Takes the value that stands here. If it is whole and plain, the machine still need not know.
    fn fill<'i>(&mut self, place: Place, number: u8, input: &mut &'i [u8]) -> Turn<'i> {
        let Some(hole) = self.template.hole(number) else { return self.leave(place) };
        let before = input.len();
        let turn = match hole.upon {
            Upon::String(target) if hole.is_filled => {
                Lexer::whole_text(input).map(|text| Turn::Found(Found::Text(target, text)))
            }
            Upon::Skipped if hole.is_string => Lexer::skip_whole_text(input).then_some(Turn::Again),
            _ => None,
        };
        self.indices = super::memory::Indices::of(&hole.stand);
        if let Some(turn) = turn {
            self.mode = Mode::Following(place.behind_hole(number, hole));
            self.reader.note_consumed(before.wrapping_sub(input.len()));
            return turn;
        }
        if input.is_empty() {
            self.mode = Mode::Following(place);
            return Turn::Consumed;
        }
        let (stream, stand) = (&hole.stream, &hole.stand);
        self.reader.stand_at(stream, stand);
        self.mode = Mode::Within { place, hole: number, is_filled: false };
        Turn::Again
    }

    /// The machine reads on in the value that stands here.
    pub(super) fn read_within<'i>(
        &mut self,
        place: Place,
        number: u8,
        is_filled: bool,
        input: &mut &'i [u8],
    ) -> Turn<'i> {
        let Some(hole) = self.template.hole(number) else { return self.decode_on() };
        let (within, text) = self.reader.take_within(hole.upon, &hole.stand, input);
        match within {
            Within::Consumed => Turn::Consumed,
            Within::Beyond => self.decode_on(),
            Within::Fault(kind) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(self.reader.fail(kind))
            }
            Within::Signal(signal) => {
                let is_filled = is_filled || !self.reader.is_empty(text);
                self.mode = if hole.upon != Upon::Counts {
                    Mode::Within { place, hole: number, is_filled }
                } else if self.reader.machine.is_behind(hole.upon, &hole.stand) {
                    self.debug_check(hole);
                    Mode::Following(place.behind_hole(number, hole))
                } else {
                    Mode::Plain { is_ending: false }
                };
                Turn::Found(Found::Signal(signal, text))
            }
            // All that a string tells the machine is whether there was something in it.
            Within::End if is_filled == hole.is_filled && hole.upon != Upon::Counts => {
                self.debug_check(hole);
                self.mode = Mode::Following(place.behind_hole(number, hole));
                Turn::Again
            }
            Within::End => self.decode_on(),
        }
    }

    /// The machine reads on, from where it stands.
    fn decode_on<'i>(&mut self) -> Turn<'i> {
        self.mode = Mode::Plain { is_ending: false };
        Turn::Again
    }

    /// The event differs from the template: the machine goes where it would stand had it read the event, and reads on.
    pub(super) fn leave<'i>(&mut self, place: Place) -> Turn<'i> {
        self.note_difference(place);
        self.misses = self.misses.saturating_add(1);
        self.catch_up(place);
        Turn::Again
    }

    /// The machine goes over what was compared without it, from the last hole on.
    pub(super) fn catch_up(&mut self, place: Place) {
        let behind = place.behind.and_then(|hole| self.template.hole(hole));
        match (behind, self.template.start()) {
            (Some(hole), _) => {
                self.reader.stand_at(&hole.stream, &hole.stand.behind(hole.upon, hole.choice));
            }
            (None, Some(start)) => self.reader.stand_at(&start.stream, &start.stand),
            (None, None) => {}
        }
        self.reader.replay(self.template.literal(place.segment_start, place.matched));
        let last = place.step.checked_sub(1).and_then(|step| self.template.step(step));
        let is_ending = place.matched == 0
            || last.is_some_and(|step| matches!(step.what, What::Signal(Signal::ChunkEnd)));
        self.mode = Mode::Plain { is_ending: is_ending && place.step > 0 };
    }

    /// Notes which value differed, for a hole to be there in the next template.
    fn note_difference(&mut self, place: Place) {
        if let Some(What::Text { target, start, length }) =
            self.template.step(place.step).map(|step| step.what)
            && (start..=start.saturating_add(length)).contains(&place.matched)
        {
            self.varying.add(target);
        }
    }

    fn debug_check(&self, hole: &Hole) {
        let expected = || hole.stand.behind(hole.upon, hole.choice);
        debug_assert_eq!(self.reader.machine.stand(), expected(), "the machine knows otherwise");
        debug_assert_eq!(
            Some(&self.reader.machine.lasting()),
            self.template.start().map(|start| &start.lasting)
        );
    }
}

impl Place {
    fn behind_hole(self, number: u8, hole: &Hole) -> Self {
        Self {
            step: self.step.saturating_add(1),
            behind: Some(number),
            segment_start: self.segment_end,
            segment_end: hole.segment_end,
            matched: self.segment_end,
        }
    }
}

/// The values that were seen to differ from event to event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Varying(u32);

impl Varying {
    pub(super) const fn new() -> Self {
        Self(0)
    }

    pub(super) const fn has(self, target: Target) -> bool {
        self.0 & 1_u32.wrapping_shl(target as u32) != 0
    }

    fn add(&mut self, target: Target) {
        self.0 |= 1_u32.wrapping_shl(target as u32);
    }
}

/// How many bytes both begin with.
fn common_prefix(input: &[u8], wanted: &[u8]) -> usize {
    if input.starts_with(wanted) {
        return wanted.len();
    }
    input.iter().zip(wanted).take_while(|(one, other)| one == other).count()
}
