//! The straight way through a chunk: members that stand in the input whole, as most do.
//!
//! What it does not know it leaves to the steps that know all. It finds nothing that they would not find.

use super::{Machine, Mode, Signal, Source, Step};
use crate::ErrorKind;
use crate::chat::interest::Interest;
use crate::chat::schema::{Action, Member, Shape, Target};
use crate::json::Whole;

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// Whether it is worth a try.
    #[inline]
    pub(super) fn may_walk(&self, input: &Source<'_>) -> bool {
        /// The shortest member and what follows it: `"a":1,`.
        const LEAST: usize = 6;
        self.mode == Mode::Idle && input.bytes.len() >= LEAST
    }

    /// Goes on, from between two tokens, as long as there is nothing to say. `None`: what comes next needs a closer look.
    #[inline(never)]
    pub(super) fn walk(&mut self, input: &mut Source<'_>) -> Option<Result<Signal, ErrorKind>> {
        if self.is_report {
            return None;
        }
        self.scratch.clear();
        while !self.due.is_any() {
            let node = self.node();
            if !node.is_common() {
                return None;
            }
            let found = match self.lexer.next_whole(node.is_array(), &mut input.bytes)? {
                Whole::Close => self.leave(input),
                // Behind a document that is no container everything ends.
                Whole::Value if self.depth == 0 && !matches!(input.bytes, [b'{', ..]) => return None,
                Whole::Value => self.walk_value(input)?,
                Whole::Member(name) => {
                    self.is_started = false;
                    self.member = I::SCHEMA.member_named(name);
                    if self.is_extra() {
                        let name = core::str::from_utf8(name.bytes).unwrap_or_default();
                        Ok(self.lend(input, Target::ExtraName, name, true))
                    } else {
                        self.walk_value(input)?
                    }
                }
            };
            match found {
                Ok(None) => {}
                Ok(Some(signal)) => return Some(Ok(signal)),
                Err(kind) => return Some(Err(kind)),
            }
        }
        None
    }

    /// Takes the value that comes next.
    #[inline(always)]
    fn walk_value(&mut self, input: &mut Source<'_>) -> Step {
        let &first = input.bytes.first()?;
        match self.walk_action(Shape::starting_with(first))? {
            Action::Skip => self.lexer.skip_whole_value(&mut input.bytes).then_some(Ok(None)),
            Action::Read(target) => {
                let text = self.lexer.whole_string(&mut input.bytes)?;
                Some(Ok(self.lend_whole(input, target, text)))
            }
            Action::Number(slot) => {
                self.lexer.whole_number(&mut input.bytes).then(|| Ok(self.take_number(slot)))
            }
            Action::Enter(node) => self.enter(node, input),
            Action::Raw(_) | Action::Tell => None,
        }
    }

    /// Hands out a whole string.
    #[inline(always)]
    fn lend_whole<'i>(&mut self, input: &mut Source<'i>, target: Target, text: &'i str) -> Option<Signal> {
        self.is_started = false;
        if target.is_text() {
            return if text.is_empty() { None } else { self.lend(input, target, text, false) };
        }
        if target.is_looked_at() {
            self.is_started = true;
            self.look_at(target, Some(text));
            return None;
        }
        if target.is_mere_value() {
            self.is_started = true;
            if !text.is_empty() {
                self.head.note(target);
            }
            input.text = Some(text);
            return Some(Signal::Text { target, first: true, last: true });
        }
        self.lend_last(input, target, Some(text))
    }

    /// What to do with the value, if that does not depend on what came before.
    #[inline(always)]
    fn walk_action(&self, shape: Shape) -> Option<Action> {
        let node = self.node();
        let member = if node.is_array() { Member::Element } else { self.member };
        let action = I::SCHEMA.action(node, member, shape);
        if I::ALL && self.head.is_over(action) {
            return Some(Action::Skip);
        }
        let is_plain = match action {
            Action::Skip => !(I::ALL && self.wants_extra),
            _ => !(self.is_told(action) || (I::ALL && self.is_unwanted(node, action))),
        };
        if is_plain { Some(action) } else { None }
    }
}
