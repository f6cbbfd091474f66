//! A tool call in memory of fixed size.

use super::fixed_text::{FixedText, FixedValue, Kept, Mark, Overflow};
use super::report::Excerpt;
use super::{ArgumentsProgress, ToolCallLabels};

/// A tool call as far as there was room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedToolCall<'a> {
    /// The index the server gave, which some servers leave out and some repeat for all calls.
    pub index: Option<u32>,
    /// The id to answer to; empty if the server gave none.
    pub id: Kept<'a>,
    /// The function's name; empty if the server gave none.
    pub name: Kept<'a>,
    /// The arguments: JSON text that the model wrote, which may be invalid.
    pub arguments: Kept<'a>,
}

/// A tool call. All of it only grows, so that it can be rolled back to what was certain.
#[derive(Clone, Debug)]
pub(super) struct CallSlot<const ARGS: usize, const LABEL: usize> {
    call: CallFragment<ARGS, LABEL>,
    certain: Certain,
}

/// What one piece of a choice says of a tool call, or several.
#[derive(Clone, Debug)]
pub(super) struct CallFragment<const ARGS: usize, const LABEL: usize> {
    pub(super) index: Option<u32>,
    pub(super) id: FixedText<LABEL>,
    pub(super) name: FixedText<LABEL>,
    arguments: FixedText<ARGS>,
    progress: ArgumentsProgress,
}

#[derive(Clone, Copy, Debug)]
struct Certain {
    index: Option<u32>,
    id: Mark,
    name: Mark,
    arguments: Mark,
    progress: ArgumentsProgress,
}

impl<const ARGS: usize, const LABEL: usize> CallFragment<ARGS, LABEL> {
    pub(super) const fn new() -> Self {
        Self {
            index: None,
            id: FixedText::new(),
            name: FixedText::new(),
            arguments: FixedText::new(),
            progress: ArgumentsProgress::new(),
        }
    }

    pub(super) fn push_arguments(&mut self, text: &str) {
        self.progress.push(text);
        self.arguments.push(text);
    }

    pub(super) fn labels(&self) -> ToolCallLabels<'_> {
        ToolCallLabels {
            index: self.index,
            id: self.id.as_str(),
            name: self.name.as_str(),
            arguments: self.progress,
        }
    }
}

impl<const ARGS: usize, const LABEL: usize> CallSlot<ARGS, LABEL> {
    pub(super) const fn new() -> Self {
        Self {
            call: CallFragment::new(),
            certain: Certain {
                index: None,
                id: Mark::START,
                name: Mark::START,
                arguments: Mark::START,
                progress: ArgumentsProgress::new(),
            },
        }
    }

    pub(super) fn labels(&self) -> ToolCallLabels<'_> {
        self.call.labels()
    }

    /// Adds the fragment that was bound to this call.
    pub(super) fn continue_with(&mut self, fragment: &CallFragment<ARGS, LABEL>) {
        let call = &mut self.call;
        call.index = call.index.or(fragment.index);
        if call.id.is_empty() {
            call.id.join(&fragment.id);
        }
        call.name.push(fragment.labels().name_growth(call.name.as_str(), call.progress));
        call.name.inherit_overflow(&fragment.name);
        if call.progress.is_blank() {
            call.progress = fragment.progress;
        } else {
            call.progress.push(fragment.arguments.as_str());
        }
        call.arguments.join(&fragment.arguments);
    }

    /// The first value of a fragment for which this call, which it was bound to, has no room.
    pub(super) fn overflow(&self, fragment: &CallFragment<ARGS, LABEL>) -> Option<Overflow> {
        if self.call.id.overflowed() && !fragment.id.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallId, capacity: LABEL })
        } else if self.call.name.overflowed() && !fragment.name.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallName, capacity: LABEL })
        } else if self.call.arguments.overflowed() && !fragment.arguments.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallArguments, capacity: ARGS })
        } else {
            None
        }
    }

    /// What there is now is certain.
    pub(super) fn commit(&mut self) {
        self.certain = Certain {
            index: self.call.index,
            id: self.call.id.mark(),
            name: self.call.name.mark(),
            arguments: self.call.arguments.mark(),
            progress: self.call.progress,
        };
    }

    /// Back to what was certain.
    pub(super) fn roll_back(&mut self) {
        self.call.index = self.certain.index;
        self.call.id.roll_back(self.certain.id);
        self.call.name.roll_back(self.certain.name);
        self.call.arguments.roll_back(self.certain.arguments);
        self.call.progress = self.certain.progress;
    }

    /// What is certain of it.
    pub(super) fn kept(&self) -> FixedToolCall<'_> {
        FixedToolCall {
            index: self.certain.index,
            id: self.call.id.kept_until(self.certain.id, FixedValue::ToolCallId),
            name: self.call.name.kept_until(self.certain.name, FixedValue::ToolCallName),
            arguments: self.call.arguments.kept_until(self.certain.arguments, FixedValue::ToolCallArguments),
        }
    }
}
