//! The event-stream side of the decoder: what of the lines is data, and of what kind.

use super::opening::Opening;
use crate::ErrorKind;
use crate::chat::interest::Interest;
use crate::chat::machine::{Machine, Signal, Source};
use crate::sse::{Field, Framer, Item};

/// Reads the lines of an event stream and gives the machine their data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventStream {
    framer: Framer,
    data: Data,
    event_type: EventType,
    /// The line that is being read is data for the machine.
    is_data_line: bool,
    /// A line feed is to be fed between two lines of data.
    is_joint: bool,
    saw_data: bool,
    saw_unknown: bool,
    /// Each event is an error report.
    is_error_body: bool,
}

/// What the data of the current event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Data {
    None,
    /// There is a data line, but only white space on it so far.
    Blank,
    /// After `[`: the sentinel, or an array; in an error report, after either bracket: JSON or text.
    Opening(Opening),
    /// In `[DONE]`, after this many bytes.
    Sentinel(u8),
    Json,
    /// An error report in plain text.
    Text,
    /// Not JSON and not meant to be.
    Ignored,
    /// Ended too early, which is to be said once what was held of it is handed out.
    Broken,
}

/// What the next byte of the data says.
enum Lead {
    /// It belongs to what they are now.
    Take(Data),
    /// They are JSON, which began with what was held.
    Json(&'static str),
    /// They are plain text, which began with what was held.
    Text(&'static str),
    Ignored,
    /// The sentinel is complete.
    Done,
    Refused,
}

const SENTINEL: &str = "[DONE]";

fn sentinel_front(matched: u8) -> &'static str {
    SENTINEL.get(..usize::from(matched)).unwrap_or_default()
}

impl EventStream {
    pub(super) const fn new() -> Self {
        Self {
            framer: Framer::new(),
            data: Data::None,
            event_type: EventType::NONE,
            is_data_line: false,
            is_joint: false,
            saw_data: false,
            saw_unknown: false,
            is_error_body: false,
        }
    }

    /// From now on each event is an error report.
    pub(super) const fn set_error_body(&mut self) {
        self.is_error_body = true;
    }

    /// Whether each event is an error report.
    pub(super) const fn is_error_body(&self) -> bool {
        self.is_error_body
    }

    /// See [`Framer::skip_bom`].
    pub(super) fn skip_bom(&mut self, input: &mut &[u8]) -> Option<&'static [u8]> {
        self.framer.skip_bom(input)
    }

    /// See [`Framer::start_unknown_name`].
    pub(super) fn start_unknown_name(&mut self) {
        self.framer.start_unknown_name();
    }

    /// The first line has begun with the name of this field, and its colon.
    pub(super) fn start_known_name(&mut self, field: Field) {
        self.framer.start_known_name(field);
        self.start_line(field);
    }

    /// Whether the next byte begins an event (or ends the line end behind the last one).
    pub(super) fn is_between_events(&self) -> bool {
        self.framer.is_between_events() && self.data == Data::None
    }

    /// Whether the data of the current event are JSON.
    pub(super) fn is_json(&self) -> bool {
        self.data == Data::Json
    }

    /// Whether the next byte is one of a line of JSON, or ends it.
    #[inline]
    pub(super) fn is_within_json(&self) -> bool {
        self.is_data_line && self.data == Data::Json && !self.is_joint && self.framer.is_within_value()
    }

    /// Forgets what no byte to come depends on, so that streams compare equal that will do the same.
    pub(super) fn settle(&mut self) {
        self.framer.settle();
    }

    /// Whether there was nothing but lines that no event stream has.
    pub(super) const fn has_text_only(&self) -> bool {
        self.saw_unknown && !self.saw_data
    }

    /// Takes one signal off the front of `input`. `None`: all of it was consumed.
    // In its caller it takes more, for want of registers.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(super) fn next_signal<I: Interest, const SCRATCH: usize>(
        &mut self,
        machine: &mut Machine<I, SCRATCH>,
        input: &mut Source<'_>,
    ) -> Option<Result<Signal, ErrorKind>> {
        loop {
            if let Some(signal) = machine.next_due(input) {
                return Some(Ok(signal));
            }
            if self.data == Data::Broken {
                return Some(Err(ErrorKind::UnfinishedJson));
            }
            if self.is_joint {
                let mut line_feed = Source::new(b"\n");
                let found = self.feed_joint(machine, &mut line_feed);
                self.is_joint = !line_feed.bytes.is_empty() && matches!(found, Some(Ok(_)));
                if found.is_some() {
                    input.text = line_feed.text;
                    return found;
                }
            }
            if self.is_data_line && self.framer.enter_value(&mut input.bytes) {
                let found = self.next_of_data(machine, input);
                if found.is_some() || input.bytes.is_empty() {
                    return found;
                }
            }
            match self.framer.next_item(&mut input.bytes)? {
                Item::Field(field) => self.start_line(field),
                Item::Value(value) => {
                    if self.framer.field() == Field::Event {
                        self.event_type.add(value);
                    }
                }
                Item::End { .. } => {
                    if !self.end_event(machine) {
                        self.data = Data::Broken;
                        machine.abandon();
                    }
                }
            }
        }
    }

    /// The body has ended; whether inside something.
    pub(super) fn end<I: Interest, const SCRATCH: usize>(
        &mut self,
        machine: &mut Machine<I, SCRATCH>,
    ) -> bool {
        let mut is_cut = self.framer.may_be_in_known_name();
        self.saw_unknown |= self.framer.is_in_name();
        // A line of data whose data did not come. One that follows other data may be without any.
        is_cut |= self.is_data_line && self.data == Data::Blank && self.framer.is_behind_colon();
        // The announcement of an error report that did not come.
        is_cut |= self.event_type.may_be_error() && self.data == Data::None;
        if self.framer.end().is_some() && !self.end_event(machine) {
            is_cut = true;
            self.note_unread_report(machine);
        }
        is_cut
    }

    // The call takes less.
    #[cfg_attr(all(target_pointer_width = "32", not(target_family = "wasm")), inline(never))]
    fn start_line(&mut self, field: Field) {
        self.is_data_line = false;
        match field {
            Field::Data => {
                self.is_data_line = true;
                self.saw_data = true;
                match self.data {
                    Data::None => self.data = Data::Blank,
                    Data::Blank | Data::Ignored | Data::Broken => {}
                    Data::Opening(_) | Data::Sentinel(_) | Data::Json | Data::Text => self.is_joint = true,
                }
            }
            Field::Error if self.data == Data::None => {
                self.is_data_line = true;
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
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn feed_joint<I: Interest, const SCRATCH: usize>(
        &mut self,
        machine: &mut Machine<I, SCRATCH>,
        line_feed: &mut Source<'static>,
    ) -> Option<Result<Signal, ErrorKind>> {
        match self.data {
            Data::Json => machine.line_feed(line_feed),
            Data::Text if I::ALL => machine.plain_text(line_feed, false).map(Ok),
            Data::Opening(opening) => {
                line_feed.bytes = &[];
                self.data = Data::Opening(opening.spaced());
                None
            }
            Data::Sentinel(matched) if self.is_report() => {
                self.start_text(machine, sentinel_front(matched));
                machine.next_due(line_feed).map(Ok)
            }
            Data::Sentinel(_) => Some(Err(ErrorKind::UnexpectedByte)),
            Data::None | Data::Blank | Data::Text | Data::Ignored | Data::Broken => None,
        }
    }

    /// Reads on in a line of data. `None`: the line, or the input, is at its end.
    fn next_of_data<I: Interest, const SCRATCH: usize>(
        &mut self,
        machine: &mut Machine<I, SCRATCH>,
        input: &mut Source<'_>,
    ) -> Option<Result<Signal, ErrorKind>> {
        loop {
            match self.data {
                Data::Json => return machine.next_signal(input),
                Data::Text if I::ALL => return machine.plain_text(input, true).map(Ok),
                // What is on the rest of the line is of no interest.
                Data::None | Data::Text | Data::Ignored | Data::Broken => return None,
                Data::Blank | Data::Opening(_) | Data::Sentinel(_) => {}
            }
            let (&byte, rest) = input.bytes.split_first()?;
            if matches!(byte, b'\n' | b'\r') {
                return None;
            }
            match self.lead(byte) {
                Lead::Take(data) => {
                    input.bytes = rest;
                    self.data = data;
                }
                Lead::Json(held) => {
                    self.data = Data::Json;
                    machine.begin(true, self.is_report());
                    if held.is_empty() {
                        continue;
                    }
                    // No more than a bracket, which is no event.
                    let mut held = Source::new(held.as_bytes());
                    let found = machine.next_signal(&mut held);
                    if found.is_some() {
                        input.text = held.text;
                        return found;
                    }
                }
                Lead::Text(held) => {
                    self.start_text(machine, held);
                    if let Some(signal) = machine.next_due(input) {
                        return Some(Ok(signal));
                    }
                }
                Lead::Ignored => self.data = Data::Ignored,
                Lead::Done => {
                    input.bytes = rest;
                    return Some(Ok(Signal::Done));
                }
                Lead::Refused => return Some(Err(ErrorKind::UnexpectedByte)),
            }
        }
    }

    /// What `byte` says of the data, given that they have not shown yet what they are.
    fn lead(&self, byte: u8) -> Lead {
        let is_report = self.is_report();
        let is_blank = matches!(byte, b' ' | b'\t');
        match self.data {
            Data::Sentinel(matched) => {
                if SENTINEL.as_bytes().get(usize::from(matched)) != Some(&byte) {
                    return if is_report { Lead::Text(sentinel_front(matched)) } else { Lead::Refused };
                }
                if usize::from(matched).wrapping_add(1) == SENTINEL.len() {
                    return Lead::Done;
                }
                Lead::Take(Data::Sentinel(matched.wrapping_add(1)))
            }
            Data::Opening(Opening::Bracket) if byte == b'D' => Lead::Take(Data::Sentinel(2)),
            Data::Opening(opening) if is_blank => Lead::Take(Data::Opening(opening.spaced())),
            Data::Opening(opening) if is_report && !opening.is_json(byte) => Lead::Text(opening.text()),
            Data::Opening(opening) => Lead::Json(opening.text()),
            _ => match byte {
                _ if is_blank => Lead::Take(Data::Blank),
                b'[' => Lead::Take(Data::Opening(Opening::Bracket)),
                b'{' if is_report => Lead::Take(Data::Opening(Opening::Brace)),
                // What says that it is an error is one, even if it looks like a comment.
                b':' if !self.event_type.is_error() => Lead::Ignored,
                _ if is_report && byte != b'"' => Lead::Text(""),
                // Or what JSON refuses.
                _ => Lead::Json(""),
            },
        }
    }

    /// The data are an error report in plain text, which began with what was `held`. That is due.
    #[cold]
    fn start_text<I: Interest, const SCRATCH: usize>(
        &mut self,
        machine: &mut Machine<I, SCRATCH>,
        held: &str,
    ) {
        self.data = Data::Text;
        machine.begin_plain_text(true, held);
    }

    /// Whether the event is an error report.
    fn is_report(&self) -> bool {
        self.is_error_body || self.event_type.is_error()
    }

    /// A blank line has ended the event; whether it was complete.
    fn end_event<I: Interest, const SCRATCH: usize>(&mut self, machine: &mut Machine<I, SCRATCH>) -> bool {
        let data = core::mem::replace(&mut self.data, Data::None);
        match data {
            Data::Json if !machine.finish() => return false,
            Data::Opening(_) | Data::Sentinel(_) => return false,
            Data::Text => machine.end_plain_text(),
            _ => {}
        }
        let event_type = core::mem::replace(&mut self.event_type, EventType::NONE);
        let is_reported = machine.take_reported();
        if event_type.is_error() && data != Data::None && !is_reported {
            machine.report_error();
        }
        true
    }

    /// What could not be decoded was an error report all the same, if the event's type said so.
    pub(super) fn note_unread_report<I: Interest, const SCRATCH: usize>(
        &self,
        machine: &mut Machine<I, SCRATCH>,
    ) {
        if self.event_type.is_error() {
            machine.note_server_error();
        }
    }
}

/// How many bytes of the word `error` the event's type has matched, and one; 0: it is something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EventType(u8);

impl EventType {
    const NONE: Self = Self(0);
    const START: Self = Self(1);
    const ERROR: Self = Self(6);

    /// What has come of the type is how `error` begins.
    fn may_be_error(self) -> bool {
        self != Self::NONE
    }

    fn is_error(self) -> bool {
        self == Self::ERROR
    }

    fn add(&mut self, value: &[u8]) {
        for byte in value {
            let goes_on = b"error".get(usize::from(self.0).wrapping_sub(1)) == Some(byte);
            *self = if goes_on { Self(self.0.wrapping_add(1)) } else { Self::NONE };
        }
    }
}
