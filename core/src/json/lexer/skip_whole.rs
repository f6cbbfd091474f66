//! Values that are not wanted, as far as they stand in the input whole and plain: where code may be larger to be faster.

use super::{Lexer, MAX_DEPTH, State, StringReader, place};
use crate::json::number::NumberReader;

impl Lexer {
    /// Goes over the tokens at the front of `input`, as long as the container that lies `depth` levels deep does not end.
    pub(super) fn skip_whole(&mut self, depth: u8, input: &mut &[u8]) {
        if self.depth <= depth {
            return;
        }
        let mut is_object = self.in_object();
        while let [byte, rest @ ..] = *input {
            let behind = match (self.state, byte) {
                (State::Next, b',') if is_object => whole_name(without_space(rest)),
                (State::Next, b',') => Some((State::Value, without_space(rest))),
                (State::FirstKey, b'"') => whole_name(input),
                (State::FirstKey | State::Next, b'}') if is_object => self.close_within(depth, rest),
                (State::FirstElement | State::Next, b']') if !is_object => self.close_within(depth, rest),
                (State::FirstElement | State::Value, b'{') => self.open_whole(true, rest),
                (State::FirstElement | State::Value, b'[') => self.open_whole(false, rest),
                (State::FirstElement | State::Value, _) => whole_scalar(input),
                _ => None,
            };
            let Some((state, rest)) = behind else { return };
            is_object = match (byte, self.state) {
                (b'{', State::FirstElement | State::Value) => true,
                (b'[', State::FirstElement | State::Value) => false,
                (b'}' | b']', _) => self.in_object(),
                _ => is_object,
            };
            self.state = state;
            *input = rest;
        }
    }

    /// Enters the container whose bracket stands before `rest`, if that is not one too many.
    fn open_whole<'i>(&mut self, is_object: bool, rest: &'i [u8]) -> Option<(State, &'i [u8])> {
        let (bit, place) = place(self.depth);
        let word = self.stack.get_mut(place).filter(|_| self.depth < MAX_DEPTH)?;
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth = self.depth.wrapping_add(1);
        Some((if is_object { State::FirstKey } else { State::FirstElement }, rest))
    }

    /// Leaves the container whose bracket stands before `rest`, if it lies within that which lies `depth` levels deep.
    fn close_within<'i>(&mut self, depth: u8, rest: &'i [u8]) -> Option<(State, &'i [u8])> {
        self.depth = self.depth.checked_sub(1).filter(|&outer| outer > depth)?;
        Some((State::Next, rest))
    }
}

/// What stands behind a name and its colon.
fn whole_name(mut input: &[u8]) -> Option<(State, &[u8])> {
    let name = input.split_off_first().filter(|&&quote| quote == b'"');
    name.and_then(|_| StringReader::whole(&mut input, false))?;
    let [b':', rest @ ..] = input else { return None };
    Some((State::Value, without_space(rest)))
}

/// What stands behind a value that is no container.
pub(super) fn whole_scalar(input: &[u8]) -> Option<(State, &[u8])> {
    let mut rest = input;
    let is_whole = match *input.first()? {
        b'"' => {
            rest.split_off_first();
            StringReader::whole(&mut rest, false).is_some()
        }
        b'-' | b'0'..=b'9' => NumberReader::skip_whole(input, &mut rest),
        b'n' => skip(b"null", &mut rest),
        b't' => skip(b"true", &mut rest),
        b'f' => skip(b"false", &mut rest),
        _ => false,
    };
    is_whole.then_some((State::Next, rest))
}

/// What follows a space, if there is one.
pub(super) const fn without_space(input: &[u8]) -> &[u8] {
    match input {
        [b' ', rest @ ..] => rest,
        _ => input,
    }
}

/// Goes over `expected` if `input` begins with it; whether it did.
pub(super) fn skip(expected: &[u8], input: &mut &[u8]) -> bool {
    let rest = input.strip_prefix(expected);
    *input = rest.unwrap_or(input);
    rest.is_some()
}
