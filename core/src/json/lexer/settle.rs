//! Where the lexer stands, in a form that can be compared.

use core::cmp::Ordering;

use super::{Lexer, NumberReader, State, StringReader};
use crate::json::scan::plain_run;

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

    /// How many bytes at the front of `input` lie within the key or the value that the lexer is in: in valid text none of them begins
    /// anything, and at most the last one ends it. May err on the low side.
    pub(crate) fn run_within(&self, input: &[u8]) -> usize {
        match self.state {
            State::InKey | State::InString => plain_run(input, true),
            State::InNumber | State::InTrue(_) | State::InFalse(_) | State::InNull(_) => {
                input.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count()
            }
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
