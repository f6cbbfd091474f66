//! The straight way through a chunk: members that stand in the input whole, as most do.
//!
//! What it does not know it leaves to the steps that know all. It finds nothing that they would not find.

use super::{Machine, Mode, Signal, Source};
use crate::ErrorKind;
use crate::chat::interest::Interest;
use crate::chat::schema::{Action, Care, Member, Node, Target};
use crate::json::{Gap, Lexer, without_space};

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
                let name = match (gap, rest) {
                    (_, [b'}', ..]) => break Stop::Leave,
                    (Gap::Next, [b',', name @ ..]) => without_space(name),
                    (Gap::First, name) => name,
                    _ => break Stop::Look,
                };
                let [b'"', name @ ..] = name else { break Stop::Look };
                let Some((name, value)) = Lexer::whole_name(name) else { break Stop::Look };
                rest = value;
                self.lexer.stand_before_value();
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
                    let Some(behind) = Lexer::behind_scalar(rest) else { break Stop::Look };
                    rest = behind;
                    None
                }
                Some(Action::Read(target)) => {
                    let mut behind = rest.get(1..).unwrap_or_default();
                    let Some(text) = Lexer::whole_text(&mut behind) else { break Stop::Look };
                    rest = behind;
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
            self.lexer.stand_behind_value();
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
        let rest = match (self.lexer.gap(), input.bytes) {
            (Some(Gap::First | Gap::Next), [b']', ..]) => return Stop::Leave,
            (Some(Gap::Next), [b',', rest @ ..]) => without_space(rest),
            (Some(Gap::First | Gap::Value), rest) => rest,
            _ => return Stop::Look,
        };
        let Some(&first) = rest.first() else { return Stop::Look };
        match self.action_within(node, Member::Element, first, self.care()) {
            Some(Action::Enter(node)) => {
                self.lexer.stand_before_value();
                input.bytes = rest;
                Stop::Enter(node)
            }
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
        if I::ALL && rule.care == Care::HEAD {
            return Some(if self.head.is_over(rule.action) { Action::Skip } else { rule.action });
        }
        None
    }

    /// What has to be cared for in the container that the machine is in, until it tells something.
    #[inline(always)]
    fn care(&self) -> Care {
        let care = Care::ALWAYS.and(Care::MESSAGE.when(self.choice.is_message));
        if !I::ALL {
            return care;
        }
        care.and(Care::EXTRA.when(self.wants_extra))
            .and(Care::REASONING.when(self.choice.reasoning != Member::Unknown))
            .and(Care::HEAD.when(self.head.has_any_over()))
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
}
