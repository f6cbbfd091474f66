//! Values that are not wanted.

use super::{Lexer, State};
use crate::ErrorKind;
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

    #[cfg(not(target_pointer_width = "64"))]
    const fn skip_whole(&self, _: u8, _: &[u8]) {}
}
