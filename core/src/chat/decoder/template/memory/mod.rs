//! What is kept of an event: its bytes, what they give, and where others may come.

mod open;
mod texts;

use self::texts::Texts;
use crate::chat::decoder::stream::EventStream;
use crate::chat::machine::{Choice, Lasting, Stand, Upon};
use crate::chat::schema::Target;

/// The bytes of an event but for those that differ from event to event, and what is handed out behind which of them.
#[derive(Clone, Debug)]
pub(super) struct Template<const SIZE: usize> {
    literal: [u8; SIZE],
    /// The values that are handed out, once more.
    texts: Texts,
    length: u16,
    /// One before the first hole, and one behind each.
    segments: [Segment; MAX_HOLES + 1],
    steps: [Step; MAX_STEPS],
    step_count: u8,
    holes: [Option<Hole>; MAX_HOLES],
    /// Where strings stand in the literal that are skipped, in order.
    skipped: [Span; MAX_SKIPPED],
    skipped_count: u8,
    /// When the completion was created.
    created: Option<u64>,
    /// The whole of an event is here, and others may be like it.
    is_complete: bool,
}

/// Two templates: events of two choices may take turns.
#[derive(Clone, Debug)]
pub(super) struct Templates<const SIZE: usize> {
    one: Template<SIZE>,
    two: Template<SIZE>,
}

/// The place of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    One,
    Two,
}

/// More than the events that any known server sends in one chunk, and the end.
pub(super) const MAX_STEPS: usize = 24;
pub(super) const MAX_HOLES: usize = 4;
/// Strings beyond these that are skipped are taken to differ.
pub(super) const MAX_SKIPPED: usize = 8;

/// A part of the literal, from its first byte to behind its last one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: u16,
    pub(super) end: u16,
}

/// What happens when the literal has been matched up to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) end: u16,
    pub(super) what: What,
    /// What is known then.
    pub(super) indices: Indices,
}

/// The indices of choice and tool call, as far as they have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Indices {
    pub(super) choice: Option<u8>,
    pub(super) call: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A value is handed out that stands in the literal.
    Text {
        target: Target,
        start: u16,
        length: u16,
    },
    /// What [`Template::created`] says.
    Created,
    ChoiceStart,
    ChoiceEnd(u8),
    CallStart,
    CallEnd(Option<u8>),
    ChunkEnd,
    /// Nothing: it is behind the last one, and never due.
    End,
}

/// A part of the literal that goes on to the next hole or to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) end: u16,
    /// So many steps come up to there.
    pub(super) steps: u8,
    pub(super) stop: Stop,
    /// What is known then.
    pub(super) indices: Indices,
}

/// What comes behind a segment: a hole, and how what stands there can be taken without the machine if it is whole; or the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// A text to be handed out, which is not empty.
    Text(Target),
    /// A string to be skipped.
    Skipped,
    /// Only the machine can read it.
    Other,
    /// The event is over.
    End,
}

/// A value that may be another one each time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) upon: Upon,
    /// Something was handed out: what follows depends on that.
    pub(super) is_filled: bool,
    /// What the machine knows of the choice behind it.
    pub(super) choice: Choice,
    /// Where the decoder stands when it has entered the value.
    pub(super) stand: Stand,
    pub(super) stream: EventStream,
}

/// Where the decoder stands between events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) stream: EventStream,
    pub(super) stand: Stand,
    pub(super) lasting: Lasting,
}

impl Indices {
    pub(super) const NONE: Self = Self { choice: None, call: None };
}

impl Segment {
    const NONE: Self = Self { end: 0, steps: 0, stop: Stop::End, indices: Indices::NONE };
}

impl Slot {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::One => Self::Two,
            Self::Two => Self::One,
        }
    }
}

impl<const SIZE: usize> Templates<SIZE> {
    pub(super) const NEW: Self = Self { one: Template::NEW, two: Template::NEW };

    #[inline]
    pub(super) fn get(&self, slot: Slot) -> &Template<SIZE> {
        match slot {
            Slot::One => &self.one,
            Slot::Two => &self.two,
        }
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut Template<SIZE> {
        match slot {
            Slot::One => &mut self.one,
            Slot::Two => &mut self.two,
        }
    }

    /// How far both are the same.
    pub(super) fn shared(&self) -> u16 {
        self.one.shared(&self.two)
    }

    pub(super) fn forget(&mut self) {
        self.one.forget();
        self.two.forget();
    }
}

impl<const SIZE: usize> Template<SIZE> {
    pub(super) const NEW: Self = {
        assert!(SIZE <= u16::MAX as usize, "a template is limited to 65,535 bytes");
        Self {
            literal: [0; SIZE],
            texts: Texts::NEW,
            length: 0,
            segments: [Segment::NONE; MAX_HOLES + 1],
            steps: [Step { end: 0, what: What::End, indices: Indices::NONE }; MAX_STEPS],
            step_count: 0,
            holes: [const { None }; MAX_HOLES],
            skipped: [Span { start: 0, end: 0 }; MAX_SKIPPED],
            skipped_count: 0,
            created: None,
            is_complete: false,
        }
    };

    pub(super) const fn is_complete(&self) -> bool {
        self.is_complete
    }

    pub(super) fn forget(&mut self) {
        self.length = 0;
        self.texts.forget();
        self.segments = [Segment::NONE; MAX_HOLES + 1];
        self.step_count = 0;
        self.holes = [const { None }; MAX_HOLES];
        self.skipped_count = 0;
        self.created = None;
        self.is_complete = false;
    }

    #[inline]
    pub(super) fn literal(&self, from: u16, to: u16) -> Option<&[u8]> {
        self.literal.get(usize::from(from)..usize::from(to))
    }

    /// The literal from here on, and whatever lies in memory behind it.
    #[inline]
    pub(super) fn literal_from(&self, from: u16) -> Option<&[u8]> {
        self.literal.get(usize::from(from)..)
    }

    pub(super) const fn length(&self) -> u16 {
        self.length
    }

    /// Everything so far.
    pub(super) fn recorded(&self) -> &[u8] {
        self.literal(0, self.length).unwrap_or_default()
    }

    #[inline]
    pub(super) fn text(&self, start: u16, length: u16) -> &str {
        self.texts.get(start, length)
    }

    #[inline]
    pub(super) fn step(&self, step: u8) -> Option<&Step> {
        self.steps.get(usize::from(step))
    }

    pub(super) fn hole(&self, hole: u8) -> Option<&Hole> {
        self.holes.get(usize::from(hole))?.as_ref()
    }

    pub(super) fn created(&self) -> u64 {
        self.created.unwrap_or_default()
    }

    /// The part of the literal behind so many holes.
    #[inline]
    pub(super) fn segment(&self, part: u8) -> Segment {
        self.segments.get(usize::from(part)).copied().unwrap_or(Segment::NONE)
    }

    /// Where in the literal that part begins.
    pub(super) fn segment_start(&self, part: u8) -> u16 {
        part.checked_sub(1).map_or(0, |before| self.segment(before).end)
    }

    /// How many steps have come when the literal of that part is matched up to `place`, from `step` on.
    pub(super) fn steps_up_to(&self, part: u8, step: u8, place: u16) -> u8 {
        let steps = self.steps.iter().take(usize::from(self.segment(part).steps)).skip(usize::from(step));
        let count = steps.take_while(|step| step.end <= place).count();
        step.wrapping_add(u8::try_from(count).unwrap_or_default())
    }

    fn told(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().take(usize::from(self.step_count))
    }

    /// How far both are the same: bytes, what they give, and the values in between.
    fn shared(&self, other: &Self) -> u16 {
        let bytes =
            self.recorded().iter().zip(other.recorded()).take_while(|(one, other)| one == other).count();
        let mut shared = u16::try_from(bytes).unwrap_or_default();
        let mut steps = self.told().zip(&other.steps);
        if let Some((one, two)) = steps.find(|(one, two)| one != two) {
            // Up to here neither gives anything that the other does not.
            shared = shared.min(one.end.min(two.end).saturating_sub(1));
        }
        // Mostly implied; a hole that was entered in another way must not be taken for the same.
        let mut holes = self.segments.iter().zip(&self.holes).zip(other.segments.iter().zip(&other.holes));
        if let Some(((one, _), (two, _))) = holes.find(|(one, two)| one != two) {
            shared = shared.min(one.end.min(two.end).saturating_sub(1));
        }
        shared
    }

    /// Adds bytes; whether there was room for them.
    pub(super) fn push(&mut self, bytes: &[u8]) -> bool {
        let start = usize::from(self.length);
        let end = start.saturating_add(bytes.len());
        let (Some(room), Ok(length)) = (self.literal.get_mut(start..end), u16::try_from(end)) else {
            return false;
        };
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.length = length;
        true
    }

    /// A value was handed out, whose closing quote is the last byte; whether it could be noted.
    pub(super) fn push_text(&mut self, target: Target, text: &str, indices: Indices) -> bool {
        let end = self.length.saturating_sub(1);
        let Ok(length) = u16::try_from(text.len()) else { return false };
        // It is looked for there when events differ; if it had escapes, it stands there in another form.
        let stands_there = self.literal(0, end).is_some_and(|literal| literal.ends_with(text.as_bytes()));
        let Some(start) = self.texts.push(text).filter(|_| stands_there) else { return false };
        self.push_step(What::Text { target, start, length }, indices)
    }

    /// When the completion was created was handed out; whether it could be noted.
    pub(super) fn push_created(&mut self, created: u64, indices: Indices) -> bool {
        self.created.replace(created).is_none() && self.push_step(What::Created, indices)
    }

    /// Something is to happen here; whether it could be noted.
    pub(super) fn push_step(&mut self, what: What, indices: Indices) -> bool {
        let Some(place) = self.steps.get_mut(usize::from(self.step_count)) else { return false };
        *place = Step { end: self.length, what, indices };
        self.step_count = self.step_count.wrapping_add(1);
        true
    }

    /// How many strings were skipped so far.
    pub(super) const fn skipped_count(&self) -> u8 {
        self.skipped_count
    }

    /// A string is skipped, which ends in the literal or is a hole. Those beyond [`MAX_SKIPPED`] are not counted.
    pub(super) fn push_skipped(&mut self, start: u16) {
        if let Some(place) = self.skipped.get_mut(usize::from(self.skipped_count)) {
            *place = Span { start, end: self.length };
            self.skipped_count = self.skipped_count.wrapping_add(1);
        }
    }

    /// Which of the strings that are skipped stands at this place of the literal, and where, its closing quote included.
    pub(super) fn skipped_at(&self, place: u16) -> Option<(u8, Span)> {
        let spans = (0..).zip(&self.skipped).take(usize::from(self.skipped_count));
        let mut found = spans.filter(|(_, span)| (span.start..span.end).contains(&place));
        found.next().map(|(number, span)| (number, *span))
    }

    /// A value begins here that may be another one each time; its number, if it could be noted.
    pub(super) fn push_hole(&mut self, hole: Hole, indices: Indices) -> Option<u8> {
        let place = self.holes.iter().position(Option::is_none)?;
        let number = u8::try_from(place).ok()?;
        // Until it is closed.
        self.push_segment(Stop::Other, indices)?;
        *self.holes.get_mut(place)? = Some(hole);
        Some(number)
    }

    /// The value is over.
    pub(super) fn close_hole(&mut self, number: u8, is_filled: bool, choice: Choice) {
        let Some(Some(hole)) = self.holes.get_mut(usize::from(number)) else { return };
        hole.is_filled = is_filled;
        hole.choice = choice;
        let stop = match hole.upon {
            Upon::String(target) if is_filled => Stop::Text(target),
            Upon::SkippedString => Stop::Skipped,
            _ => return,
        };
        if let Some(segment) = self.segments.get_mut(usize::from(number)) {
            segment.stop = stop;
            if stop == Stop::Skipped {
                // Nothing is given there; and so it is the same, whether it was kept or came of a string that differed.
                segment.indices = Indices::NONE;
            }
        }
    }

    /// The event is over; whether that could be noted.
    pub(super) fn complete(&mut self) -> bool {
        let is_noted = self.push_segment(Stop::End, Indices::NONE).is_some();
        // Whoever looks for the next step finds one, and that one is never reached.
        self.is_complete = is_noted && self.push_step(What::End, Indices::NONE);
        self.is_complete
    }

    /// The literal ends for now; `None` if that could not be noted.
    fn push_segment(&mut self, stop: Stop, indices: Indices) -> Option<()> {
        let part = self.holes.iter().flatten().count();
        let segment = Segment { end: self.length, steps: self.step_count, stop, indices };
        *self.segments.get_mut(part)? = segment;
        Some(())
    }
}
