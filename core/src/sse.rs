//! Event-stream framing (WHATWG HTML 9.2, "Server-sent events"), incremental: no line is ever held.
//!
//! [`Framer`] splits a body into the fields of its events. It is what [`chat::Decoder`](crate::chat::Decoder) stands on, and
//! may be used alone, for any event stream.
//!
//! Two things differ from the letter of the specification, for the sake of servers in the wild:
//!
//! - An event that the end of the body leaves unterminated is delivered ([`Framer::end`]), not discarded.
//! - Comments and unknown fields are shown to the caller, who is free to ignore them.

use crate::json::line_end;

/// Splits an event stream into fields.
///
/// The state is a few bytes; nothing of the input is kept. Every cut of the input gives the same items, but that values may
/// come in other pieces. The work is proportional to the bytes given. There are no errors: any bytes are an event stream.
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
#[derive(Clone, Debug)]
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
    /// A line with this field begins; its value follows, in any number of [`Value`](Item::Value)s. The lines of several
    /// `data` fields of one event are to be joined by a line feed; other fields replace what an earlier line of the same
    /// event said.
    Field(Field),
    /// A piece of the value of the field; never empty.
    Value(&'i [u8]),
    /// A blank line, or the end of the body, ended the event (or a group of comments).
    End {
        /// Whether there was a `data` line: without one, the specification dispatches no event.
        has_data: bool,
    },
}

/// What a line of an event stream says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// A line of the event's data.
    Data,
    /// The event's type.
    Event,
    /// The event's id; to be ignored if it holds a NUL.
    Id,
    /// The reconnection time in milliseconds; to be ignored unless all digits.
    Retry,
    /// A field of that name, which is not in the specification: old llama.cpp servers report errors so.
    Error,
    /// A comment.
    Comment,
    /// A field that the specification does not know and says to ignore.
    Unknown,
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

    /// Takes one item off the front of `input`; `None`: all of it was consumed, and more is needed.
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
                        if let Some(value) = input.strip_prefix(b"data:") {
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

    /// The body has ended: ends the event that no blank line ended, if there is one. A line that the end cut within its
    /// name is dropped; [`is_in_name`](Self::is_in_name) tells beforehand.
    pub fn end(&mut self) -> Option<Item<'static>> {
        self.state = State::LineStart;
        self.end_event()
    }

    /// The field whose value is being read, or was last.
    pub const fn field(&self) -> Field {
        self.field
    }

    /// Whether the input so far ended within the name of a field.
    pub fn is_in_name(&self) -> bool {
        self.state == State::Name
    }

    /// Whether the input so far ended within what may be the name of a field that is known.
    pub(crate) fn may_be_in_known_name(&self) -> bool {
        let name = self.name.get(..usize::from(self.name_length)).filter(|_| self.is_in_name());
        name.is_some_and(|name| {
            [&b"data"[..], b"event", b"id", b"retry", b"error"].iter().any(|known| known.starts_with(name))
        })
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
        match self.name.get(..usize::from(self.name_length)) {
            Some(b"data") => Field::Data,
            Some(b"event") => Field::Event,
            Some(b"id") => Field::Id,
            Some(b"retry") => Field::Retry,
            Some(b"error") => Field::Error,
            Some(b"") => Field::Comment,
            _ => Field::Unknown,
        }
    }
}

impl Default for Framer {
    fn default() -> Self {
        Self::new()
    }
}
