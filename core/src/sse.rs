//! Event-stream framing (WHATWG HTML 9.2, "Server-sent events"), incremental: no line is ever held.
//!
//! [`Framer`] splits a body into the fields of its events. It is what [`chat::Decoder`](crate::chat::Decoder) stands on, and
//! may be used alone, for any event stream.
//!
//! # What the framer does, and what is left to the caller
//!
//! The framer does what takes knowledge of the bytes: it drops one byte order mark at the start of the body, ends lines at LF, CR or
//! CRLF (also where a cut goes through the pair), splits each line at its first colon, drops one space behind
//! that, and finds the blank lines. A CR completes its line at once, so that no event waits for an LF that may never come. A line
//! with no colon is a field with an empty value.
//!
//! The caller keeps what is to be kept, as long as it likes. These are the rules of the specification for it:
//!
//! | field | what to do with its value, once its line is complete |
//! |---|---|
//! | [`Data`](Field::Data) | append it to the event's data; join the values of several such lines by one LF |
//! | [`Event`](Field::Event) | it replaces the event's type; an event with none, or an empty one, is a `message` |
//! | [`Id`](Field::Id) | it replaces the last event id (an empty one too), unless it holds a NUL: then ignore it |
//! | [`Retry`](Field::Retry) | if it is digits alone, and some, it is the new reconnection time in milliseconds; else ignore it |
//! | [`Error`](Field::Error), [`Comment`](Field::Comment), [`Unknown`](Field::Unknown) | ignore it |
//! | [`End`](Item::End) | dispatch the event if it `has_data`; forget data and type in any case. The last event id and the reconnection time stay as they are |
//!
//! Values are bytes: the specification reads them as UTF-8, with U+FFFD for what is not, for which
//! [`String::from_utf8_lossy`](https://doc.rust-lang.org/std/string/struct.String.html#method.from_utf8_lossy) serves.
//!
//! # Where it differs from the letter of the specification
//!
//! For the sake of servers in the wild:
//!
//! - An event that the end of the body leaves unterminated is delivered by [`Framer::end`], not discarded. Whoever wants it
//!   discarded does not call that.
//! - A line that the end of the body cuts within its name says nothing; one that it cuts behind its colon counts as far as
//!   it goes.
//! - Comments and unknown fields are shown to the caller, who is free to ignore them.
//!
//! # All of it at work
//!
//! ```
//! use choreoai_core::sse::{Field, Framer, Item};
//!
//! #[derive(Debug, PartialEq)]
//! struct Message {
//!     event: String,
//!     data: String,
//!     last_event_id: String,
//! }
//!
//! #[derive(Default)]
//! struct EventSource {
//!     framer: Framer,
//!     /// The line that is being read: its field, and what has come of its value.
//!     line: Option<(Field, Vec<u8>)>,
//!     event: String,
//!     data: Option<String>,
//!     last_event_id: String,
//!     retry: Option<u64>,
//! }
//!
//! impl EventSource {
//!     fn read(&mut self, mut input: &[u8]) -> Vec<Message> {
//!         let mut messages = Vec::new();
//!         while let Some(item) = self.framer.next_item(&mut input) {
//!             messages.extend(self.take(item));
//!         }
//!         messages
//!     }
//!
//!     fn end(&mut self) -> Option<Message> {
//!         let end = self.framer.end()?;
//!         self.take(end)
//!     }
//!
//!     fn take(&mut self, item: Item<'_>) -> Option<Message> {
//!         if let (Item::Value(piece), Some((_, value))) = (item, &mut self.line) {
//!             value.extend_from_slice(piece);
//!             return None;
//!         }
//!         // Whatever else comes, the line before it is complete.
//!         if let Some((field, value)) = self.line.take() {
//!             self.complete(field, &String::from_utf8_lossy(&value));
//!         }
//!         match item {
//!             Item::Field(field) => self.line = Some((field, Vec::new())),
//!             Item::End { .. } => {
//!                 let event = std::mem::take(&mut self.event);
//!                 let event = if event.is_empty() { "message".into() } else { event };
//!                 let last_event_id = self.last_event_id.clone();
//!                 return self.data.take().map(|data| Message { event, data, last_event_id });
//!             }
//!             Item::Value(_) => {}
//!         }
//!         None
//!     }
//!
//!     fn complete(&mut self, field: Field, value: &str) {
//!         match (field, &mut self.data) {
//!             (Field::Data, Some(data)) => *data += &format!("\n{value}"),
//!             (Field::Data, none) => *none = Some(value.into()),
//!             (Field::Event, _) => self.event = value.into(),
//!             (Field::Id, _) if !value.contains('\0') => self.last_event_id = value.into(),
//!             (Field::Retry, _) if value.bytes().all(|byte| byte.is_ascii_digit()) => {
//!                 self.retry = value.parse().ok().or(self.retry);
//!             }
//!             _ => {}
//!         }
//!     }
//! }
//!
//! let mut source = EventSource::default();
//! let mut messages = source.read(b"\xef\xbb\xbfretry: 1500\nid: 7\nevent: price\nda");
//! messages.extend(source.read(b"ta: 12\r"));
//! messages.extend(source.read(b"\ndata:34\n\n: still here\n\nid: \08\nretry: soon\ndata\r\r"));
//! messages.extend(source.end());
//! let message = |event: &str, data: &str| Message {
//!     event: event.into(),
//!     data: data.into(),
//!     last_event_id: "7".into(),
//! };
//! assert_eq!(messages, [message("price", "12\n34"), message("message", "")]);
//! assert_eq!(source.retry, Some(1500));
//! ```

use crate::IS_ROOMY;
use crate::json::line_end;

/// Splits an event stream into fields: see the [module's docs](self) for what is left to its caller.
///
/// One framer reads one body. Give it bytes as they arrive, and call [`next_item`](Self::next_item) until that returns `None`;
/// when the body has ended, call [`end`](Self::end).
///
/// **Memory**: 12 bytes, whatever comes; nothing of the input is kept but up to 5 bytes of a field's name. **Time**: proportional to
/// the bytes given, over all calls together. **Cuts**: each gives the same items, but that a value may come in other
/// pieces. **Errors**: none, any bytes are an event stream.
///
/// ```
/// use choreoai_core::sse::{Field, Framer, Item};
///
/// let mut framer = Framer::new();
/// let mut data = Vec::new();
/// for mut input in [&b"event: greeting\nda"[..], b"ta: hel", b"lo\r", b"\n\r\n"] {
///     while let Some(item) = framer.next_item(&mut input) {
///         match item {
///             Item::Value(piece) if framer.field() == Field::Data => data.extend_from_slice(piece),
///             Item::End { has_data: true } => assert_eq!(data, b"hello"),
///             _ => {}
///         }
///     }
/// }
/// assert_eq!(data, b"hello");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framer {
    state: State,
    field: Field,
    /// The first bytes of the field's name; a longer name is unknown.
    name: [u8; 5],
    name_length: u8,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_cr: bool,
    /// A field or comment was seen since the last blank line.
    is_open: bool,
    has_data: bool,
}

/// A piece of an event stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'i> {
    /// A line with this field begins; its value follows, in any number of [`Value`](Item::Value)s, none if it is empty. It
    /// is complete when any other item comes.
    Field(Field),
    /// A piece of the value of the [`field`](Framer::field), lent from the input; never empty, of any length.
    Value(&'i [u8]),
    /// A blank line, or the end of the body, ended the event (or a group of comments).
    End {
        /// Whether there was a `data` line: without one, the specification dispatches no event.
        has_data: bool,
    },
}

/// What a line of an event stream says, by the name before its first colon. Names are told apart by their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// A field that the specification does not know and says to ignore.
    Unknown,
    /// `data`: a line of the event's data. Several are joined by an LF.
    Data,
    /// `event`: the event's type. The last one of the event counts.
    Event,
    /// `id`: the last event id, from this event on; to be ignored if it holds a NUL.
    Id,
    /// `retry`: the reconnection time in milliseconds; to be ignored unless it is digits alone.
    Retry,
    /// `error`, which is not in the specification: old llama.cpp servers report errors so.
    Error,
    /// No name: a comment, such as `: keep-alive`.
    Comment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At the start of the body, after this many bytes of a byte order mark.
    Bom(u8),
    LineStart,
    Name,
    /// After the colon: one space is to be skipped.
    Space,
    Value,
}

/// The fields that are told by name.
static KNOWN: [(&[u8], Field); 5] = [
    (b"data", Field::Data),
    (b"event", Field::Event),
    (b"id", Field::Id),
    (b"retry", Field::Retry),
    (b"error", Field::Error),
];

const BOM: [u8; 3] = [0xef, 0xbb, 0xbf];

/// Marks a name that cannot be a known one.
const TOO_LONG: u8 = 6;

impl Framer {
    /// A framer at the start of a body.
    pub const fn new() -> Self {
        Self {
            state: State::Bom(0),
            field: Field::Unknown,
            name: [0; 5],
            name_length: 0,
            after_cr: false,
            is_open: false,
            has_data: false,
        }
    }

    /// Takes one item off the front of `input`; `None`: all of it was consumed, and more is needed. An empty `input` gives
    /// `None` and changes nothing: it is not the end of the body.
    ///
    /// Each call consumes bytes or gives an item. An item is given as soon as its bytes are there: the end of an event with
    /// the first byte of its blank line's line end.
    pub fn next_item<'i>(&mut self, input: &mut &'i [u8]) -> Option<Item<'i>> {
        loop {
            let (&byte, rest) = input.split_first()?;
            match self.state {
                State::Bom(_) => {
                    let _ = self.skip_bom(input);
                }
                State::LineStart => match byte {
                    b'\n' if self.after_cr => {
                        *input = rest;
                        self.after_cr = false;
                    }
                    b'\n' | b'\r' => {
                        *input = rest;
                        self.after_cr = byte == b'\r';
                        if let Some(end) = self.end_event() {
                            return Some(end);
                        }
                    }
                    _ => {
                        self.after_cr = false;
                        if IS_ROOMY && let Some(value) = input.strip_prefix(b"data:") {
                            *input = value;
                            return Some(self.start_value(Field::Data, State::Space));
                        }
                        self.name_length = 0;
                        self.state = State::Name;
                    }
                },
                State::Name => match byte {
                    b':' => {
                        *input = rest;
                        let field = self.named_field();
                        return Some(self.start_value(field, State::Space));
                    }
                    b'\n' | b'\r' => {
                        let field = self.named_field();
                        return Some(self.start_value(field, State::Value));
                    }
                    _ => {
                        *input = rest;
                        self.add_to_name(byte);
                    }
                },
                State::Space => {
                    self.enter_value(input);
                }
                State::Value => {
                    let (value, rest_of_input) =
                        input.split_at_checked(line_end(input)).unwrap_or((input, &[]));
                    if !value.is_empty() {
                        *input = rest_of_input;
                        return Some(Item::Value(value));
                    }
                    *input = rest;
                    self.after_cr = byte == b'\r';
                    self.state = State::LineStart;
                }
            }
        }
    }

    /// The body has ended: ends the event that no blank line ended, if there is one; a second call finds none. A line that
    /// the end cut within its name is dropped; [`is_in_name`](Self::is_in_name) tells beforehand. For another body make
    /// another framer.
    pub fn end(&mut self) -> Option<Item<'static>> {
        self.state = State::LineStart;
        self.end_event()
    }

    /// The field of the last [`Item::Field`], to which each [`Item::Value`] belongs; [`Field::Unknown`] before the first.
    pub const fn field(&self) -> Field {
        self.field
    }

    /// Whether the input so far ended within the name of a field, that is behind the first byte of a line and before its
    /// colon: [`end`](Self::end) would drop that line. Half a byte order mark at the start of the body is such a name.
    pub fn is_in_name(&self) -> bool {
        matches!(self.state, State::Name | State::Bom(1..))
    }

    /// Whether the input so far ended within what may be the name of a field that is known.
    pub(crate) fn may_be_in_known_name(&self) -> bool {
        let name = self.name.get(..usize::from(self.name_length)).filter(|_| self.state == State::Name);
        name.is_some_and(|name| KNOWN.iter().any(|(known, _)| known.starts_with(name)))
    }

    /// Whether bytes of a value come next; consumes the space before them. The caller may then take the value off `input`
    /// by itself, as long as it leaves the CR or LF.
    pub(crate) fn enter_value(&mut self, input: &mut &[u8]) -> bool {
        if self.state == State::Space
            && let Some((&byte, rest)) = input.split_first()
        {
            self.state = State::Value;
            if byte == b' ' {
                *input = rest;
            }
        }
        self.state == State::Value
    }

    /// Whether the input so far ended behind the colon of a line, and before its end.
    pub(crate) fn is_behind_colon(&self) -> bool {
        matches!(self.state, State::Space | State::Value)
    }

    /// Consumes a byte order mark at the start of the body. `None`: more is needed to tell. Bytes that were consumed, and
    /// then were no such mark, are returned; they begin a line.
    pub(crate) fn skip_bom(&mut self, input: &mut &[u8]) -> Option<&'static [u8]> {
        while let State::Bom(matched) = self.state {
            let (byte, rest) = input.split_first()?;
            if BOM.get(usize::from(matched)) == Some(byte) {
                *input = rest;
                self.state =
                    if matched == 2 { State::LineStart } else { State::Bom(matched.wrapping_add(1)) };
            } else if matched == 0 {
                self.state = State::LineStart;
            } else {
                self.start_unknown_name();
                return BOM.get(..usize::from(matched));
            }
        }
        Some(&[])
    }

    /// Whether the next byte begins an event, or is the LF of the line end behind the last one.
    pub(crate) fn is_between_events(&self) -> bool {
        self.state == State::LineStart && !self.is_open
    }

    /// Whether the next byte is one of a value, or ends its line.
    #[inline]
    pub(crate) fn is_within_value(&self) -> bool {
        self.state == State::Value
    }

    /// Forgets the name of the field that was read, unless it is being read.
    pub(crate) fn settle(&mut self) {
        if self.state != State::Name {
            (self.name, self.name_length) = ([0; 5], 0);
        }
    }

    /// The line has begun with the name of this field, and its colon.
    pub(crate) fn start_known_name(&mut self, field: Field) {
        let _ = self.start_value(field, State::Space);
    }

    /// The line has begun with bytes that no known field begins with.
    pub(crate) fn start_unknown_name(&mut self) {
        self.state = State::Name;
        self.name_length = TOO_LONG;
    }

    fn start_value<'i>(&mut self, field: Field, state: State) -> Item<'i> {
        self.field = field;
        self.state = state;
        self.is_open = true;
        self.has_data |= field == Field::Data;
        Item::Field(field)
    }

    fn end_event<'i>(&mut self) -> Option<Item<'i>> {
        let has_data = core::mem::take(&mut self.has_data);
        core::mem::take(&mut self.is_open).then_some(Item::End { has_data })
    }

    fn add_to_name(&mut self, byte: u8) {
        match self.name.get_mut(usize::from(self.name_length)) {
            Some(place) => {
                *place = byte;
                self.name_length = self.name_length.wrapping_add(1);
            }
            None => self.name_length = TOO_LONG,
        }
    }

    fn named_field(&self) -> Field {
        let Some(name) = self.name.get(..usize::from(self.name_length)) else { return Field::Unknown };
        if name.is_empty() {
            return Field::Comment;
        }
        KNOWN.iter().find(|(known, _)| *known == name).map_or(Field::Unknown, |(_, field)| *field)
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}
