//! Which member of which object means what.
//!
//! The schema is closed over what servers send (OpenAI's API reference, and the dialects of others); what it does not
//! know is skipped, whatever it is.

mod actions;
#[cfg(target_pointer_width = "64")]
mod care;
#[cfg(any(test, not(target_pointer_width = "64")))]
mod compact;
#[cfg(target_pointer_width = "64")]
mod direct;
mod member;
#[cfg(target_pointer_width = "64")]
mod names;

#[cfg(target_pointer_width = "64")]
pub(super) use self::care::Care;
#[cfg(not(target_pointer_width = "64"))]
pub(super) use self::compact::{ALL, CompactSchema as Schema, TEXT};
#[cfg(target_pointer_width = "64")]
pub(super) use self::direct::{ALL, Schema, TEXT};
pub(super) use self::member::Member;
use super::event::Scope;
use super::usage::Count;

/// An enumeration without data that can list its values.
macro_rules! listed {
    ($(#[$about:meta])* $visibility:vis enum $name:ident {
        $($(#[$about_value:meta])* $value:ident,)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $visibility enum $name {
            $($(#[$about_value])* $value,)*
        }

        impl $name {
            /// All values, in order.
            pub(in crate::chat) const ALL: [Self; [$(stringify!($value)),*].len()] =
                [$(Self::$value),*];
        }
    };
}
use listed;

listed! {
    /// A container of the schema.
    pub(super) enum Node {
        /// Outside of everything; the document is like the element of an array.
        Root,
        /// An array around the document, as some error bodies have it.
        List,
        Choices,
        ContentParts,
        ThinkingParts,
        ReasoningParts,
        ToolCalls,
        /// `detail: [{loc, msg, type}]`
        Details,
        /// An `error` that is an array; its elements are read like those of `detail`.
        Errors,
        /// The last array. What follows are objects.
        Loc,
        Chunk,
        Choice,
        /// `delta` or `message`.
        Delta,
        ContentPart,
        /// A part of which all text is reasoning.
        ReasoningPart,
        ToolCall,
        Function,
        /// The `function_call` of before there were tools.
        LegacyCall,
        Usage,
        PromptDetails,
        CompletionDetails,
        XGroq,
        Error,
        Detail,
    }
}

listed! {
    /// What a value is, by its first byte.
    pub(super) enum Shape {
        Object,
        Array,
        String,
        Number,
        True,
        False,
        Null,
    }
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Skip,
    /// Skip it: it says by its shape alone that an error happened.
    Tell,
    Enter(Node),
    /// Hand on the string, unescaped.
    Read(Target),
    /// Hand on the value as JSON text.
    Raw(Target),
    Number(Slot),
}

/// Where a number goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Created,
    ChoiceIndex,
    CallIndex,
    Count(Count),
    /// An `error` that is a number: nowhere, but any other than 0 says that one happened.
    Error,
}

/// What a text is handed out as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Content,
    Reasoning,
    Refusal,
    Arguments,
    Id,
    Model,
    SystemFingerprint,
    ServiceTier,
    Role,
    FinishReason,
    Logprobs,
    CallId,
    CallName,
    ErrorMessage,
    ErrorType,
    ErrorCode,
    ErrorParam,
    /// An `error` that is just a string: its message, and the whole report.
    ErrorText,
    Extra,
    ExtraName,
    /// The chunk's `object`.
    Object,
    /// An index that is written as a string.
    ChoiceIndex,
    CallIndex,
}

impl Node {
    /// What to do with the value of `member`, or with an element if this is an array. Not for use at run time: it is what
    /// [`Schema`] is made of.
    const fn action(self, member: Member, shape: Shape) -> Action {
        use Member as M;
        use Shape as S;
        use {Action::*, Target as T};
        match (self, member, shape) {
            (_, _, S::Null) => Skip,

            (Self::Root, _, S::Object) => Enter(Self::Chunk),
            (Self::Root, _, S::Array) => Enter(Self::List),
            (Self::List, _, S::Object) => Enter(Self::Chunk),

            (Self::Chunk, M::Id, S::String) => Read(T::Id),
            (Self::Chunk, M::Id, S::Number) => Raw(T::Id),
            (Self::Chunk, M::Object, S::String) => Read(T::Object),
            (Self::Chunk, M::Model, S::String) => Read(T::Model),
            (Self::Chunk, M::SystemFingerprint, S::String) => Read(T::SystemFingerprint),
            (Self::Chunk, M::ServiceTier, S::String) => Read(T::ServiceTier),
            (Self::Chunk, M::Created, S::Number) => Number(Slot::Created),
            (Self::Chunk, M::Choices, S::Array) => Enter(Self::Choices),
            (Self::Chunk, M::XGroq, S::Object) => Enter(Self::XGroq),
            (Self::Chunk | Self::Choice | Self::XGroq, M::Usage, S::Object) => Enter(Self::Usage),
            (Self::Chunk | Self::Choice | Self::XGroq, M::Error, S::Object) => Enter(Self::Error),
            (Self::Chunk | Self::Choice | Self::XGroq, M::Error, S::String) => Read(T::ErrorText),
            (Self::Chunk | Self::Choice | Self::XGroq, M::Error, S::Number) => Number(Slot::Error),
            (Self::Chunk | Self::Choice | Self::XGroq, M::Error, S::True) => Tell,
            (Self::Chunk | Self::Choice | Self::XGroq | Self::Error, M::Error, S::Array) => {
                Enter(Self::Errors)
            }
            // No error report of its own, unless the chunk turns out to be one.
            (Self::Chunk, M::Message | M::Detail, S::String) => Read(T::ErrorMessage),
            (Self::Chunk | Self::Error, M::Detail, S::Array) => Enter(Self::Details),
            (Self::Chunk | Self::Error, M::Code, S::String) => Read(T::ErrorCode),
            (Self::Chunk | Self::Error, M::Code, S::Number) => Raw(T::ErrorCode),
            (Self::Chunk | Self::Error, M::Type, S::String) => Read(T::ErrorType),
            (Self::Chunk | Self::Error, M::Param, S::String) => Read(T::ErrorParam),

            (Self::Choices, _, S::Object) => Enter(Self::Choice),
            (Self::Choice, M::Index, S::Number) => Number(Slot::ChoiceIndex),
            (Self::Choice, M::Index, S::String) => Read(T::ChoiceIndex),
            (Self::Choice, M::Delta | M::Message, S::Object) => Enter(Self::Delta),
            (Self::Choice, M::FinishReason, S::String) => Read(T::FinishReason),
            (Self::Choice, M::Logprobs, _) => Raw(T::Logprobs),

            (Self::Delta, M::Role, S::String) => Read(T::Role),
            (Self::Delta, M::Content, S::String) => Read(T::Content),
            (Self::Delta, M::Content, S::Array) => Enter(Self::ContentParts),
            (Self::Delta, M::Content, S::Object) => Enter(Self::ContentPart),
            (Self::Delta, M::Refusal, S::String) => Read(T::Refusal),
            (Self::Delta, M::ReasoningContent | M::Reasoning, S::String) => Read(T::Reasoning),
            (Self::Delta, M::ReasoningDetails, S::Array) => Enter(Self::ReasoningParts),
            (Self::Delta, M::ToolCalls, S::Array) => Enter(Self::ToolCalls),
            (Self::Delta, M::FunctionCall, S::Object) => Enter(Self::LegacyCall),

            (Self::ContentParts, _, S::String) => Read(T::Content),
            (Self::ContentParts, _, S::Object) => Enter(Self::ContentPart),
            (Self::ContentPart, M::Text, S::String) => Read(T::Content),
            (Self::ContentPart, M::Refusal, S::String) => Read(T::Refusal),
            (Self::ContentPart, M::Thinking | M::Reasoning, S::String) => Read(T::Reasoning),
            (Self::ContentPart, M::Thinking, S::Array) => Enter(Self::ThinkingParts),
            (Self::ThinkingParts, _, S::String) => Read(T::Reasoning),
            (Self::ThinkingParts | Self::ReasoningParts, _, S::Object) => Enter(Self::ReasoningPart),
            (Self::ReasoningPart, M::Text | M::Summary, S::String) => Read(T::Reasoning),

            (Self::ToolCalls, _, S::Object) => Enter(Self::ToolCall),
            (Self::ToolCall, M::Index, S::Number) => Number(Slot::CallIndex),
            (Self::ToolCall, M::Index, S::String) => Read(T::CallIndex),
            (Self::ToolCall, M::Id, S::String) => Read(T::CallId),
            (Self::ToolCall, M::Id, S::Number) => Raw(T::CallId),
            (Self::ToolCall, M::Function, S::Object) => Enter(Self::Function),
            (Self::Function | Self::LegacyCall, M::Name, S::String) => Read(T::CallName),
            (Self::Function | Self::LegacyCall, M::Arguments, S::String) => Read(T::Arguments),
            (Self::Function | Self::LegacyCall, M::Arguments, _) => Raw(T::Arguments),

            (Self::Usage, M::PromptDetails, S::Object) => Enter(Self::PromptDetails),
            (Self::Usage, M::CompletionDetails, S::Object) => Enter(Self::CompletionDetails),
            (Self::Usage | Self::PromptDetails | Self::CompletionDetails, _, S::Number) => {
                match self.count(member) {
                    Some(count) => Number(Slot::Count(count)),
                    None => Skip,
                }
            }

            (Self::Error, M::Message | M::Msg | M::Detail | M::Error, S::String) => Read(T::ErrorMessage),
            (Self::Error, M::Message, S::Object | S::Array) => Raw(T::ErrorMessage),
            (Self::Error, M::Detail, S::Object) => Raw(T::ErrorMessage),
            (Self::Error, M::Error, S::Object) => Enter(Self::Error),

            (Self::Details | Self::Errors, _, S::String) => Read(T::ErrorMessage),
            (Self::Details | Self::Errors, _, S::Object) => Enter(Self::Detail),
            (Self::Errors, _, S::True | S::Number | S::Array) => Tell,
            (Self::Detail, M::Msg | M::Message, S::String) => Read(T::ErrorMessage),
            (Self::Detail, M::Loc, S::Array) => Enter(Self::Loc),
            (Self::Loc, _, S::String) => Read(T::ErrorParam),
            (Self::Loc, _, S::Number) => Raw(T::ErrorParam),
            _ => Skip,
        }
    }

    /// Which count the number of `member` is.
    const fn count(self, member: Member) -> Option<Count> {
        Some(match (self, member) {
            (_, Member::PromptTokens) => Count::Prompt,
            (_, Member::CompletionTokens) => Count::Completion,
            (_, Member::TotalTokens) => Count::Total,
            (_, Member::CachedTokens) => Count::Cached,
            (_, Member::ReasoningTokens) => Count::Reasoning,
            (_, Member::AcceptedPredictionTokens) => Count::AcceptedPrediction,
            (_, Member::RejectedPredictionTokens) => Count::RejectedPrediction,
            // In neither details, they could be anyone's.
            (Self::PromptDetails, Member::AudioTokens) => Count::PromptAudio,
            (Self::CompletionDetails, Member::AudioTokens) => Count::CompletionAudio,
            _ => return None,
        })
    }

    /// Whether the values in it are elements, not members.
    pub(super) const fn is_array(self) -> bool {
        self as u8 <= Self::Loc as u8
    }

    /// Whether it is what answers consist of: not of an error report, and nothing whose parts are joined.
    #[cfg(target_pointer_width = "64")]
    pub(super) const fn is_common(self) -> bool {
        matches!(
            self,
            Self::Root
                | Self::Choices
                | Self::ToolCalls
                | Self::Chunk
                | Self::Choice
                | Self::Delta
                | Self::ToolCall
                | Self::Function
                | Self::Usage
                | Self::PromptDetails
                | Self::CompletionDetails
        )
    }

    /// Where unknown members of this object are said to have been found, when they are asked for.
    pub(super) const fn scope(self) -> Option<Scope> {
        match self {
            Self::Chunk => Some(Scope::Chunk),
            Self::Choice => Some(Scope::Choice),
            Self::Delta => Some(Scope::Delta),
            Self::ToolCall => Some(Scope::ToolCall),
            _ => None,
        }
    }
}

impl Action {
    /// Whether it leads to text, to the index of a choice or to the verdict, when it is what `node` does.
    const fn is_for_text(self, node: Node) -> bool {
        match self {
            Self::Skip | Self::Tell => true,
            // That an object has a member, or what an array holds, is enough to know.
            Self::Enter(
                Node::List
                | Node::Chunk
                | Node::Choices
                | Node::Choice
                | Node::Delta
                | Node::ContentParts
                | Node::ContentPart
                | Node::XGroq
                | Node::Error
                | Node::Errors
                | Node::Details
                | Node::Detail,
            )
            | Self::Read(Target::ErrorMessage) => !matches!(node, Node::Error | Node::Details | Node::Detail),
            Self::Read(
                Target::Content
                | Target::Refusal
                | Target::FinishReason
                | Target::Object
                | Target::ChoiceIndex
                | Target::ErrorText,
            )
            | Self::Number(Slot::ChoiceIndex | Slot::Error) => true,
            Self::Enter(_) | Self::Read(_) | Self::Raw(_) | Self::Number(_) => false,
        }
    }

    const fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Skip, Self::Skip) | (Self::Tell, Self::Tell) => true,
            (Self::Number(one), Self::Number(other)) => one.is(other),
            (Self::Enter(one), Self::Enter(other)) => one as u8 == other as u8,
            (Self::Read(one), Self::Read(other)) | (Self::Raw(one), Self::Raw(other)) => {
                one as u8 == other as u8
            }
            _ => false,
        }
    }
}

impl Slot {
    const fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Count(one), Self::Count(other)) => one as u8 == other as u8,
            (Self::Created, Self::Created)
            | (Self::ChoiceIndex, Self::ChoiceIndex)
            | (Self::CallIndex, Self::CallIndex)
            | (Self::Error, Self::Error) => true,
            _ => false,
        }
    }
}

impl Shape {
    /// That of a value that starts with this byte, if it is one.
    pub(super) const fn starting_with(byte: u8) -> Self {
        match byte {
            b'{' => Self::Object,
            b'[' => Self::Array,
            b'"' => Self::String,
            b't' => Self::True,
            b'f' => Self::False,
            b'n' => Self::Null,
            _ => Self::Number,
        }
    }
}

impl Target {
    /// Whether this is text that is handed on as it arrives, not a value to be kept whole.
    pub(super) const fn is_text(self) -> bool {
        self as u8 <= Self::Arguments as u8
    }

    /// Whether this is a value that means nothing for what comes later.
    #[cfg(target_pointer_width = "64")]
    pub(super) const fn is_mere_value(self) -> bool {
        matches!(self, Self::Id | Self::Model | Self::SystemFingerprint | Self::ServiceTier | Self::Role)
    }

    /// Whether this is a value that is looked at but not handed out.
    pub(super) const fn is_looked_at(self) -> bool {
        self as u8 >= Self::Object as u8
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "about tables alone, all of which it looks at")]
    fn the_compact_schema_is_the_same() {
        for (direct, compact) in [(&direct::ALL, &compact::ALL), (&direct::TEXT, &compact::TEXT)] {
            for (node, member) in
                Node::ALL.into_iter().flat_map(|node| Member::ALL.map(|member| (node, member)))
            {
                for shape in Shape::ALL {
                    let expected = compact.action(node, member, shape);
                    assert_eq!(direct.action(node, member, shape), expected, "{node:?} {member:?} {shape:?}");
                }
                assert_eq!(direct.knows(node, member), compact.knows(node, member), "{node:?} {member:?}");
            }
            for (name, member) in Member::NAMES {
                let found = compact.member(name.as_bytes());
                let is_known = Node::ALL.into_iter().any(|node| compact.knows(node, member));
                assert_eq!(found, if is_known { member } else { Member::Unknown }, "{name}");
            }
        }
    }
}
