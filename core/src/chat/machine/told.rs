//! What the deltas of a stream have told, so that it is not told again.

use crate::chat::schema::{Action, Node, Target};

/// The kinds that a `delta` has brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told(u8);

/// What an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Content = 1,
    Reasoning = 2,
    Refusal = 4,
    ToolCalls = 8,
}

impl Told {
    pub(super) const fn new() -> Self {
        Self(0)
    }

    pub(super) const fn add(&mut self, kind: Kind) {
        self.0 |= kind as u8;
    }

    pub(super) const fn has_any(self) -> bool {
        self.0 != 0
    }

    pub(super) const fn has(self, kind: Kind) -> bool {
        self.0 & kind as u8 != 0
    }
}

impl Kind {
    /// The kind that a text belongs to.
    pub(super) const fn of(target: Target) -> Option<Self> {
        match target {
            Target::Content => Some(Self::Content),
            Target::Reasoning => Some(Self::Reasoning),
            Target::Refusal => Some(Self::Refusal),
            Target::CallId | Target::CallName | Target::Arguments => Some(Self::ToolCalls),
            _ => None,
        }
    }

    /// The kind that begins with this. A list of parts may hold several.
    pub(super) const fn begun_by(action: Action) -> Option<Self> {
        match action {
            Action::Read(target) => Self::of(target),
            Action::Enter(Node::ToolCalls | Node::LegacyCall) => Some(Self::ToolCalls),
            _ => None,
        }
    }
}
