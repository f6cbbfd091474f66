//! A decoder that remembers the last event, for events that resemble each other.

mod decoders;
mod follow;
mod leave;
mod memory;
mod policy;
mod reader;
mod record;
#[cfg(test)]
mod tests;
mod varying;

pub use self::decoders::{TemplateDecoder, TextTemplateDecoder};
use self::follow::{Followed, Place};
use self::memory::{Slot, Start, Templates, What};
use self::policy::Policy;
use self::record::Recording;
use self::varying::Varying;
use super::reader::{Phase, Reader};
use crate::Error;
use crate::chat::event::{Event, Piece};
use crate::chat::interest::Interest;
use crate::chat::machine::Signal;
use crate::chat::progress::MAX_CHOICE;
use crate::chat::schema::Target;
use crate::json::{ShortText, line_end};

/// Reads one body. See [`TemplateDecoder`] for what its functions do.
#[derive(Clone, Debug)]
struct Templated<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> {
    reader: Reader<I, SCRATCH>,
    mode: Mode,
    /// While events are followed.
    place: Place,
    /// The text that was found last, if it was short.
    short: ShortText,
    templates: Templates<TEMPLATE>,
    /// Where the reader stands before and behind each event that they are for.
    start: Option<Start>,
    /// How far the templates are the same.
    shared: u16,
    /// The slot whose template the last event followed to its end, and how often in a row that was another one than before.
    followed: Slot,
    turns: u8,
    /// The other template was tried for this event, too.
    has_switched: bool,
    varying: Varying,
    policy: Policy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// The machine reads.
    Plain {
        /// The chunk is complete, and the line end behind it is looked for.
        is_ending: bool,
    },
    /// The machine reads step by step, and what it finds is kept.
    Recording(Recording),
    /// The bytes are compared; the machine stands still.
    Following,
    /// The machine reads a value in between, of which something was handed out or not.
    Within { is_filled: bool },
}

impl Mode {
    /// The machine reads on behind this.
    fn after(signal: Signal) -> Self {
        Self::Plain { is_ending: signal == Signal::ChunkEnd }
    }
}

/// What the machine gave.
enum Turn<'i> {
    /// What it tells, with its text unless that is in the scratch.
    Found(Signal, Option<&'i str>),
    Fault(Error),
    /// All of the input was consumed.
    Consumed,
    /// Another look is needed.
    Again,
}

impl<I: Interest, const TEMPLATE: usize, const SCRATCH: usize> Templated<I, TEMPLATE, SCRATCH> {
    const NEW: Self = Self {
        reader: Reader::NEW,
        mode: Mode::Plain { is_ending: false },
        place: Place::START,
        short: ShortText::EMPTY,
        templates: Templates::NEW,
        start: None,
        shared: 0,
        followed: Slot::One,
        turns: 0,
        has_switched: false,
        varying: Varying::NONE,
        policy: Policy::NEW,
    };

    #[inline]
    fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        if let Some(what) = self.next_step() {
            return self.step_event(what);
        }
        // Where events are compared, nothing comes of no input; mostly the last read ended with an event.
        if input.is_empty() && self.mode == Mode::Following {
            return None;
        }
        self.look(input)
    }

    /// Reads on until there is an event.
    #[inline(never)]
    fn look<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        loop {
            // Apart from the others, which are large: mostly it is all there is to do.
            if self.mode == Mode::Following {
                let (target, text) = match self.follow(input) {
                    Followed::Step(what) => return self.step_event(what),
                    Followed::Short(target) => (target, self.short.as_str()),
                    Followed::Text(target, text) => (target, text),
                    Followed::Gathered(target) => (target, self.reader.machine.scratch.as_str()),
                    Followed::Consumed => return None,
                    Followed::Again => continue,
                };
                return Some(Ok(self
                    .reader
                    .machine
                    .text_event(target, Piece { text, first: true, last: true })));
            }
            match self.read(input) {
                Turn::Found(signal, _) if !I::ALL && signal.is_frame() => {}
                Turn::Found(signal, text) => return Some(Ok(self.reader.machine.event(signal, text))),
                Turn::Fault(error) => return Some(Err(error)),
                Turn::Consumed => return None,
                Turn::Again => {}
            }
        }
    }

    /// The machine reads.
    #[inline(never)]
    fn read<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        match self.mode {
            Mode::Following => Turn::Again,
            Mode::Within { is_filled } => self.read_within(is_filled, input),
            Mode::Recording(recording) => self.record(recording, input),
            Mode::Plain { is_ending: false } => self.decode(input),
            Mode::Plain { is_ending: true } => self.decode_end(input),
        }
    }

    fn end(&mut self) {
        if self.mode == Mode::Following {
            self.catch_up();
        }
        self.mode = Mode::Plain { is_ending: false };
        self.reader.end();
    }

    fn tool_call_index(&self) -> Option<u32> {
        match self.mode {
            Mode::Following => self.indices().call.map(u32::from),
            _ => self.reader.machine.call_index(),
        }
    }

    fn choice_index(&self) -> Option<u32> {
        match self.mode {
            Mode::Following => self.indices().choice.filter(|&index| index <= MAX_CHOICE).map(u32::from),
            _ => self.reader.machine.choice_index(),
        }
    }

    /// The machine reads, and nothing is known of what comes.
    fn decode<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        let (found, text) = self.reader.take_signal(input);
        match found {
            Some(Ok(signal)) => {
                self.mode = Mode::after(signal);
                Turn::Found(signal, text)
            }
            Some(Err(error)) => Turn::Fault(error),
            None => Turn::Consumed,
        }
    }

    /// The machine reads on to the end of the event, and no further.
    fn decode_end<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        if self.reader.is_between_events() && !self.reader.machine.is_due() {
            self.choose();
            return Turn::Again;
        }
        // The event ends behind the end of a line.
        let end = line_end(input).saturating_add(1);
        let mut line = input.get(..end).unwrap_or(input);
        let given = line.len();
        let (found, text) = self.reader.take_signal(&mut line);
        *input = input.get(given.wrapping_sub(line.len())..).unwrap_or_default();
        match found {
            Some(Ok(signal)) => {
                self.mode = Mode::after(signal);
                Turn::Found(signal, text)
            }
            Some(Err(error)) => {
                *input = &[];
                Turn::Fault(error)
            }
            None if given == 0 => Turn::Consumed,
            None => Turn::Again,
        }
    }

    /// What to do with the event that begins here.
    fn choose(&mut self) {
        self.mode = Mode::Plain { is_ending: false };
        self.has_switched = false;
        if self.reader.phase != Phase::Stream || self.reader.is_error_body() {
            return;
        }
        if self.policy.waits(self.reader.machine.has_told()) {
            return;
        }
        // The one that was of use last.
        let slot = self.place.slot;
        let start = self.reader_start();
        let is_at_start = self.start.as_ref() == Some(&start);
        if self.policy.wants_another() {
            if !is_at_start {
                self.start = Some(start);
                self.templates.forget();
            }
            self.begin_recording(if self.templates.get(slot).is_complete() { slot.other() } else { slot });
        } else if is_at_start && self.templates.get(slot).is_complete() {
            self.begin_following(slot);
        } else {
            self.policy.note_missed();
        }
    }

    /// Where the reader stands between events.
    fn reader_start(&self) -> Start {
        let machine = &self.reader.machine;
        Start { stream: self.reader.settled_stream(), stand: machine.stand(), lasting: machine.lasting() }
    }

    // Each arm makes the whole of the result: put together behind them, it would be copied.
    #[inline(always)]
    fn step_event(&self, what: What) -> Option<Result<Event<'_>, Error>> {
        match what {
            What::Text { target, start, length } => self.kept_text(target, start, length),
            What::ChoiceStart if I::ALL => Some(Ok(Event::ChoiceStart)),
            What::ChoiceEnd(index) => Some(Ok(Event::ChoiceEnd { index: u32::from(index) })),
            What::ChunkEnd if I::ALL => Some(Ok(Event::ChunkEnd)),
            What::CallStart if I::ALL => Some(Ok(Event::ToolCallStart)),
            What::CallEnd(index) if I::ALL => Some(Ok(Event::ToolCallEnd { index: index.map(u32::from) })),
            What::Created if I::ALL => {
                Some(Ok(Event::Created(self.templates.get(self.place.slot).created())))
            }
            // The others are no steps that give anything, to this decoder.
            What::ChoiceStart
            | What::ChunkEnd
            | What::CallStart
            | What::CallEnd(_)
            | What::Created
            | What::End => Some(Ok(Event::Done)),
        }
    }

    #[inline(never)]
    fn kept_text(&self, target: Target, start: u16, length: u16) -> Option<Result<Event<'_>, Error>> {
        let text = self.templates.get(self.place.slot).text(start, length);
        Some(Ok(self.reader.machine.text_event(target, Piece { text, first: true, last: true })))
    }
}
