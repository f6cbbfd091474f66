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

/// A tool call, or the fragment of one. All of it only grows, so that it can be rolled back to what was certain.
#[derive(Clone, Debug)]
pub(super) struct CallSlot<const ARGS: usize, const LABEL: usize> {
    pub(super) index: Option<u32>,
    pub(super) id: FixedText<LABEL>,
    pub(super) name: FixedText<LABEL>,
    pub(super) arguments: FixedText<ARGS>,
    progress: ArgumentsProgress,
    certain: Certain,
}

#[derive(Clone, Copy, Debug)]
struct Certain {
    index: Option<u32>,
    id: Mark,
    name: Mark,
    arguments: Mark,
    progress: ArgumentsProgress,
}

impl<const ARGS: usize, const LABEL: usize> CallSlot<ARGS, LABEL> {
    pub(super) const fn new() -> Self {
        Self {
            index: None,
            id: FixedText::new(),
            name: FixedText::new(),
            arguments: FixedText::new(),
            progress: ArgumentsProgress::new(),
            certain: Certain {
                index: None,
                id: Mark::START,
                name: Mark::START,
                arguments: Mark::START,
                progress: ArgumentsProgress::new(),
            },
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

    /// Adds the fragment that was bound to this call.
    pub(super) fn continue_with(&mut self, fragment: &Self) {
        self.index = self.index.or(fragment.index);
        if self.id.is_empty() {
            self.id.join(&fragment.id);
        }
        self.name.push(fragment.labels().name_growth(self.name.as_str(), self.progress));
        self.name.inherit_overflow(&fragment.name);
        if self.progress.is_blank() {
            self.progress = fragment.progress;
        } else {
            self.progress.push(fragment.arguments.as_str());
        }
        self.arguments.join(&fragment.arguments);
    }

    /// The first value of a fragment for which this call, which it was bound to, has no room.
    pub(super) fn overflow(&self, fragment: &Self) -> Option<Overflow> {
        if self.id.overflowed() && !fragment.id.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallId, capacity: LABEL })
        } else if self.name.overflowed() && !fragment.name.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallName, capacity: LABEL })
        } else if self.arguments.overflowed() && !fragment.arguments.is_empty() {
            Some(Overflow { value: FixedValue::ToolCallArguments, capacity: ARGS })
        } else {
            None
        }
    }

    /// What there is now is certain.
    pub(super) fn commit(&mut self) {
        self.certain = Certain {
            index: self.index,
            id: self.id.mark(),
            name: self.name.mark(),
            arguments: self.arguments.mark(),
            progress: self.progress,
        };
    }

    /// Back to what was certain.
    pub(super) fn roll_back(&mut self) {
        self.index = self.certain.index;
        self.id.roll_back(self.certain.id);
        self.name.roll_back(self.certain.name);
        self.arguments.roll_back(self.certain.arguments);
        self.progress = self.certain.progress;
    }

    /// What is certain of it.
    pub(super) fn kept(&self) -> FixedToolCall<'_> {
        FixedToolCall {
            index: self.certain.index,
            id: self.id.kept_until(self.certain.id, FixedValue::ToolCallId),
            name: self.name.kept_until(self.certain.name, FixedValue::ToolCallName),
            arguments: self.arguments.kept_until(self.certain.arguments, FixedValue::ToolCallArguments),
        }
    }
}
