//! The lexer: grammar and nesting.

mod settle;
mod skip;
#[cfg(target_pointer_width = "64")]
mod skip_whole;
#[cfg(target_pointer_width = "64")]
mod walk;
mod whole;

#[cfg(target_pointer_width = "64")]
pub(crate) use self::walk::{Gap, Name, Whole};
use super::Text;
use super::number::{Number, NumberReader};
use super::string::{Part, StringReader};
use crate::ErrorKind;

/// How deep containers may nest: 127 levels, as in `serde_json`. What opens one more is refused
/// ([`ErrorKind::DepthLimit`]).
pub const MAX_DEPTH: u8 = 127;

/// Splits JSON text into tokens; may be stopped and resumed at any byte.
///
/// One lexer reads one JSON value, white space around it included; for another value make another lexer. Give it bytes as they
/// arrive, and call [`next_token`](Self::next_token) until that returns `None`; when the text has ended, call
/// [`finish`](Self::finish).
///
/// **Memory**: 48 bytes, whatever comes. No bytes of the input are held but those of a UTF-8 sequence that a cut went through, so
/// strings and numbers may be of any length. **Time**: proportional to the bytes given, over all calls together; an invalid
/// byte costs a look at no more than the next 512. **Cuts**: each gives the same tokens, but that a [`Text`] may come in
/// other pieces, and the same error at the same byte.
///
/// ```
/// use choreoai_core::json::{Lexer, Text, Token};
///
/// let mut lexer = Lexer::new();
/// let mut text = String::new();
/// for mut input in [&br#"{"greeting": "h"#[..], br#"\u00e9"#, br#"llo"}"#] {
///     while let Some(token) = lexer.next_token(&mut input) {
///         match token? {
///             Token::Text(Text::Str(run)) => text.push_str(run),
///             Token::Text(Text::Char(scalar)) => text.push(scalar),
///             Token::StringEnd => text.push('.'),
///             _ => {}
///         }
///     }
/// }
/// lexer.finish()?;
/// assert_eq!(text, "greeting.héllo.");
/// # Ok::<_, choreoai_core::ErrorKind>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lexer {
    /// The open containers, the outermost in the lowest bit of the first word: set for an object.
    stack: [u32; 4],
    depth: u8,
    state: State,
    /// Whether a CR or LF ends the input's line, and is left for the caller to deal with.
    lines: bool,
    string: StringReader,
    number: NumberReader,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value must come.
    Value,
    /// A value or the end of the array must come.
    FirstElement,
    /// A key or the end of the object must come.
    FirstKey,
    /// A key must come.
    Key,
    /// A colon must come.
    Colon,
    /// A comma or the end of the container must come.
    Next,
    /// The value is complete.
    End,
    InKey,
    InString,
    InNumber,
    /// In `true`, after this many bytes, and so on.
    InTrue(u8),
    InFalse(u8),
    InNull(u8),
}

/// A piece of JSON text, in the order of the text. Colons and commas are checked and not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'i> {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// The opening quote of a member's name. [`Text`](Token::Text) and [`StringEnd`](Token::StringEnd) follow.
    Key,
    /// The opening quote of a string value. [`Text`](Token::Text) and [`StringEnd`](Token::StringEnd) follow.
    String,
    /// A fragment of the key or string, unescaped. An empty string has none.
    Text(Text<'i>),
    /// The closing quote of a key or string.
    StringEnd,
    /// A number.
    Number(Number),
    /// `true` or `false`.
    Bool(bool),
    /// `null`
    Null,
}

/// What comes next in the input, which was not consumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Upcoming {
    Key,
    /// A value that starts with this byte.
    Value(u8),
    /// The end of the innermost container.
    Close,
}

impl Lexer {
    /// A lexer at the start of a value.
    pub const fn new() -> Self {
        Self {
            stack: [0; 4],
            depth: 0,
            state: State::Value,
            lines: false,
            string: StringReader::new(),
            number: NumberReader::new(),
        }
    }

    /// Takes one token off the front of `input`. `None`: all of `input` was consumed, and more is needed, or the
    /// value is complete (a number that nothing follows is complete at [`finish`](Self::finish) only). An empty `input` gives
    /// `None`, or a token that was due already.
    ///
    /// A call goes on to the end of a token or of the input, whichever comes first. White space and separators before the
    /// token are consumed with it.
    ///
    /// # Errors
    ///
    /// The kind of the fault; `input` then starts with the byte that was refused, and the lexer stands before it. The error
    /// is sticky as long as that byte is given again.
    pub fn next_token<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Token<'i>, ErrorKind>> {
        let upcoming = match self.state {
            State::InKey | State::InString => return self.next_text(input).map(|part| Ok(part?.into())),
            State::InNumber => {
                return self.next_number(input).map(|end| end.map(|()| Token::Number(self.number())));
            }
            State::InTrue(_) | State::InFalse(_) | State::InNull(_) => return self.next_literal(input),
            _ => match self.upcoming(input)? {
                Ok(upcoming) => upcoming,
                Err(kind) => return Some(Err(kind)),
            },
        };
        let was_object = self.in_object();
        if let Err(kind) = self.enter(upcoming, input) {
            return Some(Err(kind));
        }
        Some(Ok(match upcoming {
            Upcoming::Key => Token::Key,
            Upcoming::Close if was_object => Token::ObjectEnd,
            Upcoming::Close => Token::ArrayEnd,
            Upcoming::Value(b'{') => Token::ObjectStart,
            Upcoming::Value(b'[') => Token::ArrayStart,
            Upcoming::Value(b'"') => Token::String,
            Upcoming::Value(_) => return self.next_token(input),
        }))
    }

    /// The input has ended; to be called once [`next_token`](Self::next_token) has returned `None`. Gives the number that
    /// only this completes, once.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnfinishedJson`] when the value is not complete, or has not begun. Nothing changes then: more input may
    /// still complete it.
    pub fn finish(&mut self) -> Result<Option<Number>, ErrorKind> {
        match self.state {
            State::InNumber if self.may_end() => {
                self.state = State::End;
                Ok(Some(self.number()))
            }
            _ if self.may_end() => Ok(None),
            _ => Err(ErrorKind::UnfinishedJson),
        }
    }

    /// Whether the value is complete if nothing follows.
    pub(crate) fn may_end(&self) -> bool {
        match self.state {
            State::End => true,
            State::InNumber => self.depth == 0 && self.number.may_end(),
            _ => false,
        }
    }

    /// How many containers are open: 0 outside of all, at most [`MAX_DEPTH`].
    pub const fn depth(&self) -> u8 {
        self.depth
    }

    /// Stands at the start of another value. With `lines` a CR or LF is left in the input.
    pub(crate) fn restart(&mut self, lines: bool) {
        self.depth = 0;
        self.state = State::Value;
        self.lines = lines;
    }

    /// From now on a CR or LF is left in the input for the caller, who deals with lines; or no longer.
    pub(crate) const fn set_lines(&mut self, lines: bool) {
        self.lines = lines;
    }

    /// Whether the lexer stands between tokens, behind a value (or a key) of the container it is in.
    fn is_behind_value(&self) -> bool {
        matches!(self.state, State::Next | State::End)
    }

    /// Consumes white space and separators up to what comes next. `None` as for [`next_token`](Self::next_token).
    // A tenth of all time, for half a kilobyte: a bargain where there is room.
    #[cfg_attr(target_pointer_width = "64", inline)]
    pub(crate) fn upcoming(&mut self, input: &mut &[u8]) -> Option<Result<Upcoming, ErrorKind>> {
        loop {
            let (&byte, rest) = input.split_first()?;
            match (byte, self.state) {
                (b'\n' | b'\r', _) if self.lines => return None,
                (b' ' | b'\t' | b'\n' | b'\r', _) => {}
                (b'"', State::FirstKey | State::Key) => return Some(Ok(Upcoming::Key)),
                (b':', State::Colon) => self.state = State::Value,
                (b',', State::Next) => {
                    self.state = if self.in_object() { State::Key } else { State::Value };
                }
                (b'}', State::FirstKey) | (b']', State::FirstElement) => return Some(Ok(Upcoming::Close)),
                (b'}' | b']', State::Next) if self.in_object() == (byte == b'}') => {
                    return Some(Ok(Upcoming::Close));
                }
                (
                    b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n',
                    State::Value | State::FirstElement,
                ) => {
                    return Some(Ok(Upcoming::Value(byte)));
                }
                (_, State::End) => return Some(Err(ErrorKind::TrailingData)),
                _ => return Some(Err(ErrorKind::UnexpectedByte)),
            }
            *input = rest;
        }
    }

    /// Enters what comes next.
    fn enter(&mut self, upcoming: Upcoming, input: &mut &[u8]) -> Result<(), ErrorKind> {
        match upcoming {
            Upcoming::Key => self.open_key(input),
            Upcoming::Close => self.close(input),
            Upcoming::Value(b'{' | b'[') => return self.open(input),
            Upcoming::Value(b'"') => self.open_string(input),
            Upcoming::Value(b'-' | b'0'..=b'9') => self.open_number(),
            Upcoming::Value(first) => self.open_literal(first),
        }
        Ok(())
    }

    /// Enters the key whose quote is next.
    pub(crate) fn open_key(&mut self, input: &mut &[u8]) {
        self.open_string(input);
        self.state = State::InKey;
    }

    /// Enters the string whose quote is next.
    pub(crate) fn open_string(&mut self, input: &mut &[u8]) {
        advance(input);
        self.string.restart();
        self.state = State::InString;
    }

    /// Enters the container whose bracket is next.
    pub(crate) fn open(&mut self, input: &mut &[u8]) -> Result<(), ErrorKind> {
        let is_object = input.first() == Some(&b'{');
        let (bit, place) = place(self.depth);
        // As many places as there are levels: there is none for one level more.
        let Some(word) = self.stack.get_mut(place).filter(|_| self.depth < MAX_DEPTH) else {
            return Err(ErrorKind::DepthLimit);
        };
        *word = if is_object { *word | bit } else { *word & !bit };
        advance(input);
        self.depth = self.depth.wrapping_add(1);
        self.state = if is_object { State::FirstKey } else { State::FirstElement };
        Ok(())
    }

    /// Leaves the container whose bracket is next.
    pub(crate) fn close(&mut self, input: &mut &[u8]) {
        advance(input);
        self.depth = self.depth.saturating_sub(1);
        self.leave_value();
    }

    /// Enters the number whose first byte is next.
    pub(crate) fn open_number(&mut self) {
        self.number = NumberReader::new();
        self.state = State::InNumber;
    }

    /// Reads on in the number; `Some(Ok(()))` once it is complete.
    pub(crate) fn next_number(&mut self, input: &mut &[u8]) -> Option<Result<(), ErrorKind>> {
        let end = self.number.read(input)?;
        if end.is_ok() {
            self.leave_value();
        }
        Some(end)
    }

    /// The number that was completed last.
    pub(crate) const fn number(&self) -> Number {
        self.number.number()
    }

    /// The next part of the key or string that was entered.
    pub(crate) fn next_text<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Part<'i>, ErrorKind>> {
        let part = self.string.next_part(input, self.lines)?;
        if part == Ok(Part::End) {
            self.leave_string();
        }
        Some(part)
    }

    fn open_literal(&mut self, first: u8) {
        self.state = match first {
            b't' => State::InTrue(0),
            b'f' => State::InFalse(0),
            _ => State::InNull(0),
        };
    }

    fn next_literal(&mut self, input: &mut &[u8]) -> Option<Result<Token<'static>, ErrorKind>> {
        loop {
            let (spelling, matched, token): (&[u8], _, _) = match &mut self.state {
                State::InTrue(matched) => (b"true", matched, Token::Bool(true)),
                State::InFalse(matched) => (b"false", matched, Token::Bool(false)),
                State::InNull(matched) => (b"null", matched, Token::Null),
                _ => return None,
            };
            let Some(expected) = spelling.get(usize::from(*matched)) else {
                self.leave_value();
                return Some(Ok(token));
            };
            let (byte, rest) = input.split_first()?;
            if self.lines && matches!(byte, b'\n' | b'\r') {
                return None;
            }
            if byte != expected {
                return Some(Err(ErrorKind::UnexpectedByte));
            }
            *input = rest;
            *matched = matched.wrapping_add(1);
        }
    }

    fn in_object(&self) -> bool {
        let (bit, place) = place(self.depth.wrapping_sub(1));
        self.stack.get(place).is_some_and(|word| word & bit != 0)
    }

    // In many places, where the call takes less.
    #[cfg_attr(all(target_pointer_width = "32", not(target_family = "wasm")), inline(never))]
    fn leave_value(&mut self) {
        self.state = if self.depth == 0 { State::End } else { State::Next };
    }

    fn leave_string(&mut self) {
        if self.state == State::InKey {
            self.state = State::Colon;
        } else {
            self.leave_value();
        }
    }
}

impl Default for Lexer {
    fn default() -> Self {
        Self::new()
    }
}

impl<'i> From<Part<'i>> for Token<'i> {
    fn from(part: Part<'i>) -> Self {
        match part {
            Part::Text(text) => Self::Text(text),
            Part::End => Self::StringEnd,
        }
    }
}

/// Where the stack says what the container at this depth is: the bit, and the place of its word.
const fn place(depth: u8) -> (u32, usize) {
    (1_u32.wrapping_shl(depth as u32), depth as usize / 32)
}

#[cfg_attr(target_pointer_width = "32", inline(never))] // In many places, where the call takes less.
fn advance(input: &mut &[u8]) {
    *input = input.get(1..).unwrap_or_default();
}

#[cfg(test)]
mod tests;
