//! Values: what the schema says of them, where containers begin and end.

use super::told::Kind;
use super::{Choice, Chunk, Due, Joint, Machine, Mode, Signal, Source, Step};
use crate::ErrorKind;
use crate::chat::interest::{Interest, Tally};
use crate::chat::progress::MAX_CHOICE;
use crate::chat::schema::{Action, Member, Node, Shape, Slot, Target};

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// Begins with the value that is next.
    pub(super) fn value(&mut self, first: u8, input: &mut Source<'_>) -> Result<Option<Signal>, ErrorKind> {
        self.scratch.clear();
        let action = self.action(Shape::starting_with(first));
        match action {
            Action::Skip | Action::Tell => {
                if action == Action::Tell {
                    self.begin_error();
                }
                self.mode = Mode::Skip;
            }
            Action::Raw(target) => {
                self.mode = Mode::Raw(target);
                return Ok(self.begin_value(input, target));
            }
            Action::Read(target) => {
                self.lexer.open_string(&mut input.bytes);
                self.mode = Mode::Read(target);
                return Ok(self.begin_value(input, target));
            }
            Action::Number(slot) => {
                self.lexer.open_number();
                self.mode = Mode::Number(slot);
            }
            Action::Enter(node) => {
                if let Some(found) = self.enter(node, input) {
                    return found;
                }
                self.mode = Mode::Skip;
            }
        }
        Ok(None)
    }

    /// What the schema says, and what was asked for, and what came before.
    pub(super) fn action(&self, shape: Shape) -> Action {
        let node = self.node();
        if I::ALL && self.is_extra() {
            return Action::Raw(Target::Extra);
        }
        let member = if node.is_array() { Member::Element } else { self.member };
        let action = I::SCHEMA.action(node, member, shape);
        match action {
            _ if self.is_told(action) => Action::Skip,
            _ if I::ALL && self.metadata.is_over(action) => Action::Skip,
            // A known shape of document, in a place where it can only be a report.
            Action::Skip
                if self.is_report && matches!(node, Node::Root | Node::List) && shape == Shape::String =>
            {
                Action::Read(Target::ErrorText)
            }
            Action::Enter(Node::Chunk) if self.is_report => Action::Enter(Node::Error),
            other if I::ALL && self.is_unwanted(node, other) => Action::Skip,
            other => other,
        }
    }

    /// Whether the value is that of a `message` and repeats what deltas have brought.
    #[inline]
    pub(super) fn is_told(&self, action: Action) -> bool {
        self.choice.is_message && Kind::begun_by(action).is_some_and(|kind| self.told.has(kind))
    }

    /// Whether the value was not asked for, or only repeats what came before.
    pub(super) fn is_unwanted(&self, node: Node, action: Action) -> bool {
        match action {
            Action::Raw(Target::Logprobs) => !self.wants_logprobs,
            Action::Read(Target::Reasoning) | Action::Enter(Node::ReasoningParts) => {
                node == Node::Delta && ![Member::Unknown, self.member].contains(&self.choice.reasoning)
            }
            Action::Read(Target::ErrorMessage) | Action::Enter(Node::Details) => {
                !matches!(node, Node::Details | Node::Errors)
                    && self.chunk.has_message
                    && self.member == Member::Detail
            }
            // Of several details, the first one's place is told.
            Action::Enter(Node::Loc) => self.chunk.details > 1,
            _ => false,
        }
    }

    /// A text or raw value begins. The elements of some lists are joined into one value: then the separator.
    fn begin_value(&mut self, input: &mut Source<'_>, target: Target) -> Option<Signal> {
        self.is_started = match self.joint(target) {
            Some(Joint::Details) => self.chunk.details_begun,
            Some(Joint::Loc) => self.chunk.loc_begun,
            None => false,
        };
        let separator = if self.node() == Node::Loc { "." } else { "; " };
        if self.is_started { self.lend(input, target, separator, false) } else { None }
    }

    /// The list whose elements are joined into the value that `target` is here.
    pub(super) fn joint(&self, target: Target) -> Option<Joint> {
        match (self.node(), target) {
            (Node::Errors, Target::ErrorMessage) => Some(Joint::Details),
            (Node::Details | Node::Detail, Target::ErrorMessage) if I::ALL => Some(Joint::Details),
            (Node::Loc, Target::ErrorParam) if I::ALL => Some(Joint::Loc),
            _ => None,
        }
    }

    /// Enters the container whose bracket is next. `None`: it lies deeper than the schema goes.
    #[inline]
    pub(super) fn enter(&mut self, node: Node, input: &mut Source<'_>) -> Step {
        let place = self.nodes.get_mut(usize::from(self.depth))?;
        if let Err(kind) = self.lexer.open(&mut input.bytes) {
            return Some(Err(kind));
        }
        *place = node;
        self.depth = self.depth.wrapping_add(1);
        Some(Ok(self.entered(node)))
    }

    /// What begins with the container that was entered.
    fn entered(&mut self, node: Node) -> Option<Signal> {
        match node {
            Node::Chunk => self.chunk = Chunk::NEW,
            Node::Choices => {
                self.chunk.has_choices = true;
                self.choice.position = 0;
            }
            Node::Choice => {
                self.choice = Choice::at(self.choice.position);
                return Some(Signal::ChoiceStart);
            }
            Node::Delta => {
                self.choice.is_message = self.member == Member::Message;
                self.choice.reasoning = Member::Unknown;
            }
            Node::ToolCall if I::ALL => {
                self.call_index = None;
                return Some(Signal::CallStart);
            }
            Node::LegacyCall if I::ALL => {
                self.call_index = Some(0);
                return Some(Signal::CallStart);
            }
            Node::Details | Node::Errors => {
                self.chunk.details = 0;
                self.chunk.details_begun = false;
                self.chunk.looks_like_error |= node == Node::Details;
            }
            Node::Detail if I::ALL => self.chunk.details = self.chunk.details.saturating_add(1).min(2),
            Node::Usage if I::ALL => self.usage = I::Tally::NONE,
            Node::Error => self.chunk.has_message = false,
            Node::Loc if I::ALL => self.chunk.loc_begun = false,
            _ => {}
        }
        None
    }

    /// Leaves the container whose bracket is next.
    pub(super) fn leave(&mut self, input: &mut Source<'_>) -> Result<Option<Signal>, ErrorKind> {
        let node = self.node();
        let index = self.choice.index.unwrap_or(self.choice.position);
        if node == Node::Choice && index > MAX_CHOICE {
            return Err(ErrorKind::ChoiceIndexLimit);
        }
        self.lexer.close(&mut input.bytes);
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0 {
            self.due.set(Due::CHUNK_END);
        }
        let signal = match node {
            Node::Choice => {
                self.progress.mark(index, self.choice.has_reason);
                self.choice.position = self.choice.position.saturating_add(1);
                Signal::ChoiceEnd(index)
            }
            Node::ToolCall | Node::LegacyCall if I::ALL => Signal::CallEnd,
            Node::Usage if self.usage.usage().is_some_and(|usage| !usage.is_empty()) => Signal::Usage,
            Node::Chunk => {
                let Chunk { looks_like_error, error_begun, has_choices, is_reported, .. } = self.chunk;
                if (error_begun || (looks_like_error && !has_choices)) && !is_reported {
                    self.report_error();
                }
                return Ok(None);
            }
            Node::Error => {
                if self.node() != Node::Error && core::mem::take(&mut self.chunk.error_begun) {
                    self.report_error();
                }
                return Ok(None);
            }
            Node::Details | Node::Errors if I::ALL => {
                self.is_started = self.chunk.details_begun;
                if self.is_started {
                    self.due.set(Due::MESSAGE_END);
                }
                return Ok(None);
            }
            Node::Loc if I::ALL => {
                self.is_started = self.chunk.loc_begun;
                return Ok(if self.is_started {
                    self.lend(input, Target::ErrorParam, "", true)
                } else {
                    None
                });
            }
            _ => return Ok(None),
        };
        Ok(Some(signal))
    }

    /// Where the number goes, once it is complete.
    pub(super) fn number(&mut self, slot: Slot, input: &mut &[u8]) -> Step {
        if let Err(kind) = self.lexer.next_number(input)? {
            return Some(Err(kind));
        }
        self.mode = Mode::Idle;
        Some(Ok(self.take_number(slot)))
    }

    /// Puts the number that was read where it goes.
    pub(super) fn take_number(&mut self, slot: Slot) -> Option<Signal> {
        let number = self.lexer.number();
        let value = match slot {
            Slot::Created | Slot::Count(_) if I::ALL => number.to_u64(),
            _ => number.to_index(),
        };
        if slot == Slot::Error && value != Some(0) {
            self.begin_error();
        }
        match (slot, value) {
            (Slot::Created, Some(seconds)) if I::ALL => {
                if seconds != 0 {
                    self.metadata.note_created();
                }
                return Some(Signal::Created);
            }
            (Slot::Count(count), Some(value)) if I::ALL => self.usage.set(count, value),
            (Slot::ChoiceIndex, Some(value)) => self.set_choice_index(value),
            (Slot::CallIndex, Some(value)) if I::ALL => self.set_call_index(value),
            _ => {}
        }
        None
    }

    pub(super) fn set_choice_index(&mut self, value: u64) {
        self.choice.index = Some(u8::try_from(value).unwrap_or(u8::MAX));
    }

    pub(super) fn set_call_index(&mut self, value: u64) {
        self.call_index = u32::try_from(value).ok();
    }
}
