//! Whole answers in growable memory.

use alloc::string::String;
use alloc::vec::Vec;

use super::completion::{Choice, Completion, ToolCall};
use super::limit::{Budget, MAX_CHOICES, MAX_TOOL_CALLS};
use super::scope::{OpenChoice, insert_extra};
use super::text::Pieces;
use super::{ArgumentsProgress, ErrorAssembler, Limit, ToolCallLabels};
use crate::chat::{Event, Piece};

/// Builds the whole answer from its events: see the [module's docs](super) for what is kept of what.
///
/// Give it every event, in order; those that come out of order are ignored, or end what they interrupt, and never panic.
///
/// ```
/// use choreoai_core::chat::{Decoder, assemble::Assembler};
///
/// let mut input: &[u8] = br#"data: {"choices": [{"delta": {"content": "Hi"}, "index": 0}]}
///
/// data: {"choices": [{"delta": {"content": "!"}, "finish_reason": "stop", "index": 0}]}
///
/// "#;
/// let mut decoder = Decoder::new();
/// let mut assembler = Assembler::default();
/// while let Some(event) = decoder.next_event(&mut input) {
///     assembler.push(&event?)?;
/// }
/// let completion = assembler.into_completion();
/// assert_eq!(completion.choices[0].content.as_deref(), Some("Hi!"));
/// assert_eq!(completion.choices[0].finish_reason.as_deref(), Some("stop"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// **Memory**: at most the allowed bytes of text, tool calls and unknown members, twice while a text grows (as with any `String`);
/// and of 128 choices, some 250 bytes each. **Time**: linear in the bytes given; each fragment of a tool call is compared with the
/// at most 128 calls of its choice. Text is copied once, and a second time when a later chunk continues it.
#[derive(Clone, Debug)]
pub struct Assembler {
    head: Completion,
    /// Ordered by index.
    choices: Vec<BoundChoice>,
    open: bool,
    scope: OpenChoice,
    pieces: Pieces,
    error: ErrorAssembler,
    budget: Budget,
    limit: Option<Limit>,
}

impl Default for Assembler {
    fn default() -> Self {
        Self::new(Self::DEFAULT_LIMIT)
    }
}

impl Assembler {
    /// The bytes that an answer may take unless chosen otherwise: 64 MiB.
    pub const DEFAULT_LIMIT: usize = 64 * 1024 * 1024;

    /// An assembler of an answer of at most `limit` bytes, the memory of its tool calls included.
    pub fn new(limit: usize) -> Self {
        Self {
            head: Completion::default(),
            choices: Vec::new(),
            open: false,
            scope: OpenChoice::default(),
            pieces: Pieces::default(),
            error: ErrorAssembler::new(),
            budget: Budget::new(limit),
            limit: None,
        }
    }

    /// Takes the next event.
    ///
    /// # Errors
    ///
    /// The limit that was reached. The event that reached it is left out, wholly, and so is all that follows but error reports:
    /// the error is sticky. What was assembled before is still to be had from [`into_completion`](Self::into_completion).
    pub fn push(&mut self, event: &Event<'_>) -> Result<(), Limit> {
        self.error.push(event);
        if let Some(limit) = self.limit {
            return Err(limit);
        }
        let outcome = self.take(event);
        self.limit = outcome.err();
        outcome
    }

    /// What arrived, whether or not the answer was complete. Text of a choice that is still open is in
    /// [`Completion::unbound`].
    pub fn into_completion(mut self) -> Completion {
        self.abandon_choice();
        self.head.choices = self.choices.into_iter().map(BoundChoice::into_choice).collect();
        self.head.error = self.error.into_report();
        self.head
    }

    fn take(&mut self, event: &Event<'_>) -> Result<(), Limit> {
        match event {
            Event::Id(piece) => self.head_text(piece, Keep::First, |head| &mut head.id),
            Event::Model(piece) => self.head_text(piece, Keep::First, |head| &mut head.model),
            Event::SystemFingerprint(piece) => {
                self.head_text(piece, Keep::Last, |head| &mut head.system_fingerprint)
            }
            Event::ServiceTier(piece) => self.head_text(piece, Keep::Last, |head| &mut head.service_tier),
            Event::Created(seconds) => {
                if *seconds != 0 {
                    self.head.created.get_or_insert(*seconds);
                }
                Ok(())
            }
            Event::Usage(usage) => {
                self.head.usage = Some(**usage);
                Ok(())
            }
            Event::ChoiceStart => {
                self.abandon_choice();
                self.open = true;
                Ok(())
            }
            Event::ChoiceEnd { index } if self.open => {
                self.open = false;
                self.bind_choice(*index)
            }
            Event::ChunkEnd => {
                self.abandon_choice();
                Ok(())
            }
            _ if self.open => self.scope.push(event, &mut self.pieces, &mut self.budget),
            _ => Ok(()),
        }
    }

    fn head_text(
        &mut self,
        piece: &Piece<'_>,
        keep: Keep,
        member: impl FnOnce(&mut Completion) -> &mut Option<String>,
    ) -> Result<(), Limit> {
        let Some(value) = self.pieces.gather(piece, &mut self.budget)? else { return Ok(()) };
        let member = member(&mut self.head);
        if value.is_empty() || (keep == Keep::First && member.is_some()) {
            return Ok(());
        }
        self.budget.take(value.len())?;
        let old = member.replace(value.into());
        self.budget.give(old.map_or(0, |old| old.len()));
        Ok(())
    }

    /// The open choice turns out to be the one of this index.
    fn bind_choice(&mut self, index: u32) -> Result<(), Limit> {
        let position = self.choices.binary_search_by_key(&Some(index), |bound| bound.choice.index);
        if let Err(position) = position {
            if self.choices.len() >= MAX_CHOICES {
                self.abandon_into_unbound();
                return Err(Limit::Choices);
            }
            self.choices.insert(position, BoundChoice::new(index));
        }
        let (Ok(position) | Err(position)) = position;
        let Some(bound) = self.choices.get_mut(position) else { return Ok(()) };
        for fragment in self.scope.drain_into(&mut bound.choice, &mut self.budget) {
            bound.bind_call(fragment, &mut self.budget)?;
        }
        Ok(())
    }

    /// The open choice, if there is one, ended before its index was known.
    fn abandon_choice(&mut self) {
        if self.open {
            self.open = false;
            self.abandon_into_unbound();
        }
    }

    fn abandon_into_unbound(&mut self) {
        let mut choice = self.head.unbound.take().unwrap_or_default();
        let fragments = self.scope.drain_into(&mut choice, &mut self.budget);
        choice.tool_calls.extend(fragments);
        self.head.unbound = Some(choice).filter(|choice| *choice != Choice::default());
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    First,
    Last,
}

/// A choice whose index is known.
#[derive(Clone, Debug)]
struct BoundChoice {
    /// All but the tool calls.
    choice: Choice,
    calls: Vec<BoundCall>,
    /// The position of the call that the last fragment belonged to.
    current: Option<usize>,
}

#[derive(Clone, Debug)]
struct BoundCall {
    call: ToolCall,
    arguments: ArgumentsProgress,
}

impl BoundChoice {
    fn new(index: u32) -> Self {
        let choice = Choice { index: Some(index), ..Choice::default() };
        Self { choice, calls: Vec::new(), current: None }
    }

    fn bind_call(&mut self, fragment: ToolCall, budget: &mut Budget) -> Result<(), Limit> {
        let fragment = BoundCall::new(fragment);
        match fragment.labels().bind(self.calls.iter().map(BoundCall::labels), self.current) {
            Some(position) => {
                self.current = Some(position);
                if let Some(call) = self.calls.get_mut(position) {
                    call.continue_with(fragment, budget);
                }
            }
            None if self.calls.len() >= MAX_TOOL_CALLS => return Err(Limit::ToolCalls),
            None => {
                self.current = Some(self.calls.len());
                self.calls.push(fragment);
            }
        }
        Ok(())
    }

    fn into_choice(mut self) -> Choice {
        self.choice.tool_calls = self.calls.into_iter().map(|bound| bound.call).collect();
        self.choice
    }
}

impl BoundCall {
    fn new(call: ToolCall) -> Self {
        let mut arguments = ArgumentsProgress::new();
        arguments.push(&call.arguments);
        Self { call, arguments }
    }

    fn labels(&self) -> ToolCallLabels<'_> {
        let Self { call, arguments } = self;
        ToolCallLabels { index: call.index, id: &call.id, name: &call.name, arguments: *arguments }
    }

    /// Gives back to the budget what the fragment took and the call does not keep.
    fn continue_with(&mut self, fragment: Self, budget: &mut Budget) {
        let growth = fragment.labels().name_growth(&self.call.name, self.arguments);
        self.call.name.push_str(growth);
        budget.give(size_of::<ToolCall>());
        budget.give(fragment.call.name.len().saturating_sub(growth.len()));
        let ToolCall { index, id, arguments, extra, .. } = fragment.call;
        self.call.index = self.call.index.or(index);
        if self.call.id.is_empty() {
            self.call.id = id;
        } else {
            budget.give(id.len());
        }
        self.arguments.push(&arguments);
        if self.call.arguments.is_empty() {
            self.call.arguments = arguments;
        } else {
            self.call.arguments.push_str(&arguments);
        }
        for (name, value) in extra {
            insert_extra(&mut self.call, name, value, budget);
        }
    }
}
