//! Which member of which object means what.
//!
//! The schema is closed over what servers send (OpenAI's API reference, and the dialects of others); what it does not
//! know is skipped, whatever it is.

use super::event::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};
use super::usage::Count;

/// A container of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Outside of everything.
    Root,
    /// An array around the document, as some error bodies have it.
    List,
    Chunk,
    Choices,
    Choice,
    /// `delta` or `message`.
    Delta,
    ContentParts,
    ContentPart,
    ThinkingParts,
    ReasoningParts,
    /// A part of which all text is reasoning.
    ReasoningPart,
    ToolCalls,
    ToolCall,
    Function,
    /// The `function_call` of before there were tools.
    LegacyCall,
    Usage,
    PromptDetails,
    CompletionDetails,
    XGroq,
    Error,
    /// `detail: [{loc, msg, type}]`
    Details,
    /// An `error` that is an array; its elements are read like those of `detail`.
    Errors,
    Detail,
    Loc,
}

/// A member's name, as far as any object of the schema knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Unknown,
    Arguments,
    Choices,
    Code,
    CompletionDetails,
    Content,
    Count(Count),
    Created,
    Delta,
    Detail,
    Error,
    FinishReason,
    Function,
    FunctionCall,
    Id,
    Index,
    Loc,
    Logprobs,
    Message,
    Model,
    Msg,
    Name,
    Object,
    Param,
    PromptDetails,
    Reasoning,
    ReasoningContent,
    ReasoningDetails,
    Refusal,
    Role,
    ServiceTier,
    Summary,
    SystemFingerprint,
    Text,
    Thinking,
    ToolCalls,
    Type,
    Usage,
    XGroq,
}

/// What a value is, by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// What to do with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Skip,
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
    Index(Index),
    Count(Count),
    /// An `error` that is a number: nowhere, but any other than 0 says that one happened.
    Error,
}

/// What an index is that of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    Choice,
    Call,
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
    Error(ErrorMember),
    /// An `error` that is just a string: its message, and the whole report.
    ErrorText,
    Extra(Scope),
    ExtraName(Scope),
    /// The chunk's `object`.
    Object,
    /// An index that is written as a string.
    Index(Index),
}

impl Member {
    pub(super) fn named(name: &[u8]) -> Self {
        match name {
            b"arguments" | b"input" => Self::Arguments,
            b"choices" => Self::Choices,
            b"code" => Self::Code,
            b"completion_tokens_details" => Self::CompletionDetails,
            b"content" => Self::Content,
            b"created" => Self::Created,
            b"delta" => Self::Delta,
            b"detail" | b"details" => Self::Detail,
            b"error" => Self::Error,
            b"finish_reason" => Self::FinishReason,
            b"function" | b"custom" => Self::Function,
            b"function_call" => Self::FunctionCall,
            b"id" => Self::Id,
            b"index" => Self::Index,
            b"loc" => Self::Loc,
            b"logprobs" => Self::Logprobs,
            b"message" => Self::Message,
            b"model" => Self::Model,
            b"msg" => Self::Msg,
            b"name" => Self::Name,
            b"object" => Self::Object,
            b"param" => Self::Param,
            b"prompt_tokens_details" => Self::PromptDetails,
            b"reasoning" => Self::Reasoning,
            b"reasoning_content" => Self::ReasoningContent,
            b"reasoning_details" => Self::ReasoningDetails,
            b"refusal" => Self::Refusal,
            b"role" => Self::Role,
            b"service_tier" => Self::ServiceTier,
            b"summary" => Self::Summary,
            b"system_fingerprint" => Self::SystemFingerprint,
            b"text" => Self::Text,
            b"thinking" => Self::Thinking,
            b"tool_calls" => Self::ToolCalls,
            b"type" | b"error_type" => Self::Type,
            b"usage" => Self::Usage,
            b"x_groq" => Self::XGroq,
            _ => Count::named(name).map_or(Self::Unknown, Self::Count),
        }
    }
}

impl Node {
    /// What to do with the value of `member`, or with an element if this is an array.
    pub(super) const fn action(self, member: Member, shape: Shape) -> Action {
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
            (Self::Chunk | Self::Choice | Self::XGroq | Self::Error, M::Error, S::Array) => {
                Enter(Self::Errors)
            }
            // No error report of its own, unless the chunk turns out to be one.
            (Self::Chunk, M::Message | M::Detail, S::String) => Read(T::Error(ErrorMember::Message)),
            (Self::Chunk | Self::Error, M::Detail, S::Array) => Enter(Self::Details),
            (Self::Chunk | Self::Error, M::Code, S::String) => Read(T::Error(ErrorMember::Code)),
            (Self::Chunk | Self::Error, M::Code, S::Number) => Raw(T::Error(ErrorMember::Code)),
            (Self::Chunk | Self::Error, M::Type, S::String) => Read(T::Error(ErrorMember::Type)),
            (Self::Chunk | Self::Error, M::Param, S::String) => Read(T::Error(ErrorMember::Param)),

            (Self::Choices, _, S::Object) => Enter(Self::Choice),
            (Self::Choice, M::Index, S::Number) => Number(Slot::Index(Index::Choice)),
            (Self::Choice, M::Index, S::String) => Read(T::Index(Index::Choice)),
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
            (Self::ToolCall, M::Index, S::Number) => Number(Slot::Index(Index::Call)),
            (Self::ToolCall, M::Index, S::String) => Read(T::Index(Index::Call)),
            (Self::ToolCall, M::Id, S::String) => Read(T::CallId),
            (Self::ToolCall, M::Id, S::Number) => Raw(T::CallId),
            (Self::ToolCall, M::Function, S::Object) => Enter(Self::Function),
            (Self::Function | Self::LegacyCall, M::Name, S::String) => Read(T::CallName),
            (Self::Function | Self::LegacyCall, M::Arguments, S::String) => Read(T::Arguments),
            (Self::Function | Self::LegacyCall, M::Arguments, _) => Raw(T::Arguments),

            // In neither details, they could be anyone's.
            (Self::Usage, M::Count(Count::PromptAudio), _) => Skip,
            (Self::Usage, M::Count(count), S::Number) => Number(Slot::Count(count)),
            (Self::Usage, M::PromptDetails, S::Object) => Enter(Self::PromptDetails),
            (Self::Usage, M::CompletionDetails, S::Object) => Enter(Self::CompletionDetails),
            (Self::PromptDetails, M::Count(count), S::Number) => Number(Slot::Count(count)),
            (Self::CompletionDetails, M::Count(count), S::Number) => {
                Number(Slot::Count(count.of_completion()))
            }

            (Self::Error, M::Message | M::Msg | M::Detail | M::Error, S::String) => {
                Read(T::Error(ErrorMember::Message))
            }
            (Self::Error, M::Message, S::Object | S::Array) => Raw(T::Error(ErrorMember::Message)),
            (Self::Error, M::Detail, S::Object) => Raw(T::Error(ErrorMember::Message)),
            (Self::Error, M::Error, S::Object) => Enter(Self::Error),

            (Self::Details | Self::Errors, _, S::String) => Read(T::Error(ErrorMember::Message)),
            (Self::Details | Self::Errors, _, S::Object) => Enter(Self::Detail),
            (Self::Detail, M::Msg | M::Message, S::String) => Read(T::Error(ErrorMember::Message)),
            (Self::Detail, M::Loc, S::Array) => Enter(Self::Loc),
            (Self::Loc, _, S::String) => Read(T::Error(ErrorMember::Param)),
            (Self::Loc, _, S::Number) => Raw(T::Error(ErrorMember::Param)),
            _ => Skip,
        }
    }

    /// Whether the value says by its shape alone that an error happened.
    pub(super) const fn tells_error(self, member: Member, shape: Shape) -> bool {
        matches!(
            (self, member, shape),
            (Self::Chunk | Self::Choice | Self::XGroq, Member::Error, Shape::True)
                | (Self::Errors, _, Shape::True | Shape::Number | Shape::Array)
        )
    }

    /// Where unknown members of this object are said to have been found, when they are asked for.
    pub(super) const fn extra_scope(self, member: Member) -> Option<Scope> {
        use Member as M;
        let (scope, is_known) = match self {
            Self::Chunk => (
                Scope::Chunk,
                matches!(
                    member,
                    M::Id
                        | M::Object
                        | M::Model
                        | M::SystemFingerprint
                        | M::ServiceTier
                        | M::Created
                        | M::Choices
                        | M::Usage
                        | M::XGroq
                        | M::Error
                        | M::Message
                        | M::Detail
                        | M::Code
                        | M::Type
                        | M::Param
                ),
            ),
            Self::Choice => (
                Scope::Choice,
                matches!(
                    member,
                    M::Index | M::Delta | M::Message | M::FinishReason | M::Logprobs | M::Usage | M::Error
                ),
            ),
            Self::Delta => (
                Scope::Delta,
                matches!(
                    member,
                    M::Role
                        | M::Content
                        | M::Refusal
                        | M::ReasoningContent
                        | M::Reasoning
                        | M::ReasoningDetails
                        | M::ToolCalls
                        | M::FunctionCall
                ),
            ),
            Self::ToolCall => (Scope::ToolCall, matches!(member, M::Index | M::Id | M::Function | M::Type)),
            _ => return None,
        };
        if is_known { None } else { Some(scope) }
    }
}

impl Shape {
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
        matches!(self, Self::Content | Self::Reasoning | Self::Refusal | Self::Arguments)
    }

    /// Whether this is a value that is looked at but not handed out.
    pub(super) const fn is_looked_at(self) -> bool {
        matches!(self, Self::Object | Self::Index(_))
    }

    pub(super) const fn event<'e>(self, piece: Piece<'e>) -> Event<'e> {
        match self {
            Self::Content => Event::Content(piece.text),
            Self::Reasoning => Event::Reasoning(piece.text),
            Self::Refusal => Event::Refusal(piece.text),
            Self::Arguments => Event::ToolCallArguments(piece.text),
            Self::Id => Event::Id(piece),
            Self::Model => Event::Model(piece),
            Self::SystemFingerprint => Event::SystemFingerprint(piece),
            Self::ServiceTier => Event::ServiceTier(piece),
            Self::Role => Event::Role(piece),
            Self::FinishReason => Event::FinishReason(piece),
            Self::Logprobs => Event::Logprobs(piece),
            Self::CallId => Event::ToolCallId(piece),
            Self::CallName => Event::ToolCallName(piece),
            Self::Error(member) => Event::Error(member, piece),
            Self::ErrorText | Self::Object | Self::Index(_) => Event::Error(ErrorMember::Message, piece),
            Self::Extra(scope) => Event::Extra(Extra { scope, part: ExtraPart::Value, piece }),
            Self::ExtraName(scope) => Event::Extra(Extra { scope, part: ExtraPart::Name, piece }),
        }
    }
}
