//! Where the lexer stands, in a form that can be compared.

use core::cmp::Ordering;

use super::{Lexer, NumberReader, State, StringReader};
use crate::json::scan::{digit_run, plain_run};

impl Lexer {
    /// Forgets what no byte to come depends on, so that lexers compare equal that will do the same. To be called right behind
    /// the opening quote of a string, or between tokens.
    pub(crate) fn settle(&mut self) {
        self.number = NumberReader::new();
        self.string = StringReader::new();
        let (level, depth) = (usize::from(self.depth / 32), self.depth % 32);
        for (place, word) in self.stack.iter_mut().enumerate() {
            match place.cmp(&level) {
                Ordering::Less => {}
                Ordering::Equal => *word &= (1_u32 << depth).wrapping_sub(1),
                Ordering::Greater => *word = 0,
            }
        }
    }

    /// Whether the lexer is in a string value that lies `depth` levels deep.
    pub(crate) fn is_in_string(&self, depth: u8) -> bool {
        self.state == State::InString && self.depth == depth
    }

    /// Whether the bracket of an object was read last.
    pub(crate) fn is_at_first_key(&self) -> bool {
        self.state == State::FirstKey
    }

    /// How many bytes at the front of `input` can be read at once: at most the last one begins or ends a value. The quotes of a name do
    /// not count. May err on the low side.
    pub(crate) fn run_within(&self, input: &[u8]) -> usize {
        match self.state {
            State::InKey | State::InString => quoted_run(input),
            State::Value => scalar_run(input),
            State::InNumber => digit_run(input),
            State::FirstKey | State::Key => key_run(input),
            State::Next if self.in_object() => key_run(input),
            _ => 0,
        }
    }

    /// Stands behind the value that it is in, which lies `depth` levels deep.
    pub(crate) fn set_behind_value(&mut self, depth: u8) {
        self.depth = depth;
        self.leave_value();
        self.settle();
    }
}

/// A string up to its closing quote and with it, or as much of it as needs no attention.
fn quoted_run(input: &[u8]) -> usize {
    let length = plain_run(input, true);
    length.saturating_add(usize::from(input.get(length) == Some(&b'"')))
}

/// A literal, or the first digits of a number.
fn scalar_run(input: &[u8]) -> usize {
    match input {
        [b'n', ..] if input.starts_with(b"null") => 4,
        [b't', ..] if input.starts_with(b"true") => 4,
        [b'f', ..] if input.starts_with(b"false") => 5,
        _ => digit_run(input),
    }
}

/// What comes between two members, the name of the second one, and of its value what can be read with it.
fn key_run(input: &[u8]) -> usize {
    let between = |bytes: &[u8], sign| bytes.iter().take_while(|&&byte| byte == b' ' || byte == sign).count();
    let mut length = between(input, b',');
    if let Some((b'"', name)) = input.get(length..).and_then(<[u8]>::split_first) {
        length = length.saturating_add(1).saturating_add(quoted_run(name));
        length = length.saturating_add(input.get(length..).map_or(0, |rest| between(rest, b':')));
        length = length.saturating_add(match input.get(length..) {
            Some([b'"' | b'{' | b'[', ..]) => 1,
            rest => rest.map_or(0, scalar_run),
        });
    }
    length
}
