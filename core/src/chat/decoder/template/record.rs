//! An event is decoded byte by byte, and kept.

use super::memory::{Hole, Indices, Start, Template, What};
use super::{Found, Mode, TemplateDecoder, Turn};
use crate::chat::machine::{Signal, Upon, Within};
use crate::chat::schema::Target;

/// What is being kept.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recording {
    /// The next byte of the input is the template's last one: it was looked at and not consumed.
    is_pushed: bool,
    has_chunk: bool,
    /// The hole that is being read, and whether anything of it was handed out.
    hole: Option<(u8, bool)>,
}

impl<const TEMPLATE: usize, const SCRATCH: usize> TemplateDecoder<TEMPLATE, SCRATCH> {
    /// Keeps the event that begins here.
    pub(super) fn begin_recording(&mut self, start: Start) {
        self.template.begin(start);
        self.mode = Mode::Recording(Recording::default());
    }

    /// Reads on in the event that is kept.
    pub(super) fn record<'i>(&mut self, mut recording: Recording, input: &mut &'i [u8]) -> Turn<'i> {
        if let Some((hole, is_filled)) = recording.hole {
            return self.record_hole(recording, hole, is_filled, input);
        }
        // What is due comes before the next byte.
        if !self.reader.machine.is_due() {
            let Some(&byte) = input.first() else { return Turn::Consumed };
            if !recording.is_pushed && !self.template.push(byte) {
                return self.give_up();
            }
            recording.is_pushed = true;
        }
        let due = if self.reader.machine.is_due() { 0 } else { 1 };
        let mut one = input.get(..due).unwrap_or_default();
        let (found, text) = self.reader.take_signal(&mut one);
        if due == 1 && one.is_empty() {
            *input = input.get(1..).unwrap_or_default();
            recording.is_pushed = false;
        }
        match found {
            Some(Err(error)) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(error)
            }
            Some(Ok(signal)) => {
                recording.has_chunk |= signal == Signal::ChunkEnd;
                self.mode = if self.note(signal, text) {
                    Mode::Recording(recording)
                } else {
                    self.note_failure();
                    Mode::Plain { is_ending: signal == Signal::ChunkEnd }
                };
                Turn::Found(Found::Signal(signal, text))
            }
            None => {
                self.mode = Mode::Recording(recording);
                if recording.is_pushed { Turn::Again } else { self.look_around(recording) }
            }
        }
    }

    /// A byte was read: whether a hole begins here, or the event is over.
    fn look_around<'i>(&mut self, mut recording: Recording) -> Turn<'i> {
        let upon = self.reader.machine.upon();
        let is_hole = match upon {
            Upon::Raw => return self.give_up(),
            Upon::String(target) => target.is_text() || self.varying.has(target),
            Upon::Skipped | Upon::Counts => true,
            Upon::Nothing => false,
        };
        if is_hole {
            let stand = self.reader.machine.stand();
            let indices = self.machine_indices();
            let is_string = self.template.literal(0, self.template.length()).ends_with(b"\"");
            let hole = Hole {
                upon,
                is_string,
                is_filled: false,
                choice: self.reader.machine.choice(),
                stand,
                stream: self.reader.settled_stream(),
                segment_end: 0,
            };
            let Some(number) = self.template.push_hole(hole, indices) else { return self.give_up() };
            recording.hole = Some((number, false));
            self.mode = Mode::Recording(recording);
        } else if recording.has_chunk && self.reader.is_between_events() {
            let end = self.reader_start();
            if self.template.complete(&end) {
                self.begin_following();
            } else {
                // Something was seen for the first time. The next event may be like this one.
                self.mode = Mode::Plain { is_ending: true };
                self.misses = self.patience;
            }
        }
        Turn::Again
    }

    /// Reads on in a value of the event that is kept.
    fn record_hole<'i>(
        &mut self,
        mut recording: Recording,
        number: u8,
        is_filled: bool,
        input: &mut &'i [u8],
    ) -> Turn<'i> {
        let Some(hole) = self.template.hole(number) else { return self.give_up() };
        let (within, text) = self.reader.take_within(hole.upon, &hole.stand, input);
        let is_over = self.reader.machine.is_behind(hole.upon, &hole.stand);
        match within {
            Within::Consumed => Turn::Consumed,
            Within::Fault(kind) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(self.reader.fail(kind))
            }
            Within::Beyond => self.give_up(),
            Within::Signal(signal) => {
                recording.hole = Some((number, is_filled || !self.reader.is_empty(text)));
                self.mode = Mode::Recording(recording);
                if hole.upon == Upon::Counts && is_over && self.end_hole(recording, number).is_none() {
                    self.note_failure();
                    self.mode = Mode::Plain { is_ending: false };
                }
                Turn::Found(Found::Signal(signal, text))
            }
            Within::End => match self.end_hole(recording, number) {
                Some(()) => Turn::Again,
                None => self.give_up(),
            },
        }
    }

    /// The value is over, if it ended like others will.
    fn end_hole(&mut self, mut recording: Recording, number: u8) -> Option<()> {
        let (_, is_filled) = recording.hole.take()?;
        let choice = self.reader.machine.choice();
        self.template.close_hole(number, is_filled, choice);
        let hole = self.template.hole(number)?;
        if self.reader.machine.is_due() || self.reader.machine.stand() != hole.stand.behind(hole.upon, choice)
        {
            return None;
        }
        self.mode = Mode::Recording(recording);
        Some(())
    }

    /// Notes what was found; whether the template has room for it and can give it again.
    fn note(&mut self, signal: Signal, text: Option<&str>) -> bool {
        let indices = self.machine_indices();
        match signal {
            Signal::Text { target, first: true, last: true } if can_be_given_again(target) => {
                let text = text.unwrap_or(self.reader.machine.scratch.as_str());
                self.template.push_text(target, text, indices)
            }
            Signal::Created => {
                let is_first = !self.template.has_created();
                self.template.created = self.reader.machine.created();
                is_first && self.template.push_step(What::Signal(signal), indices)
            }
            Signal::ChoiceStart
            | Signal::ChoiceEnd(_)
            | Signal::CallStart
            | Signal::CallEnd
            | Signal::ChunkEnd => self.template.push_step(What::Signal(signal), indices),
            _ => false,
        }
    }

    fn machine_indices(&self) -> Indices {
        let machine = &self.reader.machine;
        Indices { choice: machine.choice_position_index(), call: machine.call_index() }
    }

    /// The event cannot be kept; it is read on as any.
    fn give_up<'i>(&mut self) -> Turn<'i> {
        self.note_failure();
        self.mode = Mode::Plain { is_ending: false };
        Turn::Again
    }
}

impl<const SIZE: usize> Template<SIZE> {
    fn has_created(&self) -> bool {
        (0..)
            .map_while(|step| self.recorded_step(step))
            .any(|step| matches!(step.what, What::Signal(Signal::Created)))
    }
}

/// Whether the target is one of those that an answer without errors has, and that is handed out as it stands.
fn can_be_given_again(target: Target) -> bool {
    matches!(
        target,
        Target::Id
            | Target::Model
            | Target::SystemFingerprint
            | Target::ServiceTier
            | Target::Role
            | Target::FinishReason
            | Target::CallId
            | Target::CallName
    )
}
