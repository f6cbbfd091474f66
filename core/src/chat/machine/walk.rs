//! The straight way through a chunk: members that stand in the input whole, as most do.
//!
//! What it does not know it leaves to the steps that know all. It finds nothing that they would not find.

use super::{Machine, Mode, Signal, Source};
use crate::ErrorKind;
use crate::chat::interest::Interest;
use crate::chat::schema::{Action, Care, Member, Node, Target};
use crate::json::{Gap, Whole};

/// Why the way through a container ends.
enum Stop {
    /// There is something to tell.
    Found(Signal),
    /// A container comes.
    Enter(Node),
    /// The end of this one comes.
    Leave,
    /// What comes next needs a closer look.
    Look,
}

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
            let stop = if node.is_array() {
                self.walk_elements(node, input)
            } else {
                self.walk_members(node, input)
            };
            let found = match stop {
                Stop::Found(signal) => return Some(Ok(signal)),
                Stop::Enter(node) => self.enter(node, input)?,
                Stop::Leave => self.leave(input),
                Stop::Look => return None,
            };
            match found {
                Ok(None) => {}
                Ok(Some(signal)) => return Some(Ok(signal)),
                Err(kind) => return Some(Err(kind)),
            }
        }
        None
    }

    /// The members of an object.
    #[inline(always)]
    fn walk_members<'i>(&mut self, node: Node, input: &mut Source<'i>) -> Stop {
        let Some(mut gap) = self.lexer.gap() else { return Stop::Look };
        let care = self.care();
        // Here, not behind a reference, for it changes with each token.
        let mut rest = input.bytes;
        let stop = loop {
            if gap != Gap::Value {
                let name = match self.lexer.whole_name(gap, &mut rest) {
                    Some(Whole::Member(name)) => name,
                    Some(Whole::Close) => break Stop::Leave,
                    None => break Stop::Look,
                };
                self.is_started = false;
                self.member = I::SCHEMA.member_named(name);
                if self.is_extra() {
                    let name = core::str::from_utf8(name.bytes).unwrap_or_default();
                    break self.lend(input, Target::ExtraName, name, true).map_or(Stop::Look, Stop::Found);
                }
            }
            let Some(&first) = rest.first() else { break Stop::Look };
            let found = match self.action_within(node, self.member, first, care) {
                Some(Action::Skip) => {
                    if !self.lexer.skip_whole_value(&mut rest) {
                        break Stop::Look;
                    }
                    None
                }
                Some(Action::Read(target)) => {
                    let Some(text) = self.lexer.whole_string(&mut rest) else { break Stop::Look };
                    self.lend_whole(input, target, text)
                }
                Some(Action::Number(slot)) => {
                    if !self.lexer.whole_number(&mut rest) {
                        break Stop::Look;
                    }
                    self.take_number(slot)
                }
                Some(Action::Enter(node)) => break Stop::Enter(node),
                Some(Action::Raw(_) | Action::Tell) | None => break Stop::Look,
            };
            gap = Gap::Next;
            if let Some(signal) = found {
                break Stop::Found(signal);
            }
        };
        input.bytes = rest;
        stop
    }

    /// The elements of an array, up to the first one that is a container.
    #[inline(always)]
    fn walk_elements(&mut self, node: Node, input: &mut Source<'_>) -> Stop {
        let Some(gap) = self.lexer.gap() else { return Stop::Look };
        match self.lexer.whole_separator(gap, &mut input.bytes) {
            Some(Whole::Member(())) => {}
            Some(Whole::Close) => return Stop::Leave,
            None => return Stop::Look,
        }
        let Some(&first) = input.bytes.first() else { return Stop::Look };
        match self.action_within(node, Member::Element, first, self.care()) {
            Some(Action::Enter(node)) => Stop::Enter(node),
            _ => Stop::Look,
        }
    }

    /// What to do with the value that starts with this byte, if that does not depend on what came before.
    #[inline(always)]
    fn action_within(&self, node: Node, member: Member, first: u8, care: Care) -> Option<Action> {
        let rule = I::SCHEMA.rule_for(node, member, first);
        if !rule.care.has_any_of(care) {
            return Some(rule.action);
        }
        if I::ALL && rule.care == Care::METADATA {
            return Some(if self.metadata.is_over(rule.action) { Action::Skip } else { rule.action });
        }
        None
    }

    /// What has to be cared for in the container that the machine is in, until it tells something.
    #[inline(always)]
    fn care(&self) -> Care {
        let care = Care::ALWAYS.and(Care::MESSAGE.when(self.choice.is_message && self.told.has_any()));
        if !I::ALL {
            return care;
        }
        care.and(Care::EXTRA.when(self.wants_extra))
            .and(Care::REASONING.when(self.choice.reasoning != Member::Unknown))
            .and(Care::METADATA.when(self.metadata.has_any_over()))
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
                self.metadata.note(target);
            }
            input.text = Some(text);
            return Some(Signal::Text { target, first: true, last: true });
        }
        self.lend_last(input, target, Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::interest::{Everything, TextOnly};
    use crate::chat::machine::told::Kind;
    use crate::chat::schema::{Shape, Target};

    /// A first byte of each shape.
    const FIRSTS: &[u8] = b"{[\"7tfn";

    /// What is taken without a closer look is what a closer look gives, whatever came before.
    #[test]
    #[cfg_attr(miri, ignore = "about tables alone, all of which it looks at")]
    fn what_is_taken_as_it_stands_depends_on_nothing() {
        let taken = check(Machine::<Everything, 64>::new()) + check(Machine::<TextOnly, 64>::new());
        assert!(taken > 10_000, "{taken} is hardly any");
    }

    fn check<I: Interest>(fresh: Machine<I, 64>) -> usize {
        let mut taken = 0;
        for circumstances in 0..1 << 7 {
            let mut machine = fresh.clone();
            let is = |bit: u32| circumstances & (1 << bit) != 0;
            machine.choice.is_message = is(0);
            if is(1) {
                for kind in [Kind::Content, Kind::Reasoning, Kind::Refusal, Kind::ToolCalls] {
                    machine.told.add(kind);
                }
            }
            if is(2) {
                machine.choice.reasoning = Member::Reasoning;
            }
            machine.wants_extra = is(3);
            machine.wants_logprobs = is(4);
            if is(5) {
                machine.want_metadata_once();
                for target in [Target::Id, Target::Model, Target::SystemFingerprint] {
                    machine.metadata.note(target);
                }
            }
            if is(6) {
                machine.chunk.has_message = true;
                machine.chunk.details = 2;
            }
            for node in Node::ALL.into_iter().filter(|node| node.is_common() && *node != Node::Root) {
                machine.nodes[0] = node;
                machine.depth = 1;
                for (member, &first) in
                    Member::ALL.into_iter().flat_map(|member| FIRSTS.iter().map(move |first| (member, first)))
                {
                    machine.member = member;
                    if node.is_array() != (member == Member::Element) || machine.is_extra() {
                        continue;
                    }
                    if let Some(action) = machine.action_within(node, member, first, machine.care()) {
                        let expected = machine.action(Shape::starting_with(first));
                        assert_eq!(
                            action, expected,
                            "{node:?} {member:?} {} {circumstances:#b}",
                            first as char
                        );
                        taken += 1;
                    }
                }
            }
        }
        taken
    }
}
