//! Values that are not wanted, as far as they stand in the input whole and plain: where code may be larger to be faster.

use super::{Lexer, MAX_DEPTH, State, StringReader, place};
use crate::json::number::NumberReader;
use crate::json::scan::{listed_digits, short_run};

impl Lexer {
    /// Goes over the tokens at the front of `input`, as long as the container that lies `depth` levels deep does not end.
    pub(super) fn skip_whole(&mut self, depth: u8, input: &mut &[u8]) {
        if self.depth <= depth {
            return;
        }
        // Here, not behind references, for they change with each token.
        let (mut state, mut rest, mut is_object) = (self.state, *input, self.in_object());
        loop {
            // A value, where one must come.
            match (state, rest) {
                (State::FirstElement, [b']', ..]) => {}
                (State::FirstElement | State::Value, [b'{', inner @ ..]) => {
                    if !self.open_whole(true) {
                        break;
                    }
                    (state, rest, is_object) = (State::FirstKey, inner, true);
                }
                (State::FirstElement | State::Value, [b'[', inner @ ..]) => {
                    if !self.open_whole(false) {
                        break;
                    }
                    (state, rest, is_object) = (State::FirstElement, inner, false);
                    continue;
                }
                (State::FirstElement | State::Value, _) => {
                    if !is_object && let [b'1'..=b'9', ..] = rest {
                        // Bytes of tokens, mostly: of a list of numbers all but the last one.
                        let (listed, last) = rest.split_at_checked(listed_digits(rest)).unwrap_or_default();
                        (state, rest) = (if listed.is_empty() { state } else { State::Value }, last);
                    }
                    let Some(behind) = whole_scalar(rest) else { break };
                    (state, rest) = (State::Next, behind);
                }
                _ => {}
            }
            // What stands behind a value, or the first name.
            match (state, rest) {
                (State::Next, [b',', element @ ..]) if !is_object => {
                    (state, rest) = (State::Value, without_space(element));
                }
                (State::Next, [b',', name @ ..]) | (State::FirstKey, name @ [b'"', ..]) => {
                    let Some(value) = whole_name(without_space(name)) else { break };
                    (state, rest) = (State::Value, value);
                }
                (
                    State::FirstKey | State::FirstElement | State::Next,
                    [bracket @ (b'}' | b']'), behind @ ..],
                ) if is_object == (*bracket == b'}') => {
                    if !self.close_within(depth) {
                        break;
                    }
                    (state, rest, is_object) = (State::Next, behind, self.in_object());
                }
                _ => break,
            }
        }
        self.state = state;
        *input = rest;
    }

    /// Enters a container, if that is not one too many; whether it is not.
    #[inline(always)]
    fn open_whole(&mut self, is_object: bool) -> bool {
        let (bit, place) = place(self.depth);
        let Some(word) = self.stack.get_mut(place).filter(|_| self.depth < MAX_DEPTH) else { return false };
        *word = if is_object { *word | bit } else { *word & !bit };
        self.depth = self.depth.wrapping_add(1);
        true
    }

    /// Leaves a container, if it lies within that which lies `depth` levels deep; whether it does.
    #[inline(always)]
    fn close_within(&mut self, depth: u8) -> bool {
        let outer = self.depth.wrapping_sub(1);
        let is_within = self.depth > 0 && outer > depth;
        if is_within {
            self.depth = outer;
        }
        is_within
    }
}

/// What stands behind a name and its colon.
#[inline(always)]
fn whole_name(input: &[u8]) -> Option<&[u8]> {
    let [b'"', name @ ..] = input else { return None };
    let [b':', value @ ..] = whole_string(name)? else { return None };
    Some(without_space(value))
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
    // Most are short, and ASCII.
    if let Some((length, _)) = input.first_chunk().and_then(short_run)
        && let Some([b'"', behind @ ..]) = input.get(length..)
    {
        return Some(behind);
    }
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
