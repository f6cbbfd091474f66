//! An event is compared with the template, and decoded where it differs.

use super::memory::{Indices, Slot, Stop, What};
use super::{Mode, Templated, Turn};
use crate::chat::interest::Interest;
use crate::chat::machine::{Upon, Within};
use crate::chat::schema::Target;
use crate::json::{Lexer, ShortText};

/// How far an event has been compared, and with which template.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: Slot,
    /// The part of the literal: it lies behind so many holes.
    pub(super) part: u8,
    /// The next step.
    pub(super) step: u8,
    /// Those before this one are due.
    pub(super) due: u8,
    /// How far the bytes were the same.
    pub(super) matched: u16,
}

/// What came of comparing.
pub(super) enum Followed<'i> {
    /// What the template says.
    Step(What),
    /// The text in a hole, which is kept as the short one.
    Short(Target),
    /// The text in a hole, which stands in the input.
    Text(Target, &'i str),
    /// The text in a hole, which is in the scratch.
    Gathered(Target),
    /// All of the input was consumed.
    Consumed,
    /// Another look is needed.
    Again,
}

/// What came of input that ends within a segment, or differs from it.
enum Compared {
    /// A step is due.
    Due,
    Consumed,
    Again,
}

impl<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> Templated<I, TEMPLATE, SCRATCH> {
    /// Compares the event that begins here with what this slot holds.
    pub(super) fn begin_following(&mut self, slot: Slot) {
        self.mode = Mode::Following;
        self.place = Place { slot, ..Place::START };
    }

    /// Compares on. Meanwhile the machine stands still: it need not know.
    #[inline(always)]
    pub(super) fn follow<'i>(&mut self, input: &mut &'i [u8]) -> Followed<'i> {
        // In registers, as it is not in the caller's hands.
        let mut rest = *input;
        let followed = self.follow_on(&mut rest);
        self.reader.note_consumed(input.len().wrapping_sub(rest.len()));
        *input = rest;
        followed
    }

    #[inline(always)]
    fn follow_on<'i>(&mut self, input: &mut &'i [u8]) -> Followed<'i> {
        let mut stop = self.stop();
        if stop == Some(Stop::End) {
            self.begin_next();
            stop = None;
        }
        if stop.is_none() {
            // Mostly a read ends with an event.
            if input.is_empty() {
                return Followed::Consumed;
            }
            stop = self.match_segment(input);
            if stop.is_none() {
                if self.match_within(input) {
                    *input = &[];
                    return Followed::Consumed;
                }
                let (compared, same) = self.compare(input);
                *input = input.get(same..).unwrap_or_default();
                return match compared {
                    Compared::Due => self.next_step().map_or(Followed::Again, Followed::Step),
                    Compared::Consumed => Followed::Consumed,
                    Compared::Again => Followed::Again,
                };
            }
            if let Some(what) = self.next_step() {
                return Followed::Step(what);
            }
        }
        match stop {
            None | Some(Stop::End) => Followed::Again,
            Some(stop) => self.fill(stop, input),
        }
    }

    /// What comes next, if all before it was compared. Nothing is due then.
    #[inline(always)]
    fn stop(&self) -> Option<Stop> {
        let Place { slot, part, matched, .. } = self.place;
        let segment = self.templates.get(slot).segment(part);
        (matched == segment.end).then_some(segment.stop)
    }

    /// An event was compared to its end, and another one may begin: presumably one of this kind, but two kinds that took turns more than
    /// once do so again.
    #[inline(always)]
    fn begin_next(&mut self) {
        let slot = self.place.slot;
        let is_another = core::mem::replace(&mut self.followed, slot) != slot;
        let settled_turns = if is_another { SURE_TURNS } else { 0 };
        if self.turns != settled_turns || !self.policy.is_settled() {
            self.note_followed(is_another);
        }
        self.has_switched = false;
        let takes_turns = self.turns == SURE_TURNS && self.templates.get(slot.other()).is_complete();
        self.begin_following(if takes_turns { slot.other() } else { slot });
    }

    #[inline(never)]
    fn note_followed(&mut self, is_another: bool) {
        self.turns = if is_another { self.turns.saturating_add(1).min(SURE_TURNS) } else { 0 };
        self.policy.note_followed(self.followed);
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

    /// Takes what is left of the segment off the front of `input`, if that is there; what comes behind it.
    #[inline(always)]
    fn match_segment(&mut self, input: &mut &[u8]) -> Option<Stop> {
        let Place { slot, part, matched, .. } = self.place;
        let template = self.templates.get(slot);
        let segment = template.segment(part);
        *input = input.strip_prefix(template.literal(matched, segment.end)?)?;
        self.place.matched = segment.end;
        self.place.due = segment.steps;
        Some(segment.stop)
    }

    /// Whether all of `input` is how the segment goes on, and nothing is due then. The place is that one then.
    #[inline(always)]
    fn match_within(&mut self, input: &[u8]) -> bool {
        let Place { slot, part, step, matched, .. } = self.place;
        let template = self.templates.get(slot);
        let Some(literal) = template.literal(matched, template.segment(part).end) else { return false };
        let Ok(same) = u16::try_from(input.len()) else { return false };
        let place = matched.wrapping_add(same);
        if !literal.starts_with(input) || template.step(step).is_none_or(|step| step.end <= place) {
            return false;
        }
        self.place.matched = place;
        true
    }

    /// The input ends within the segment, or differs from it: how far it is the same, which is consumed.
    #[inline(never)]
    fn compare(&mut self, input: &[u8]) -> (Compared, usize) {
        let Place { slot, part, step, matched, .. } = self.place;
        let template = self.templates.get(slot);
        let literal = template.literal(matched, template.segment(part).end).unwrap_or_default();
        let same = if literal.starts_with(input) { input.len() } else { common_prefix(input, literal) };
        let place = matched.wrapping_add(u16::try_from(same).unwrap_or_default());
        let due = template.steps_up_to(part, step, place);
        (self.place.matched, self.place.due) = (place, due);
        if step < due {
            return (Compared::Due, same);
        }
        if same == input.len() {
            return (Compared::Consumed, same);
        }
        if !self.switch() {
            self.leave();
        }
        (Compared::Again, same)
    }

    /// Goes on with the other template, if that is the same up to here but not behind; whether it is.
    #[cold]
    fn switch(&mut self) -> bool {
        let other = self.place.slot.other();
        if self.has_switched || !self.templates.get(other).is_complete() || self.place.matched > self.shared {
            return false;
        }
        self.has_switched = true;
        self.place.slot = other;
        true
    }

    /// Takes the value that stands here. If it is whole and fits the scratch, the machine still need not know.
    #[inline(always)]
    fn fill<'i>(&mut self, stop: Stop, input: &mut &'i [u8]) -> Followed<'i> {
        if stop == Stop::Skipped && self.skip_string(input) {
            return self.next_step().map_or(Followed::Again, Followed::Step);
        }
        let taken = match stop {
            Stop::Text(target) => self.take_text(target, input),
            _ => None,
        };
        if let Some(taken) = taken {
            self.place.pass_hole();
            // What follows is mostly there, too: then it need not be come back for.
            if self.match_segment(input) == Some(Stop::Skipped) {
                *input = self.skip_padding(input);
            }
            return taken;
        }
        if input.is_empty() {
            return Followed::Consumed;
        }
        self.enter();
        Followed::Again
    }

    /// Does as [`Self::skip_string`] does; what is left of `input`. Apart, for events without padding need their registers.
    #[inline(never)]
    fn skip_padding<'i>(&mut self, mut input: &'i [u8]) -> &'i [u8] {
        self.skip_string(&mut input);
        input
    }

    /// Goes over the string that is to be skipped, if that stands here and is whole, and what follows; whether it is.
    #[inline(always)]
    fn skip_string(&mut self, input: &mut &[u8]) -> bool {
        let is_whole = Lexer::skip_whole_text(input);
        if is_whole {
            self.place.pass_hole();
            if self.match_few(input).is_none() {
                self.match_segment(input);
            }
        }
        is_whole
    }

    /// Does as [`Self::match_segment`] does, if one to eight bytes are left of the segment and at least eight of the input: mostly what
    /// is skipped is the last member. Else it leaves all as it is.
    #[inline(always)]
    fn match_few(&mut self, input: &mut &[u8]) -> Option<()> {
        let word = u64::from_le_bytes(*input.first_chunk()?);
        let Place { slot, part, matched, .. } = self.place;
        let template = self.templates.get(slot);
        let segment = template.segment(part);
        let length = segment.end.wrapping_sub(matched);
        let spare = 8_u32.checked_sub(u32::from(length)).filter(|&spare| spare < 8)?.wrapping_mul(8);
        let wanted = u64::from_le_bytes(*template.literal_from(matched)?.first_chunk()?);
        if (word ^ wanted).wrapping_shl(spare) != 0 {
            return None;
        }
        *input = input.get(usize::from(length)..)?;
        self.place.matched = segment.end;
        self.place.due = segment.steps;
        Some(())
    }

    /// Takes the text of the string that stands here, if that is whole and there is any; else leaves all as it is.
    #[inline(always)]
    fn take_text<'i>(&mut self, target: Target, input: &mut &'i [u8]) -> Option<Followed<'i>> {
        let mut rest = *input;
        let taken = if let Some(text) = ShortText::take(&mut rest) {
            self.short = text;
            (!text.is_empty()).then_some(Followed::Short(target))
        } else if let Some(text) = Lexer::whole_text(&mut rest) {
            (!text.is_empty()).then_some(Followed::Text(target, text))
        } else {
            // A copy, whose address may be taken: the other one stays in registers.
            let mut behind = rest;
            let is_gathered = self.reader.gather_whole(&mut behind);
            rest = behind;
            is_gathered.then_some(Followed::Gathered(target))
        };
        if taken.is_some() {
            *input = rest;
        }
        taken
    }

    /// The machine goes where this value begins, to read it.
    #[inline(never)]
    fn enter(&mut self) {
        let Place { slot, part, .. } = self.place;
        let Some(hole) = self.templates.get(slot).hole(part) else { return self.leave() };
        self.reader.stand_at(&hole.stream, &hole.stand);
        self.mode = Mode::Within { is_filled: false };
    }

    /// The machine reads on in the value that stands here.
    pub(super) fn read_within<'i>(&mut self, is_filled: bool, input: &mut &'i [u8]) -> Turn<'i> {
        let (upon, was_filled, within, text);
        {
            let Place { slot, part, .. } = self.place;
            let Some(hole) = self.templates.get(slot).hole(part) else {
                return self.decode_on();
            };
            (upon, was_filled) = (hole.upon, hole.is_filled);
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
                    self.mode = Mode::Within { is_filled };
                } else if self.is_behind() {
                    self.arrive();
                } else {
                    // Nothing was counted, and it read on.
                    self.policy.note_missed();
                    self.mode = Mode::after(signal);
                }
                Turn::Found(signal, text)
            }
            // All that a string tells the machine is whether there was something in it.
            Within::End if is_filled == was_filled && upon != Upon::Counts => {
                self.arrive();
                Turn::Again
            }
            Within::End => self.decode_on(),
        }
    }

    /// Whether the machine knows and stands as the template says of the end of the value that stands here.
    fn is_behind(&self) -> bool {
        let machine = &self.reader.machine;
        let Place { slot, part, .. } = self.place;
        let Some(hole) = self.templates.get(slot).hole(part) else { return false };
        !machine.is_due()
            && machine.stand() == hole.stand.behind(hole.upon, hole.choice)
            && self.start.as_ref().is_some_and(|start| start.lasting == machine.lasting())
    }

    /// The value is over, and the machine stands where the template says.
    fn arrive(&mut self) {
        debug_assert!(self.is_behind(), "the machine knows otherwise");
        self.place.pass_hole();
        self.mode = Mode::Following;
    }

    /// The machine reads on, from where it stands.
    fn decode_on<'i>(&mut self) -> Turn<'i> {
        self.policy.note_missed();
        self.mode = Mode::Plain { is_ending: false };
        Turn::Again
    }

    /// The indices as they were known at the last step that was told, or at a hole that was passed since. One with a string that is
    /// skipped does not count: it may be passed before the steps in front of it are told.
    pub(super) fn indices(&self) -> Indices {
        let Place { slot, part, step, .. } = self.place;
        let template = self.templates.get(slot);
        let passed = (0..part).rev().map(|part| template.segment(part));
        let given =
            passed.filter(|segment| segment.stop != Stop::Skipped).find(|segment| segment.steps == step);
        let told = step.checked_sub(1).and_then(|step| template.step(step));
        given.map(|segment| segment.indices).or(told.map(|step| step.indices)).unwrap_or(Indices::NONE)
    }
}

impl Place {
    pub(super) const START: Self = Self { slot: Slot::One, part: 0, step: 0, due: 0, matched: 0 };

    /// Goes behind the hole that comes next.
    #[inline(always)]
    fn pass_hole(&mut self) {
        self.part = self.part.wrapping_add(1);
    }
}

/// Once may be for good.
const SURE_TURNS: u8 = 2;

/// How many bytes both begin with.
fn common_prefix(input: &[u8], wanted: &[u8]) -> usize {
    const BLOCK: usize = 16;
    let blocks = input.chunks_exact(BLOCK).zip(wanted.chunks_exact(BLOCK));
    let same = blocks.take_while(|(one, other)| one == other).count().wrapping_mul(BLOCK);
    let (input, wanted) = (input.get(same..).unwrap_or_default(), wanted.get(same..).unwrap_or_default());
    same.wrapping_add(input.iter().zip(wanted).take_while(|(one, other)| one == other).count())
}
