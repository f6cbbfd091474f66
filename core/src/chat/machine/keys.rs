//! Names of members.

use super::{Machine, Mode, Signal};
use crate::ErrorKind;
use crate::chat::schema::{Member, Node, Target};
use crate::json::{Part, Text};

/// The longest name of the schema is `accepted_prediction_tokens`; any scratch holds more.
const LONGEST_NAME: usize = 26;

impl<const SCRATCH: usize> Machine<SCRATCH> {
    /// Reads the name whose quote is next, if it is there whole.
    pub(super) fn key<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Signal<'i>>, ErrorKind> {
        self.lexer.open_key(input);
        self.is_started = false;
        self.scratch.clear();
        if let Some(name) = self.lexer.whole_key(input) {
            self.set_member(Member::named(name));
            let name = if self.wants_extra { core::str::from_utf8(name).unwrap_or_default() } else { "" };
            return Ok(self.extra_name(Some(name), true));
        }
        self.mode = Mode::Key;
        Ok(None)
    }

    /// Gathers a key that did not come whole. One that overflows the scratch is longer than any known one.
    pub(super) fn gather_key<'i>(
        &mut self,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        self.set_member(Member::Unknown);
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(self.extra_name(None, false)));
            }
            let before = *input;
            match self.lexer.next_text(input)? {
                Ok(Part::Text(text)) if self.scratch.push(text) => {}
                Ok(Part::Text(Text::Str(text))) if self.scratch.is_empty() => {
                    return Some(Ok(self.extra_name(Some(text), false)));
                }
                Ok(Part::Text(_)) => {
                    *input = before;
                    return Some(Ok(self.extra_name(None, false)));
                }
                Ok(Part::End) => {
                    self.mode = Mode::Idle;
                    if !self.is_started {
                        self.set_member(Member::named(self.scratch.as_bytes()));
                    }
                    return Some(Ok(self.extra_name(None, true)));
                }
                Err(kind) => {
                    let Some(target) = self.cut_name() else { return Some(Err(kind)) };
                    return Some(Ok(self.lend_scratch(target, false)));
                }
            }
        }
    }

    /// What the scratch holds of a name that will not be complete, if it was asked for and is none that is known.
    pub(super) fn cut_name(&self) -> Option<Target> {
        let is_unknown = self.is_started || self.scratch.as_bytes().len() > LONGEST_NAME;
        if self.scratch.is_empty() || !is_unknown || !self.wants_extra {
            return None;
        }
        self.node().extra_scope(Member::Unknown).map(Target::ExtraName)
    }

    fn set_member(&mut self, member: Member) {
        self.member = member;
        // Only an error with something in it is one.
        if self.node() == Node::Error || (self.node() == Node::Detail && self.parent() == Node::Errors) {
            self.begin_error();
        }
    }

    /// Hands out (a piece of) the name of a member that is unknown, if that was asked for. `None` is what the scratch
    /// holds.
    fn extra_name<'i>(&mut self, name: Option<&'i str>, last: bool) -> Option<Signal<'i>> {
        match self.node().extra_scope(self.member).filter(|_| self.wants_extra) {
            Some(scope) => self.lend_piece(Target::ExtraName(scope), name, last),
            None => {
                self.scratch.clear();
                self.is_started = true;
                None
            }
        }
    }
}
