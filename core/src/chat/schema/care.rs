//! Which actions depend on what came before.

use super::{Action, Node, Slot, Target};

/// Circumstances under which an action is not to be taken as it stands; a set of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) struct Care(u8);

impl Care {
    /// Whatever the circumstances.
    pub(in crate::chat) const ALWAYS: Self = Self(1);
    /// What the schema does not know is wanted.
    pub(in crate::chat) const EXTRA: Self = Self(1 << 1);
    /// The current delta is a `message`, and deltas have told something.
    pub(in crate::chat) const MESSAGE: Self = Self(1 << 2);
    /// The current delta has given reasoning.
    pub(in crate::chat) const REASONING: Self = Self(1 << 3);
    /// Some metadata are not to be told again.
    pub(in crate::chat) const METADATA: Self = Self(1 << 4);

    /// Those that matter to this action.
    pub(super) const fn of(action: Action) -> Self {
        use {Action as A, Target as T};
        match action {
            A::Skip => Self::EXTRA,
            A::Read(T::Reasoning) => Self::MESSAGE.and(Self::REASONING),
            A::Read(T::Content | T::Refusal | T::CallId | T::CallName | T::Arguments)
            | A::Enter(Node::ToolCalls | Node::LegacyCall) => Self::MESSAGE,
            A::Enter(Node::ReasoningParts) => Self::REASONING,
            A::Read(T::Id | T::Model | T::SystemFingerprint) | A::Number(Slot::Created) => Self::METADATA,
            A::Read(
                T::ServiceTier | T::Role | T::FinishReason | T::Object | T::ChoiceIndex | T::CallIndex,
            )
            | A::Number(Slot::ChoiceIndex | Slot::CallIndex | Slot::Count(_))
            | A::Enter(
                Node::Chunk
                | Node::Choices
                | Node::Choice
                | Node::Delta
                | Node::ToolCall
                | Node::Function
                | Node::Usage
                | Node::PromptDetails
                | Node::CompletionDetails,
            ) => Self(0),
            // Reports of errors, parts that are joined, and what is handed on as it stands: nothing that comes often.
            A::Read(_) | A::Number(_) | A::Enter(_) | A::Raw(_) | A::Tell => Self::ALWAYS,
        }
    }

    pub(in crate::chat) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These, if it is so.
    pub(in crate::chat) const fn when(self, is_so: bool) -> Self {
        if is_so { self } else { Self(0) }
    }

    pub(in crate::chat) const fn has_any_of(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
