//! Values that are not wanted.

use super::{Lexer, State};
use crate::ErrorKind;
#[cfg(target_pointer_width = "64")]
use crate::json::number::NumberReader;
use crate::json::string::StringReader;

impl Lexer {
    /// Skips the string or `null` that is next, if `input` holds it whole and it is as plain as most are; whether it did.
    pub(crate) fn skip_plain(&mut self, input: &mut &[u8]) -> bool {
        let mut rest = *input;
        let is_plain = if let Some(behind) = rest.strip_prefix(b"null") {
            rest = behind;
            true
        } else if let Some((b'"', string)) = rest.split_first() {
            rest = string;
            StringReader::whole(&mut rest, false).is_some()
        } else {
            false
        };
        if is_plain {
            *input = rest;
            self.leave_value();
        }
        is_plain
    }

    /// Skips what is left of the value, or of the member's value, that lies `depth` levels deep. `Some(Ok(()))` once it
    /// is complete, without consuming what follows.
    pub(crate) fn skip(&mut self, depth: u8, input: &mut &[u8]) -> Option<Result<(), ErrorKind>> {
        loop {
            self.skip_whole(depth, input);
            let done = match self.state {
                State::InKey | State::InString => {
                    self.string.skip_run(input);
                    self.next_text(input)?.map(|_| ())
                }
                State::InNumber => self.next_number(input)?,
                State::InTrue(_) | State::InFalse(_) | State::InNull(_) => {
                    self.next_literal(input)?.map(|_| ())
                }
                _ => match self.upcoming(input)? {
                    Ok(upcoming) => self.enter(upcoming, input),
                    Err(kind) => Err(kind),
                },
            };
            if done.is_err() || (self.depth == depth && self.is_behind_value()) {
                return Some(done);
            }
        }
    }

    /// Goes over the tokens at the front of `input` that stand there whole and plain, as long as the container that lies `depth`
    /// levels deep does not end.
    // Half of all time where much is skipped, for a kilobyte: a bargain where there is room.
    #[cfg(target_pointer_width = "64")]
    fn skip_whole(&mut self, depth: u8, input: &mut &[u8]) {
        while self.depth > depth
            && let Some((&byte, mut rest)) = input.split_first()
        {
            let is_value = matches!(self.state, State::Value | State::FirstElement);
            let is_key = matches!(self.state, State::Key | State::FirstKey);
            self.state = match byte {
                b'"' if is_value && StringReader::whole(&mut rest, false).is_some() => State::Next,
                b'"' if is_key && StringReader::whole(&mut rest, false).is_some() => State::Colon,
                b'-' | b'0'..=b'9' if is_value && NumberReader::skip_whole(input, &mut rest) => State::Next,
                b'n' if is_value && skip(b"ull", &mut rest) => State::Next,
                b't' if is_value && skip(b"rue", &mut rest) => State::Next,
                b'f' if is_value && skip(b"alse", &mut rest) => State::Next,
                b':' if self.state == State::Colon => State::Value,
                b',' if self.state == State::Next && self.in_object() => State::Key,
                b',' if self.state == State::Next => State::Value,
                b' ' if is_value || is_key || matches!(self.state, State::Colon | State::Next) => self.state,
                _ => return,
            };
            *input = rest;
        }
    }

    #[cfg(not(target_pointer_width = "64"))]
    const fn skip_whole(&self, _: u8, _: &[u8]) {}
}

/// Goes over `expected` if `input` begins with it; whether it did.
#[cfg(target_pointer_width = "64")]
pub(super) fn skip(expected: &[u8], input: &mut &[u8]) -> bool {
    let rest = input.strip_prefix(expected);
    *input = rest.unwrap_or(input);
    rest.is_some()
}
