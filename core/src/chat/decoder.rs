//! The decoder of response bodies.

use super::event::{Event, Piece};
use super::machine::{Machine, Signal};
use crate::sse::{Field, Framer, Item};
use crate::{Error, ErrorKind};

/// Turns the body of a chat completion into [`Event`]s, however it is cut.
///
/// The body may be an event stream or one JSON document (a whole completion, or an error report): which it is shows by its
/// first byte. All that WHATWG HTML 9.2 and RFC 8259 allow, and the habits of many servers beyond that, are ordinary input;
/// JSON is checked strictly, in skipped values too.
///
/// # How to drive it
///
/// Give it bytes as they arrive, and call [`next_event`](Self::next_event) until it returns `None`. When the body has
/// ended, call [`end`](Self::end), then `next_event` with an empty input until `None`, then [`verdict`](Self::verdict).
///
/// ```
/// use choreoai_core::chat::{Decoder, Event, Verdict};
///
/// let body = br#"data: {"choices": [{"delta": {"content": "Hi"}, "index": 0, "finish_reason": "stop"}]}
///
/// data: [DONE]
///
/// "#;
/// let mut decoder = Decoder::new();
/// let mut text = String::new();
/// for mut input in body.chunks(7) {
///     while let Some(event) = decoder.next_event(&mut input) {
///         if let Event::Content(fragment) = event? {
///             text.push_str(fragment);
///         }
///     }
/// }
/// decoder.end();
/// assert_eq!(text, "Hi");
/// assert_eq!(decoder.verdict(), Ok(Verdict::Finished));
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// # Bounds
///
/// The decoder is a few hundred bytes, `SCRATCH` of them for text that cannot be lent from the input; it allocates nothing.
/// Text of any length is handed on as it arrives. A value that is wanted whole (an id, a name, a reason) is held over
/// cuts and arrives in one [`Piece`] if it has at most `SCRATCH - 4` bytes; a longer one may come in several. Nesting is bounded by
/// [`MAX_DEPTH`](crate::json::MAX_DEPTH), the index of a choice by 127. Each call does work in proportion to the bytes
/// it consumes; a call that returns an event without consuming any does a constant amount.
#[derive(Clone, Debug)]
pub struct Decoder<const SCRATCH: usize = 64> {
    framer: Framer,
    machine: Machine<SCRATCH>,
    phase: Phase,
    data: Data,
    /// How much of the name `error` the event's type has matched so far.
    event_type: EventType,
    /// The line that is being read is data for the machine.
    reads: bool,
    /// A line feed is to be fed between two lines of data.
    is_joint: bool,
    /// The first line of the body is indented so far.
    is_indented: bool,
    saw_data: bool,
    saw_unknown: bool,
    is_done: bool,
    is_ended: bool,
    /// What was held at the end of the body was handed out.
    is_drained: bool,
    /// The body ended inside something.
    is_cut: bool,
    is_error_body: bool,
    failure: Option<ErrorKind>,
    offset: u64,
}

/// How an answer ended that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every choice said why it ended.
    Finished,
    /// The server said that all was sent, but not why some choice ended; some providers never do.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing but a byte order mark and white space was seen.
    Start,
    Stream,
    /// One JSON document.
    Document,
    /// An error report in plain text.
    Text,
    /// What follows is ignored.
    Over,
}

/// What the data of the current event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    None,
    /// There is a data line, but only white space on it so far.
    Blank,
    /// After `[`: the sentinel, or an array.
    Bracket,
    /// In `[DONE]`, after this many bytes.
    Sentinel(u8),
    Json,
    /// An error report in plain text.
    Text,
    /// Not JSON and not meant to be.
    Ignored,
}

const SENTINEL: &[u8] = b"[DONE]";

impl Decoder<64> {
    /// A decoder at the start of a body, with 64 bytes of scratch.
    pub const fn new() -> Self {
        Self::with_scratch()
    }
}

impl Default for Decoder<64> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SCRATCH: usize> Decoder<SCRATCH> {
    /// A decoder at the start of a body, with a scratch of another size: at least 32 bytes, which is more than the longest
    /// name of the schema, at most 65,535. A larger one lets escaped text gather into longer fragments.
    pub const fn with_scratch() -> Self {
        const {
            assert!(SCRATCH >= 32, "the scratch must hold the longest name of the schema");
            assert!(SCRATCH <= u16::MAX as usize, "the scratch is limited to 65,535 bytes");
        }
        Self {
            framer: Framer::new(),
            machine: Machine::new(),
            phase: Phase::Start,
            data: Data::None,
            event_type: EventType::NONE,
            reads: false,
            is_joint: false,
            is_indented: false,
            saw_data: false,
            saw_unknown: false,
            is_done: false,
            is_ended: false,
            is_drained: false,
            is_cut: false,
            is_error_body: false,
            failure: None,
            offset: 0,
        }
    }

    /// Reads the body as an error report, whatever shape it has: JSON of any of the known shapes, or plain text, which is
    /// then the message. Such a body gives [`Event::Error`]s and [`Event::ErrorEnd`], and no other verdict than
    /// [`ErrorKind::Server`] once something was reported. For responses whose status is not a success.
    #[must_use]
    pub const fn for_error_body(mut self) -> Self {
        self.is_error_body = true;
        self
    }

    /// Asks for [`Event::Logprobs`], which are skipped otherwise.
    #[must_use]
    pub const fn with_logprobs(mut self) -> Self {
        self.machine.want_logprobs();
        self
    }

    /// Asks for [`Event::Extra`]: members that the schema does not know, which are skipped otherwise.
    #[must_use]
    pub const fn with_extra(mut self) -> Self {
        self.machine.want_extra();
        self
    }

    /// The index of the choice whose [`ChoiceStart`](Event::ChoiceStart) was the last, if it has come by now; its
    /// [`ChoiceEnd`](Event::ChoiceEnd) says another one only if the server contradicts itself.
    ///
    /// Most servers say it before the text. Then a text that is too long to be held until the choice ends need not be.
    pub fn choice_index(&self) -> Option<u32> {
        self.machine.choice_index()
    }

    /// The index of the tool call whose [`ToolCallStart`](Event::ToolCallStart) was the last, if it has come by now.
    pub const fn tool_call_index(&self) -> Option<u32> {
        self.machine.call_index()
    }

    /// Takes one event off the front of `input`. `None`: all of `input` was consumed, and more is needed.
    ///
    /// The event lends its text from `input` or from the decoder, until the next call. An empty `input` gives what is due
    /// without more bytes, or `None`.
    ///
    /// # Errors
    ///
    /// An error is returned once. What came before it in the body has been delivered; what follows is consumed and ignored, and
    /// [`verdict`](Self::verdict) keeps the error.
    pub fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        self.machine.scratch.reclaim();
        let before = input.len();
        let found = self.next_signal(input);
        let consumed = before.wrapping_sub(input.len());
        // Behind the end of the answer, the offset stays where that was.
        if self.phase != Phase::Over || matches!(found, Some(Ok(_))) {
            self.offset = self.offset.saturating_add(consumed as u64);
        }
        match found? {
            Ok(signal) => Some(Ok(self.event(signal))),
            Err(kind) => {
                self.failure = Some(kind);
                self.phase = Phase::Over;
                *input = &[];
                Some(Err(Error::new(kind, self.offset)))
            }
        }
    }

    /// The body has ended. Call [`next_event`](Self::next_event) until `None` for what was still held, then
    /// [`verdict`](Self::verdict). Bytes that are given later are ignored; calling it again changes nothing.
    pub fn end(&mut self) {
        self.is_ended = true;
    }

    /// How the answer ended, or how it would have if the body ended here.
    ///
    /// # Errors
    ///
    /// What the server reported ([`ErrorKind::Server`]) beats what went wrong in decoding, which beats
    /// [`ErrorKind::Truncated`]: the answer is not complete. A body that is no answer at all is
    /// [`ErrorKind::NotEventStream`] or [`ErrorKind::NotCompletion`].
    pub fn verdict(&self) -> Result<Verdict, Error> {
        let progress = self.machine.progress();
        let fault = if self.machine.server_error() {
            ErrorKind::Server
        } else if let Some(kind) = self.failure {
            kind
        } else if self.is_done || (self.is_whole() && progress.has_choices()) {
            return Ok(if progress.is_finished() { Verdict::Finished } else { Verdict::Done });
        } else if self.is_whole() {
            ErrorKind::NotCompletion
        } else if !self.is_ended || self.is_cut || self.phase != Phase::Stream {
            ErrorKind::Truncated
        } else if progress.is_finished() {
            return Ok(Verdict::Finished);
        } else if self.saw_unknown && !self.saw_data {
            ErrorKind::NotEventStream
        } else {
            ErrorKind::Truncated
        };
        Err(Error::new(fault, self.offset))
    }

    /// Whether the body is one JSON document that has ended well.
    fn is_whole(&self) -> bool {
        self.phase == Phase::Document && self.is_ended && !self.is_cut
    }

    fn next_signal<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Signal<'i>, ErrorKind>> {
        loop {
            if let Some(signal) = self.machine.next_due() {
                return Some(Ok(signal));
            }
            if self.is_ended {
                *input = &[];
                return self.drain().map(Ok);
            }
            let found = match self.phase {
                Phase::Start => match self.sniff(input)? {
                    Ok(()) => continue,
                    Err(kind) => return Some(Err(kind)),
                },
                Phase::Document => return self.machine.next_signal(input),
                Phase::Text => return self.machine.plain_text(input, false).map(Ok),
                Phase::Stream => self.next_of_stream(input)?,
                Phase::Over => {
                    *input = &[];
                    return None;
                }
            };
            match found {
                Ok(None) => {}
                Ok(Some(signal)) => return Some(Ok(signal)),
                Err(kind) => return Some(Err(kind)),
            }
        }
    }

    /// Finds out what kind of body this is.
    fn sniff(&mut self, input: &mut &[u8]) -> Option<Result<(), ErrorKind>> {
        if !self.framer.skip_bom(input) {
            return None;
        }
        loop {
            let (&byte, rest) = input.split_first()?;
            match byte {
                b'\n' | b'\r' => self.is_indented = false,
                b' ' | b'\t' => self.is_indented = true,
                b'{' | b'[' => {
                    self.phase = Phase::Document;
                    self.machine.begin(false, self.is_error_body);
                    return Some(Ok(()));
                }
                _ if self.is_error_body => {
                    self.phase = Phase::Text;
                    self.machine.begin(false, true);
                    return Some(Ok(()));
                }
                b'<' => return Some(Err(ErrorKind::NotEventStream)),
                0x1f => return Some(Err(ErrorKind::CompressedBody)),
                _ => {
                    self.phase = Phase::Stream;
                    if self.is_indented {
                        self.framer.start_unknown_name();
                    }
                    return Some(Ok(()));
                }
            }
            *input = rest;
        }
    }

    /// One step through the event stream. `None`: all of `input` was consumed.
    fn next_of_stream<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        if self.is_joint {
            let mut line_feed: &'static [u8] = b"\n";
            let found = self.feed_joint(&mut line_feed);
            self.is_joint = !line_feed.is_empty() && matches!(found, Some(Ok(_)));
            if let Some(found) = found {
                return Some(found.map(Some));
            }
        }
        if self.reads && self.framer.enter_value(input) {
            if let Some(found) = self.next_of_data(input) {
                return Some(found.map(Some));
            }
            if input.is_empty() {
                return None;
            }
        }
        match self.framer.next_item(input)? {
            Item::Field(field) => {
                self.start_line(field);
                Some(Ok(None))
            }
            Item::Value(value) => {
                if self.framer.field() == Field::Event {
                    self.event_type.add(value);
                }
                Some(Ok(None))
            }
            Item::End { has_data } => Some(self.end_event(has_data).map(|()| None)),
        }
    }

    fn start_line(&mut self, field: Field) {
        self.reads = false;
        match field {
            Field::Data => {
                self.reads = true;
                self.saw_data = true;
                match self.data {
                    Data::None => self.data = Data::Blank,
                    Data::Blank | Data::Ignored => {}
                    Data::Bracket | Data::Sentinel(_) | Data::Json | Data::Text => self.is_joint = true,
                }
            }
            Field::Error if self.data == Data::None => {
                self.reads = true;
                self.saw_data = true;
                self.data = Data::Blank;
                self.event_type = EventType::ERROR;
            }
            Field::Event => self.event_type = EventType::START,
            Field::Unknown => self.saw_unknown = true,
            _ => {}
        }
    }

    /// Feeds the line feed between two lines of data.
    fn feed_joint(&mut self, line_feed: &mut &'static [u8]) -> Option<Result<Signal<'static>, ErrorKind>> {
        match self.data {
            Data::Json => self.machine.line_feed(line_feed),
            Data::Text => self.machine.plain_text(line_feed, false).map(Ok),
            Data::Bracket => {
                self.start_json();
                self.machine.next_signal(&mut &b"["[..])
            }
            Data::Sentinel(_) => Some(Err(ErrorKind::UnexpectedByte)),
            Data::None | Data::Blank | Data::Ignored => None,
        }
    }

    /// Reads on in a line of data. `None`: the line, or the input, is at its end.
    fn next_of_data<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Signal<'i>, ErrorKind>> {
        loop {
            match self.data {
                Data::Json => return self.machine.next_signal(input),
                Data::Text => return self.machine.plain_text(input, true).map(Ok),
                Data::None | Data::Ignored => return None,
                Data::Blank | Data::Bracket | Data::Sentinel(_) => {}
            }
            let (&byte, rest) = input.split_first()?;
            if matches!(byte, b'\n' | b'\r') {
                return None;
            }
            match self.data {
                Data::Sentinel(matched) => {
                    if SENTINEL.get(usize::from(matched)) != Some(&byte) {
                        return Some(Err(ErrorKind::UnexpectedByte));
                    }
                    *input = rest;
                    if usize::from(matched).wrapping_add(1) == SENTINEL.len() {
                        self.is_done = true;
                        self.phase = Phase::Over;
                        return Some(Ok(Signal::Event(Event::Done)));
                    }
                    self.data = Data::Sentinel(matched.wrapping_add(1));
                }
                Data::Bracket if byte == b'D' => self.data = Data::Sentinel(1),
                Data::Bracket => {
                    self.start_json();
                    if let Some(found) = self.machine.next_signal(&mut &b"["[..]) {
                        return Some(found);
                    }
                }
                _ => match (byte, self.event_type.is_error()) {
                    (b' ' | b'\t', _) => *input = rest,
                    (b'[', _) => {
                        *input = rest;
                        self.data = Data::Bracket;
                    }
                    (b'{' | b'"', _) | (b'-' | b'0'..=b'9' | b't' | b'f' | b'n', false) => self.start_json(),
                    (_, true) => {
                        self.data = Data::Text;
                        self.machine.begin(true, true);
                    }
                    (b':', false) => self.data = Data::Ignored,
                    (_, false) => return Some(Err(ErrorKind::UnexpectedByte)),
                },
            }
        }
    }

    fn start_json(&mut self) {
        self.data = Data::Json;
        self.machine.begin(true, self.event_type.is_error());
    }

    /// A blank line has ended the event.
    fn end_event(&mut self, has_data: bool) -> Result<(), ErrorKind> {
        let is_report = self.event_type.is_error();
        self.event_type = EventType::NONE;
        match core::mem::replace(&mut self.data, Data::None) {
            Data::Json => self.machine.finish()?,
            Data::Bracket | Data::Sentinel(_) => return Err(ErrorKind::UnfinishedJson),
            Data::Text => self.machine.end_plain_text(),
            Data::None | Data::Blank | Data::Ignored => {}
        }
        if is_report && has_data && !self.machine.server_error() {
            self.machine.report_error();
        }
        Ok(())
    }

    /// What is still held once the body has ended.
    fn drain(&mut self) -> Option<Signal<'static>> {
        if core::mem::replace(&mut self.is_drained, true) {
            return None;
        }
        match self.phase {
            Phase::Start | Phase::Over => {}
            Phase::Text => self.machine.end_plain_text(),
            Phase::Document => self.is_cut = self.machine.finish().is_err(),
            Phase::Stream => {
                self.is_cut = self.framer.may_be_in_known_name();
                self.saw_unknown |= self.framer.is_in_name();
                if let Some(Item::End { has_data }) = self.framer.end() {
                    self.is_cut |= self.end_event(has_data).is_err();
                }
            }
        }
        if self.is_cut { self.machine.abandon() } else { self.machine.next_due() }
    }

    fn event<'e, 'i: 'e>(&'e self, signal: Signal<'i>) -> Event<'e> {
        match signal {
            Signal::Event(event) => event,
            Signal::Usage => Event::Usage(self.machine.usage()),
            Signal::Fragment(fragment) => {
                let text = fragment.text.unwrap_or_else(|| self.machine.scratch.as_str());
                fragment.target.event(Piece { text, first: fragment.first, last: fragment.last })
            }
        }
    }
}

/// How much of the word `error` the event's type has matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EventType(Option<u8>);

impl EventType {
    const NONE: Self = Self(None);
    const START: Self = Self(Some(0));
    const ERROR: Self = Self(Some(5));

    fn is_error(self) -> bool {
        self == Self::ERROR
    }

    fn add(&mut self, value: &[u8]) {
        for byte in value {
            self.0 = match self.0 {
                Some(matched) if b"error".get(usize::from(matched)) == Some(byte) => {
                    Some(matched.wrapping_add(1))
                }
                _ => None,
            };
        }
    }
}
