//! Names of members.

use super::{Machine, Mode, Signal, Source, Step};
use crate::chat::interest::Interest;
use crate::chat::schema::{Member, Node, Target};
use crate::json::{Part, Text, valid_prefix};
use crate::{ErrorKind, IS_ROOMY};

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// Reads the name whose quote is next, if it is there whole.
    pub(super) fn key(&mut self, input: &mut Source<'_>) -> Result<Option<Signal>, ErrorKind> {
        self.lexer.open_key(&mut input.bytes);
        self.is_started = false;
        self.scratch.clear();
        if IS_ROOMY && let Some(name) = self.lexer.whole_key(&mut input.bytes) {
            self.set_member(I::SCHEMA.member(name));
            if !self.is_extra() {
                return Ok(None);
            }
            let name = valid_prefix(name);
            return Ok(self.lend(input, Target::ExtraName, name, true));
        }
        self.mode = Mode::Key;
        Ok(None)
    }

    /// Gathers a key that did not come whole. One that overflows the scratch is longer than any known one.
    pub(super) fn gather_key(&mut self, input: &mut Source<'_>) -> Step {
        self.set_member(Member::Unknown);
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(self.extra_name(input, None, false)));
            }
            let before = input.bytes;
            match self.lexer.next_text(&mut input.bytes)? {
                Ok(Part::Text(text)) if self.scratch.push(text) => {}
                Ok(Part::Text(Text::Str(text))) if self.scratch.is_empty() => {
                    return Some(Ok(self.extra_name(input, Some(text), false)));
                }
                Ok(Part::Text(_)) => {
                    input.bytes = before;
                    return Some(Ok(self.extra_name(input, None, false)));
                }
                Ok(Part::End) => {
                    self.mode = Mode::Idle;
                    if !self.is_started {
                        self.set_member(I::SCHEMA.member(self.scratch.as_bytes()));
                    }
                    return Some(Ok(self.extra_name(input, None, true)));
                }
                Err(kind) => {
                    let Some(target) = self.cut_name() else { return Some(Err(kind)) };
                    return Some(Ok(self.lend_scratch(input, target, false)));
                }
            }
        }
    }

    /// What the scratch holds of a name that will not be complete, if it was asked for and is none that is known.
    pub(super) fn cut_name(&self) -> Option<Target> {
        let is_unknown = self.is_started || self.scratch.as_bytes().len() > Member::LONGEST_NAME;
        (is_unknown && !self.scratch.is_empty() && self.is_extra()).then_some(Target::ExtraName)
    }

    fn set_member(&mut self, member: Member) {
        self.member = member;
        // Only an error with something in it is one.
        if self.node() == Node::Error || (self.node() == Node::Detail && self.parent() == Node::Errors) {
            self.begin_error();
        }
    }

    /// Whether the member is unknown to the object it is in, and was asked for.
    pub(super) fn is_extra(&self) -> bool {
        let node = self.node();
        let is_known = || {
            // Of no interest, but no news either.
            let is_type = node == Node::ToolCall && self.member == Member::Type;
            is_type || I::SCHEMA.knows(node, self.member)
        };
        I::ALL && self.wants_extra && node.scope().is_some() && !is_known()
    }

    /// Hands out (a piece of) the name of a member that is unknown, if that was asked for. `None` is what the scratch
    /// holds.
    fn extra_name<'i>(
        &mut self,
        input: &mut Source<'i>,
        name: Option<&'i str>,
        last: bool,
    ) -> Option<Signal> {
        if self.is_extra() {
            return self.lend_piece(input, Target::ExtraName, name, last);
        }
        self.scratch.clear();
        self.is_started = true;
        None
    }
}
