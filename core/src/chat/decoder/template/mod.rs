//! A decoder that remembers the last event, for events that resemble each other.

mod follow;
mod memory;
mod reader;
mod record;

use self::follow::{Place, Varying};
use self::memory::{Indices, Start, Template, What};
use self::record::Recording;
use super::Verdict;
use super::reader::{Phase, Reader};
use crate::Error;
use crate::chat::event::{Event, Piece};
use crate::chat::interest::Everything;
use crate::chat::machine::Signal;
use crate::chat::progress::MAX_CHOICE;
use crate::chat::schema::Target;

/// A [`Decoder`](super::Decoder) that is several times as fast, for more memory.
///
/// The events of a stream are the same but for a few values. This decoder keeps the bytes of one, and what they gave, as a template;
/// as long as the bytes that come are the same, they are compared instead of decoded. The text of the answer, token counts and
/// values that are skipped may be others each time, and so may those that were seen to be. Where else an event differs,
/// it is decoded from there on, and after two of them in a row another one is kept.
///
/// It is driven in the same way, and gives the same events (fragments merged), the same errors at the same offsets and the same
/// verdict: where the template is followed, the bytes are those of an event that was checked, at the same place in the
/// grammar.
///
/// ```
/// use choreoai_core::chat::{Event, TemplateDecoder, Verdict};
///
/// let mut decoder: TemplateDecoder = TemplateDecoder::new();
/// let mut text = String::new();
/// for (token, reason) in [("1", "null"), (", 2", "null"), (", 3", "null"), ("!", "\"stop\"")] {
///     let event = format!(
///         "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"finish_reason\": {reason}, \"index\": 0}}]}}\n\n"
///     );
///     let mut input = event.as_bytes();
///     while let Some(event) = decoder.next_event(&mut input) {
///         if let Event::Content(fragment) = event? {
///             text.push_str(fragment);
///         }
///     }
/// }
/// decoder.end();
/// assert!(decoder.next_event(&mut &[][..]).is_none(), "the body ended with nothing held");
/// assert_eq!(text, "1, 2, 3!");
/// assert_eq!(decoder.verdict(), Ok(Verdict::Finished));
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// # Bounds
///
/// Those of [`Decoder`](super::Decoder), and besides `TEMPLATE` bytes, at most 65,535, and some 1,200 more. An event of more bytes
/// (without those of its text, its token counts and what is skipped), of more than 23 [`Event`]s or of more than 4 values that
/// may differ is never kept, but decoded.
///
/// Where events differ that were expected not to, the bytes since the last value that may are looked at twice; one event in three
/// at most is read byte by byte, to be kept, fewer the less that helps.
#[derive(Clone, Debug)]
pub struct TemplateDecoder<const TEMPLATE: usize = 768, const SCRATCH: usize = 64> {
    reader: Reader<Everything, SCRATCH>,
    template: Template<TEMPLATE>,
    mode: Mode,
    varying: Varying,
    /// As far as they have come, while the machine stands still.
    indices: Indices,
    /// How many events in a row could not be followed to their end.
    misses: u8,
    /// After how many of these another event is kept.
    patience: u8,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    /// The machine reads.
    Plain {
        /// The chunk is complete, and the line end behind it is looked for.
        is_ending: bool,
    },
    /// The machine reads byte by byte, and what it finds is kept.
    Recording(Recording),
    /// The bytes are compared; the machine stands still.
    Following(Place),
    /// The machine reads a value in between.
    Within { place: Place, hole: u8, is_filled: bool },
}

/// What a look at the input gave.
enum Turn<'i> {
    Found(Found<'i>),
    Fault(Error),
    /// All of the input was consumed.
    Consumed,
    /// Another look is needed.
    Again,
}

/// An event that has not been lent yet.
enum Found<'i> {
    /// By the machine, with its text unless that is in the scratch.
    Signal(Signal, Option<&'i str>),
    /// That of a step of the template.
    Step(u8),
    /// A value in between.
    Text(Target, &'i str),
}

const PATIENCE: u8 = 2;
const MOST_PATIENCE: u8 = 128;

impl<const TEMPLATE: usize, const SCRATCH: usize> TemplateDecoder<TEMPLATE, SCRATCH> {
    /// A decoder at the start of a body.
    ///
    /// `SCRATCH` is that of [`Decoder::with_scratch`](super::Decoder::with_scratch).
    pub const fn new() -> Self {
        Self {
            reader: Reader::NEW,
            template: Template::new(),
            mode: Mode::Plain { is_ending: false },
            varying: Varying::new(),
            indices: Indices { choice: None, call: None },
            misses: PATIENCE,
            patience: PATIENCE,
        }
    }

    /// See [`Decoder::for_error_body`](super::Decoder::for_error_body). Nothing is kept of such a body.
    #[must_use]
    pub const fn for_error_body(mut self) -> Self {
        self.reader.set_error_body();
        self
    }

    /// See [`Decoder::with_logprobs`](super::Decoder::with_logprobs). No event that has them is kept.
    #[must_use]
    pub const fn with_logprobs(mut self) -> Self {
        self.reader.machine.want_logprobs();
        self
    }

    /// See [`Decoder::with_extra`](super::Decoder::with_extra). No event that has such members is kept.
    #[must_use]
    pub const fn with_extra(mut self) -> Self {
        self.reader.machine.want_extra();
        self
    }

    /// See [`Decoder::choice_index`](super::Decoder::choice_index); of use up to the end of the choice.
    pub fn choice_index(&self) -> Option<u32> {
        match self.mode {
            Mode::Following(_) => self.indices.choice.filter(|&index| index <= MAX_CHOICE).map(u32::from),
            _ => self.reader.machine.choice_index(),
        }
    }

    /// See [`Decoder::tool_call_index`](super::Decoder::tool_call_index); of use up to the end of the call.
    pub const fn tool_call_index(&self) -> Option<u32> {
        match self.mode {
            Mode::Following(_) => self.indices.call,
            _ => self.reader.machine.call_index(),
        }
    }

    /// Takes one event off the front of `input`. See [`Decoder::next_event`](super::Decoder::next_event).
    ///
    /// # Errors
    ///
    /// Those of the other decoder, at the same offsets.
    #[inline]
    pub fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        loop {
            let turn = match self.mode {
                Mode::Following(place) => self.follow(place, input),
                Mode::Within { place, hole, is_filled } => self.read_within(place, hole, is_filled, input),
                Mode::Recording(recording) => self.record(recording, input),
                Mode::Plain { is_ending: false } => self.decode(input),
                Mode::Plain { is_ending: true } => self.decode_end(input),
            };
            match turn {
                Turn::Found(found) => return Some(Ok(self.event(found))),
                Turn::Fault(error) => return Some(Err(error)),
                Turn::Consumed => return None,
                Turn::Again => {}
            }
        }
    }

    /// The body has ended. See [`Decoder::end`](super::Decoder::end).
    pub fn end(&mut self) {
        if let Mode::Following(place) = self.mode {
            self.catch_up(place);
        }
        self.mode = Mode::Plain { is_ending: false };
        self.reader.end();
    }

    /// How the answer ended. See [`Decoder::verdict`](super::Decoder::verdict).
    ///
    /// # Errors
    ///
    /// Those of the other decoder.
    pub fn verdict(&self) -> Result<Verdict, Error> {
        // While events are compared, the machine knows all of the body that they could tell it.
        self.reader.verdict()
    }

    /// The machine reads.
    fn decode<'i>(&mut self, input: &mut &'i [u8]) -> Turn<'i> {
        let (found, text) = self.reader.take_signal(input);
        match found {
            Some(Ok(signal)) => {
                self.mode = Mode::Plain { is_ending: signal == Signal::ChunkEnd };
                Turn::Found(Found::Signal(signal, text))
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
        let mut one = input.get(..1).unwrap_or(input);
        let given = one.len();
        let (found, text) = self.reader.take_signal(&mut one);
        *input = input.get(given.wrapping_sub(one.len())..).unwrap_or_default();
        match found {
            Some(Ok(signal)) => {
                self.mode = Mode::Plain { is_ending: signal == Signal::ChunkEnd };
                Turn::Found(Found::Signal(signal, text))
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
        if self.reader.phase != Phase::Stream || self.reader.is_error_body() {
            return;
        }
        let start = self.reader_start();
        if self.misses >= self.patience {
            self.misses = 0;
            self.begin_recording(start);
        } else if self.template.start() == Some(&start) {
            self.begin_following();
        } else {
            self.misses = self.misses.saturating_add(1);
        }
    }

    /// Where the reader stands between events.
    fn reader_start(&self) -> Start {
        let machine = &self.reader.machine;
        Start { stream: self.reader.settled_stream(), stand: machine.stand(), lasting: machine.lasting() }
    }

    /// An event was the template's to its end.
    fn note_success(&mut self) {
        self.misses = 0;
        self.patience = PATIENCE;
    }

    /// An event could not be kept.
    fn note_failure(&mut self) {
        self.misses = 0;
        self.patience = self.patience.saturating_mul(2).min(MOST_PATIENCE);
    }

    fn event<'e, 'i: 'e>(&'e self, found: Found<'i>) -> Event<'e> {
        let machine = &self.reader.machine;
        match found {
            Found::Signal(signal, text) => machine.event(signal, text),
            Found::Text(target, text) => machine.text_event(target, Piece { text, first: true, last: true }),
            Found::Step(step) => match self.template.step(step).map(|step| step.what) {
                Some(What::Text { target, start, length }) => {
                    let text = self.template.text(start, length);
                    machine.text_event(target, Piece { text, first: true, last: true })
                }
                Some(What::Signal(Signal::Created)) => Event::Created(self.template.created),
                Some(What::Signal(Signal::CallEnd)) => Event::ToolCallEnd { index: self.indices.call },
                Some(What::Signal(signal)) => machine.event(signal, None),
                Some(What::Hole(_) | What::End) | None => Event::Done,
            },
        }
    }
}

impl<const TEMPLATE: usize, const SCRATCH: usize> Default for TemplateDecoder<TEMPLATE, SCRATCH> {
    fn default() -> Self {
        Self::new()
    }
}
