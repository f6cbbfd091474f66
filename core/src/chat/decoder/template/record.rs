//! An event is decoded step by step, and kept.

use super::memory::{Indices, MAX_SKIPPED, Slot, What};
use super::varying::Varying;
use super::{Mode, Templated, Turn};
use crate::chat::interest::Interest;
use crate::chat::machine::{Signal, Upon, Within};
use crate::chat::schema::Target;

/// What is being kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recording {
    slot: Slot,
    is_for_trouble: bool,
    /// The next byte of the input is the template's last one: it was looked at and not consumed.
    is_pushed: bool,
    has_choice: bool,
    has_call: bool,
    has_chunk: bool,
    /// The hole that is being read, and whether anything of it was handed out.
    hole: Option<(u8, bool)>,
    /// Where in the literal the string begins that is being skipped.
    skipped: Option<u16>,
}

/// A string that is skipped and has as many bytes is not kept.
const LONG: u16 = 64;
/// How much is read at once, at most: little enough that a string is seen to be long before the memory is full.
const MOST: usize = 32;

impl<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> Templated<I, TEMPLATE, SCRATCH> {
    /// Keeps the event that begins here.
    pub(super) fn begin_recording(&mut self, slot: Slot) {
        self.templates.get_mut(slot).forget();
        self.mode = Mode::Recording(Recording {
            slot,
            is_for_trouble: self.policy.begin(),
            is_pushed: false,
            has_choice: false,
            has_call: false,
            has_chunk: false,
            hole: None,
            skipped: None,
        });
    }

    /// Reads on in the event that is kept.
    pub(super) fn record<'i>(&mut self, mut recording: Recording, input: &mut &'i [u8]) -> Turn<'i> {
        if let Some((hole, is_filled)) = recording.hole {
            return self.record_hole(recording, hole, is_filled, input);
        }
        // What is due comes before the next byte.
        let length = match self.reader.machine.is_due() {
            true => 0,
            false if recording.is_pushed => 1,
            false => self.reader.step_length(input.get(..MOST).unwrap_or(input)),
        };
        let given = input.get(..length).unwrap_or(input);
        if !given.is_empty() && !recording.is_pushed {
            if !self.templates.get_mut(recording.slot).push(given) {
                return self.give_up();
            }
            recording.is_pushed = true;
        }
        let mut rest = given;
        let (found, text) = self.reader.take_signal(&mut rest);
        let consumed = given.len().wrapping_sub(rest.len());
        if consumed > 0 {
            // All of it; or what is told is only a part of a value, or a name, which is not kept.
            *input = input.get(consumed..).unwrap_or_default();
            recording.is_pushed = false;
        }
        match found {
            Some(Err(error)) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(error)
            }
            Some(Ok(signal)) => {
                recording.has_choice |= signal == Signal::ChoiceStart;
                recording.has_call |= signal == Signal::CallStart;
                recording.has_chunk |= signal == Signal::ChunkEnd;
                let is_noted = self.note(recording, signal, text);
                debug_assert!(!is_noted || rest.is_empty() || given.len() == 1, "a part of it is kept twice");
                self.mode = if is_noted {
                    Mode::Recording(recording)
                } else {
                    let _ = self.give_up();
                    Mode::after(signal)
                };
                Turn::Found(signal, text)
            }
            None if input.is_empty() && given.is_empty() => Turn::Consumed,
            // What was due told nothing.
            None if given.is_empty() => Turn::Again,
            None => {
                debug_assert!(rest.is_empty(), "nothing was found, so all of it was consumed");
                self.look_around(recording)
            }
        }
    }

    /// Something was read: whether a hole begins here, or the event is over.
    fn look_around<'i>(&mut self, mut recording: Recording) -> Turn<'i> {
        let upon = self.reader.machine.upon();
        let is_string = upon == Upon::SkippedString;
        let template = self.templates.get(recording.slot);
        let (length, number) = (template.length(), template.skipped_count());
        let is_hole = match upon {
            Upon::Raw => return self.give_up(),
            Upon::String(target) => target.is_text() || self.varying.has(Varying::of(target)),
            Upon::SkippedString if recording.skipped.is_none() => {
                usize::from(number) >= MAX_SKIPPED || self.varying.has(Varying::of_skipped(number))
            }
            Upon::SkippedString => {
                if length.wrapping_sub(recording.skipped.unwrap_or(length)) >= LONG {
                    // A string of its length hardly stands there each time.
                    self.note_varying(Varying::of_skipped(number));
                    return self.give_up();
                }
                false
            }
            Upon::Skipped | Upon::Counts => true,
            Upon::Nothing => false,
        };
        if is_string && is_hole {
            self.templates.get_mut(recording.slot).push_skipped(length);
        } else if is_string {
            recording.skipped.get_or_insert(length);
        } else if let Some(start) = recording.skipped.take() {
            self.templates.get_mut(recording.slot).push_skipped(start);
        }
        self.mode = Mode::Recording(recording);
        if is_hole {
            let Some(indices) = self.machine_indices(recording) else { return self.give_up() };
            let hole = self.reader.hole();
            let Some(number) = self.templates.get_mut(recording.slot).push_hole(hole, indices) else {
                return self.give_up();
            };
            recording.hole = Some((number, false));
            self.mode = Mode::Recording(recording);
        } else if recording.has_chunk && self.reader.is_between_events() {
            self.end_recording(recording);
        }
        Turn::Again
    }

    /// The event is over. If it changed nothing for those that follow, these may be like it.
    fn end_recording(&mut self, recording: Recording) {
        let Recording { slot, is_for_trouble, .. } = recording;
        self.mode = Mode::Plain { is_ending: true };
        let end = self.reader_start();
        if self.start.as_ref() != Some(&end) || !self.templates.get_mut(slot).complete() {
            self.templates.get_mut(slot).forget();
            if self.start.as_ref().is_some_and(|start| start.lasting != end.lasting) {
                // Something of the body was seen for the first time, which happens but so often.
                self.policy.want(1);
            }
            return;
        }
        self.shared = self.templates.shared();
        let is_known = self.templates.get(slot.other()).is_complete()
            && self.shared >= self.templates.get(slot).length();
        if is_known {
            self.templates.get_mut(slot).forget();
            if is_for_trouble {
                // Of two kinds that take turns, it was the one that is kept already.
                self.policy.want(4);
            }
            return;
        }
        self.policy.note_kept(slot);
        self.begin_following(slot);
    }

    /// Reads on in a value of the event that is kept.
    fn record_hole<'i>(
        &mut self,
        mut recording: Recording,
        number: u8,
        is_filled: bool,
        input: &mut &'i [u8],
    ) -> Turn<'i> {
        let (upon, within, text);
        {
            let Some(hole) = self.templates.get(recording.slot).hole(number) else { return self.give_up() };
            upon = hole.upon;
            (within, text) = self.reader.take_within(upon, &hole.stand, input);
        }
        match within {
            Within::Consumed => Turn::Consumed,
            Within::Fault(kind) => {
                self.mode = Mode::Plain { is_ending: false };
                *input = &[];
                Turn::Fault(self.reader.fail(kind))
            }
            Within::Beyond => self.give_up(),
            Within::Signal(signal) => {
                let is_counts = upon == Upon::Counts;
                recording.hole = Some((number, is_filled || is_counts || !self.reader.is_empty(text)));
                self.mode = Mode::Recording(recording);
                if is_counts && self.end_hole(recording, number).is_none() {
                    let _ = self.give_up();
                }
                Turn::Found(signal, text)
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
        let stand = self.reader.machine.stand();
        let choice = stand.choice();
        self.templates.get_mut(recording.slot).close_hole(number, is_filled, choice);
        let hole = self.templates.get(recording.slot).hole(number)?;
        if self.reader.machine.is_due() || stand != hole.stand.behind(hole.upon, choice) {
            return None;
        }
        self.mode = Mode::Recording(recording);
        Some(())
    }

    /// Notes what was found; whether the template has room for it and can give it again.
    fn note(&mut self, recording: Recording, signal: Signal, text: Option<&str>) -> bool {
        if !I::ALL && signal.is_frame() {
            // It is not handed out, so there is nothing to give again.
            return true;
        }
        let Some(indices) = self.machine_indices(recording) else { return false };
        let machine = &self.reader.machine;
        let (own, template) = (machine.scratch.as_str(), self.templates.get_mut(recording.slot));
        match signal {
            Signal::Text { target, first: true, last: true } if can_be_given_again(target) => {
                template.push_text(target, text.unwrap_or(own), indices)
            }
            Signal::Created => template.push_created(machine.created(), indices),
            Signal::ChoiceStart => template.push_step(What::ChoiceStart, indices),
            Signal::ChoiceEnd(index) => template.push_step(What::ChoiceEnd(index), indices),
            Signal::CallStart => template.push_step(What::CallStart, indices),
            Signal::CallEnd => template.push_step(What::CallEnd(indices.call), indices),
            Signal::ChunkEnd => template.push_step(What::ChunkEnd, indices),
            _ => false,
        }
    }

    /// The indices that the machine knows; `None` if that of the call is too large to be noted.
    fn machine_indices(&self, recording: Recording) -> Option<Indices> {
        if !recording.has_choice {
            // What the machine knows is that of an earlier event.
            return Some(Indices::NONE);
        }
        let machine = &self.reader.machine;
        let call = machine.call_index().filter(|_| recording.has_call);
        let call = call.map(u8::try_from).transpose().ok()?;
        Some(Indices { choice: machine.own_choice_index(), call })
    }

    /// The event cannot be kept; it is read on as any.
    fn give_up<'i>(&mut self) -> Turn<'i> {
        if let Mode::Recording(recording) = self.mode {
            self.templates.get_mut(recording.slot).forget();
        }
        self.mode = Mode::Plain { is_ending: false };
        Turn::Again
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
