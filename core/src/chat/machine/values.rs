//! Values: what the schema says of them, where containers begin and end.

use super::told::Kind;
use super::{Choice, Chunk, Joint, Machine, Mode, Signal};
use crate::ErrorKind;
use crate::chat::event::{ErrorMember, Event};
use crate::chat::progress::MAX_CHOICE;
use crate::chat::schema::{Action, Index, Member, Node, Shape, Slot, Target};
use crate::chat::usage::Usage;

impl<const SCRATCH: usize> Machine<SCRATCH> {
    /// Begins with the value that is next.
    pub(super) fn value<'i>(
        &mut self,
        first: u8,
        input: &mut &'i [u8],
    ) -> Result<Option<Signal<'i>>, ErrorKind> {
        self.scratch.clear();
        let shape = Shape::starting_with(first);
        if self.node().tells_error(self.member, shape) {
            self.begin_error();
        }
        match self.action(shape) {
            Action::Skip if self.lexer.skip_plain(input) => {}
            Action::Skip => self.mode = Mode::Skip,
            Action::Raw(target) => {
                self.mode = Mode::Raw(target);
                return Ok(self.begin_value(target));
            }
            Action::Read(target) => {
                self.lexer.open_string(input);
                self.mode = Mode::Read(target);
                return Ok(self.begin_value(target));
            }
            Action::Number(slot) => {
                self.lexer.open_number();
                self.mode = Mode::Number(slot);
            }
            Action::Enter(node) => {
                let Some(place) = self.nodes.get_mut(usize::from(self.depth)) else {
                    self.mode = Mode::Skip;
                    return Ok(None);
                };
                self.lexer.open(input)?;
                *place = node;
                self.depth = self.depth.wrapping_add(1);
                return Ok(self.entered(node).map(Signal::Event));
            }
        }
        Ok(None)
    }

    /// What the schema says, and what was asked for, and what came before.
    fn action(&self, shape: Shape) -> Action {
        let node = self.node();
        if self.wants_extra
            && let Some(scope) = node.extra_scope(self.member)
        {
            return Action::Raw(Target::Extra(scope));
        }
        let action = node.action(self.member, shape);
        match action {
            _ if self.choice.is_message && Kind::begun_by(action).is_some_and(|kind| self.told.has(kind)) => {
                Action::Skip
            }
            Action::Raw(Target::Logprobs) if !self.wants_logprobs => Action::Skip,
            Action::Read(Target::Reasoning) | Action::Enter(Node::ReasoningParts)
                if node == Node::Delta
                    && self.choice.reasoning.is_some_and(|member| member != self.member) =>
            {
                Action::Skip
            }
            Action::Read(Target::Error(ErrorMember::Message)) | Action::Enter(Node::Details)
                if !matches!(node, Node::Details | Node::Errors)
                    && self.chunk.has_message
                    && self.member == Member::Detail =>
            {
                Action::Skip
            }
            // Of several details, the first one's place is told.
            Action::Enter(Node::Loc) if self.chunk.details > 1 => Action::Skip,
            // A known shape of document, in a place where it can only be a report.
            Action::Skip
                if self.is_report && matches!(node, Node::Root | Node::List) && shape == Shape::String =>
            {
                Action::Read(Target::ErrorText)
            }
            Action::Enter(Node::Chunk) if self.is_report => Action::Enter(Node::Error),
            other => other,
        }
    }

    /// A text or raw value begins. The elements of some lists are joined into one value: then the separator.
    fn begin_value<'i>(&mut self, target: Target) -> Option<Signal<'i>> {
        self.is_started = match self.joint(target) {
            Some(Joint::Details) => self.chunk.details_begun,
            Some(Joint::Loc) => self.chunk.loc_begun,
            None => false,
        };
        let separator = if self.node() == Node::Loc { "." } else { "; " };
        if self.is_started { self.lend(target, separator, false) } else { None }
    }

    /// The list whose elements are joined into the value that `target` is here.
    pub(super) fn joint(&self, target: Target) -> Option<Joint> {
        match (self.node(), target) {
            (Node::Details | Node::Errors | Node::Detail, Target::Error(ErrorMember::Message)) => {
                Some(Joint::Details)
            }
            (Node::Loc, Target::Error(ErrorMember::Param)) => Some(Joint::Loc),
            _ => None,
        }
    }

    /// What begins with the container that was entered.
    fn entered(&mut self, node: Node) -> Option<Event<'static>> {
        match node {
            Node::Chunk => self.chunk = Chunk::default(),
            Node::Choices => {
                self.chunk.has_choices = true;
                self.choice.position = 0;
            }
            Node::Choice => {
                self.choice = Choice { position: self.choice.position, ..Choice::default() };
                return Some(Event::ChoiceStart);
            }
            Node::Delta => {
                self.choice.is_message = self.member == Member::Message;
                self.choice.reasoning = None;
            }
            Node::ToolCall => {
                self.call_index = None;
                return Some(Event::ToolCallStart);
            }
            Node::LegacyCall => {
                self.call_index = Some(0);
                return Some(Event::ToolCallStart);
            }
            Node::Details | Node::Errors => {
                self.chunk.details = 0;
                self.chunk.details_begun = false;
                self.chunk.looks_like_error |= node == Node::Details;
            }
            Node::Detail => self.chunk.details = self.chunk.details.saturating_add(1).min(2),
            Node::Usage => self.usage = Usage::new(),
            Node::Error => self.chunk.has_message = false,
            Node::Loc => self.chunk.loc_begun = false,
            _ => {}
        }
        None
    }

    /// Leaves the container whose bracket is next.
    pub(super) fn leave<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Signal<'i>>, ErrorKind> {
        let node = self.node();
        if node == Node::Choice && self.choice.index.unwrap_or(self.choice.position) > MAX_CHOICE {
            return Err(ErrorKind::ChoiceIndexLimit);
        }
        self.lexer.close(input);
        self.depth = self.depth.saturating_sub(1);
        self.due.chunk_end = self.depth == 0;
        let event = match node {
            Node::Choice => {
                let index = self.choice.index.unwrap_or(self.choice.position);
                self.progress.mark(index, self.choice.has_reason);
                self.choice.position = self.choice.position.saturating_add(1);
                Some(Event::ChoiceEnd { index: u32::from(index) })
            }
            Node::ToolCall | Node::LegacyCall => Some(Event::ToolCallEnd { index: self.call_index }),
            Node::Usage => return Ok((!self.usage.is_empty()).then_some(Signal::Usage)),
            Node::Chunk => {
                let Chunk { looks_like_error, error_begun, has_choices, is_reported, .. } = self.chunk;
                if (error_begun || (looks_like_error && !has_choices)) && !is_reported {
                    self.report_error();
                }
                None
            }
            Node::Error => {
                if self.node() != Node::Error && core::mem::take(&mut self.chunk.error_begun) {
                    self.report_error();
                }
                None
            }
            Node::Details | Node::Errors => {
                self.is_started = self.chunk.details_begun;
                self.due.message_end = self.is_started;
                None
            }
            Node::Loc => {
                self.is_started = self.chunk.loc_begun;
                let target = Target::Error(ErrorMember::Param);
                return Ok(if self.is_started { self.lend(target, "", true) } else { None });
            }
            _ => None,
        };
        Ok(event.map(Signal::Event))
    }

    /// Where the number goes, once it is complete.
    pub(super) fn number<'i>(
        &mut self,
        slot: Slot,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        let number = match self.lexer.next_number(input)? {
            Ok(number) => number,
            Err(kind) => return Some(Err(kind)),
        };
        self.mode = Mode::Idle;
        let value = match slot {
            Slot::Created | Slot::Count(_) => number.to_u64(),
            Slot::Index(_) | Slot::Error => number.to_index(),
        };
        if slot == Slot::Error && value != Some(0) {
            self.begin_error();
        }
        let Some(value) = value else { return Some(Ok(None)) };
        match slot {
            Slot::Created => return Some(Ok(Some(Signal::Event(Event::Created(value))))),
            Slot::Count(count) => self.usage.set(count, value),
            Slot::Index(index) => self.set_index(index, value),
            Slot::Error => {}
        }
        Some(Ok(None))
    }

    pub(super) fn set_index(&mut self, index: Index, value: u64) {
        match index {
            Index::Choice => self.choice.index = Some(u8::try_from(value).unwrap_or(u8::MAX)),
            Index::Call => self.call_index = u32::try_from(value).ok(),
        }
    }
}
