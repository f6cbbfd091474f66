//! Values that are not wanted, as far as they stand in the input whole and plain: where code may be larger to be faster.

use super::{Lexer, MAX_DEPTH, State, StringReader, place};
use crate::json::number::NumberReader;

impl Lexer {
    /// Goes over the tokens at the front of `input`, as long as the container that lies `depth` levels deep does not end.
    pub(super) fn skip_whole(&mut self, depth: u8, input: &mut &[u8]) {
        if self.depth <= depth {
            return;
        }
        // Here, not behind references, for they change with each token.
        let (mut state, mut rest, mut is_object) = (self.state, *input, self.in_object());
        while let [byte, more @ ..] = rest {
            let behind = match (state, byte) {
                (State::Next, b',') if is_object => whole_name(without_space(more)),
                (State::Next, b',') => Some((State::Value, without_space(more))),
                (State::FirstKey, b'"') => whole_name(rest),
                (State::FirstKey | State::Next, b'}') if is_object => self.close_within(depth, more),
                (State::FirstElement | State::Next, b']') if !is_object => self.close_within(depth, more),
                (State::FirstElement | State::Value, b'{') => self.open_whole(true, more),
                (State::FirstElement | State::Value, b'[') => self.open_whole(false, more),
                (State::FirstElement | State::Value, _) => whole_scalar(rest).map(|rest| (State::Next, rest)),
                _ => None,
            };
            let Some(behind) = behind else { break };
            is_object = match (byte, state) {
                (b'{', State::FirstElement | State::Value) => true,
                (b'[', State::FirstElement | State::Value) => false,
                (b'}' | b']', _) => self.in_object(),
                _ => is_object,
            };
            (state, rest) = behind;
        }
        self.state = state;
        *input = rest;
    }

    /// Enters the container whose bracket stands before `rest`, if that is not one too many.
    #[inline(always)]
    fn open_whole<'i>(&mut self, is_object: bool, rest: &'i [u8]) -> Option<(State, &'i [u8])> {
        let (bit, place) = place(self.depth);
        let word = self.stack.get_mut(place).filter(|_| self.depth < MAX_DEPTH)?;
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth = self.depth.wrapping_add(1);
        Some((if is_object { State::FirstKey } else { State::FirstElement }, rest))
    }

    /// Leaves the container whose bracket stands before `rest`, if it lies within that which lies `depth` levels deep.
    #[inline(always)]
    fn close_within<'i>(&mut self, depth: u8, rest: &'i [u8]) -> Option<(State, &'i [u8])> {
        self.depth = self.depth.checked_sub(1).filter(|&outer| outer > depth)?;
        Some((State::Next, rest))
    }
}

/// What stands behind a name and its colon.
#[inline(always)]
fn whole_name(input: &[u8]) -> Option<(State, &[u8])> {
    let [b'"', name @ ..] = input else { return None };
    let [b':', rest @ ..] = whole_string(name)? else { return None };
    Some((State::Value, without_space(rest)))
}

/// What stands behind a value that is no container.
#[inline(always)]
pub(super) fn whole_scalar(input: &[u8]) -> Option<&[u8]> {
    match input {
        [b'"', text @ ..] => whole_string(text),
        [b'-' | b'0'..=b'9', ..] => NumberReader::whole(input),
        [b'n', ..] => input.strip_prefix(b"null"),
        [b't', ..] => input.strip_prefix(b"true"),
        [b'f', ..] => input.strip_prefix(b"false"),
        _ => None,
    }
}

/// What stands behind a string whose opening quote stands before `input`.
#[inline(always)]
fn whole_string(mut input: &[u8]) -> Option<&[u8]> {
    StringReader::whole(&mut input, false)?;
    Some(input)
}

/// What follows a space, if there is one.
pub(super) const fn without_space(input: &[u8]) -> &[u8] {
    match input {
        [b' ', rest @ ..] => rest,
        _ => input,
    }
}
