//! What is kept of an event: its bytes, what they give, and where others may come.

use crate::chat::decoder::stream::EventStream;
use crate::chat::machine::{Choice, Lasting, Signal, Stand, Upon};
use crate::chat::schema::Target;

/// The bytes of an event but for those that differ from event to event, and what is handed out behind which of them.
#[derive(Clone, Debug)]
pub(super) struct Template<const SIZE: usize> {
    literal: [u8; SIZE],
    length: u16,
    steps: [Step; MAX_STEPS],
    step_count: u8,
    holes: [Option<Hole>; MAX_HOLES],
    /// Where the decoder stands before the event. It is of use if that is where it stands behind it, too.
    start: Option<Start>,
    /// What [`Signal::Created`] says.
    pub(super) created: u64,
    is_complete: bool,
}

/// More than the events that any known server sends in one chunk.
const MAX_STEPS: usize = 24;
const MAX_HOLES: usize = 4;

/// What happens when the literal has been matched up to a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) end: u16,
    pub(super) what: What,
    /// The indices of choice and tool call, as far as they have come then.
    pub(super) indices: Indices,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Indices {
    pub(super) choice: Option<u8>,
    pub(super) call: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    /// A value is handed out that stands in the literal.
    Text {
        target: Target,
        start: u16,
        length: u16,
    },
    Signal(Signal),
    /// Here a value stands that may be another one each time.
    Hole(u8),
    /// The event is over.
    End,
}

/// A value that may be another one each time.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    pub(super) upon: Upon,
    pub(super) is_string: bool,
    /// Something was handed out: what follows depends on that.
    pub(super) is_filled: bool,
    /// Where the decoder stands when it has entered the value.
    pub(super) stand: Stand,
    pub(super) stream: EventStream,
    /// What it knows of the choice behind it.
    pub(super) choice: Choice,
    /// How far the literal goes on behind it until the next hole.
    pub(super) segment_end: u16,
}

/// Where the decoder stands between events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) stream: EventStream,
    pub(super) stand: Stand,
    pub(super) lasting: Lasting,
}

impl Indices {
    pub(super) fn of(stand: &Stand) -> Self {
        let (choice, call) = stand.indices();
        Self { choice, call }
    }
}

impl<const SIZE: usize> Template<SIZE> {
    pub(super) const fn new() -> Self {
        const { assert!(SIZE <= u16::MAX as usize, "a template is limited to 65,535 bytes") };
        const NO_STEP: Step = Step { end: 0, what: What::End, indices: Indices { choice: None, call: None } };
        Self {
            literal: [0; SIZE],
            length: 0,
            steps: [NO_STEP; MAX_STEPS],
            step_count: 0,
            holes: [const { None }; MAX_HOLES],
            start: None,
            created: 0,
            is_complete: false,
        }
    }

    /// Starts on the event that begins where the decoder stands.
    pub(super) fn begin(&mut self, start: Start) {
        self.length = 0;
        self.step_count = 0;
        for hole in &mut self.holes {
            *hole = None;
        }
        self.start = Some(start);
        self.is_complete = false;
    }

    /// The start of the event, if the template is complete.
    pub(super) fn start(&self) -> Option<&Start> {
        self.start.as_ref().filter(|_| self.is_complete)
    }

    pub(super) fn length(&self) -> u16 {
        self.length
    }

    pub(super) fn literal(&self, from: u16, to: u16) -> &[u8] {
        self.literal.get(usize::from(from)..usize::from(to)).unwrap_or_default()
    }

    pub(super) fn text(&self, start: u16, length: u16) -> &str {
        core::str::from_utf8(self.literal(start, start.saturating_add(length))).unwrap_or_default()
    }

    pub(super) fn step(&self, step: u8) -> Option<Step> {
        self.steps.get(usize::from(step)).copied()
    }

    /// A step that was noted so far.
    pub(super) fn recorded_step(&self, step: u8) -> Option<Step> {
        self.step(step).filter(|_| step < self.step_count)
    }

    pub(super) fn hole(&self, hole: u8) -> Option<&Hole> {
        self.holes.get(usize::from(hole))?.as_ref()
    }

    /// How far the literal goes until the first hole.
    pub(super) fn first_segment_end(&self) -> u16 {
        let steps = self.steps.iter().take(usize::from(self.step_count));
        let mut stops = steps.filter(|step| matches!(step.what, What::Hole(_) | What::End));
        stops.next().map_or(0, |step| step.end)
    }

    /// Adds a byte; whether there was room for it.
    pub(super) fn push(&mut self, byte: u8) -> bool {
        let Some(place) = self.literal.get_mut(usize::from(self.length)) else { return false };
        *place = byte;
        self.length = self.length.saturating_add(1);
        true
    }

    /// A value was handed out, whose closing quote is the last byte; whether it could be noted.
    pub(super) fn push_text(&mut self, target: Target, text: &str, indices: Indices) -> bool {
        let end = self.length.saturating_sub(1);
        let Ok(length) = u16::try_from(text.len()) else { return false };
        // Not so if it had escapes.
        let stands_there = self.literal(0, end).ends_with(text.as_bytes());
        stands_there
            && self.push_step(What::Text { target, start: end.saturating_sub(length), length }, indices)
    }

    pub(super) fn push_step(&mut self, what: What, indices: Indices) -> bool {
        let Some(place) = self.steps.get_mut(usize::from(self.step_count)) else { return false };
        *place = Step { end: self.length, what, indices };
        self.step_count = self.step_count.saturating_add(1);
        true
    }

    /// A value begins here that may be another one each time; whether it could be noted.
    pub(super) fn push_hole(&mut self, hole: Hole, indices: Indices) -> Option<u8> {
        let number = self.holes.iter().position(Option::is_none)?;
        let number_u8 = u8::try_from(number).ok()?;
        if !self.push_step(What::Hole(number_u8), indices) {
            return None;
        }
        *self.holes.get_mut(number)? = Some(hole);
        self.end_segment(number_u8.checked_sub(1));
        Some(number_u8)
    }

    /// The value is over.
    pub(super) fn close_hole(&mut self, hole: u8, is_filled: bool, choice: Choice) {
        if let Some(Some(hole)) = self.holes.get_mut(usize::from(hole)) {
            hole.is_filled = is_filled;
            hole.choice = choice;
        }
    }

    /// The event is over, and the decoder stands at `end`; whether others may follow this template.
    pub(super) fn complete(&mut self, end: &Start) -> bool {
        let last = self.holes.iter().rposition(Option::is_some).and_then(|hole| u8::try_from(hole).ok());
        self.is_complete = self.push_step(What::End, Indices::default()) && self.start.as_ref() == Some(end);
        self.end_segment(last);
        self.is_complete
    }

    fn end_segment(&mut self, behind: Option<u8>) {
        if let Some(hole) = behind
            && let Some(Some(hole)) = self.holes.get_mut(usize::from(hole))
        {
            hole.segment_end = self.length;
        }
    }
}
