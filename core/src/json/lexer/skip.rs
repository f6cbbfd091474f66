//! Values that are not wanted.

use super::{Lexer, State};
use crate::ErrorKind;

impl Lexer {
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

    #[cfg(not(target_pointer_width = "64"))]
    const fn skip_whole(&self, _: u8, _: &[u8]) {}
}
