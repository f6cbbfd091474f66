//! What the decoder hands out.

use super::Usage;

/// A fragment of a streamed answer, in the order of the wire.
///
/// Text is lent, from the input or from the decoder's scratch, and is valid until the decoder is called again.
///
/// Fragments of a choice come between [`ChoiceStart`](Event::ChoiceStart) and [`ChoiceEnd`](Event::ChoiceEnd), and
/// only the end tells which choice it was: this gateway writes `delta` before `index`. The same holds for tool calls.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// The completion's id. Some providers change it from chunk to chunk; the first is the one to keep.
    Id(Piece<'e>),
    /// The name of the model that answers.
    Model(Piece<'e>),
    /// When the completion was created, in whole seconds of Unix time.
    Created(u64),
    /// The configuration of the backend that answers.
    SystemFingerprint(Piece<'e>),
    /// The tier that serves the request.
    ServiceTier(Piece<'e>),
    /// A choice begins. What follows belongs to it until [`ChoiceEnd`](Event::ChoiceEnd). Not from
    /// [`TextTemplateDecoder`](super::TextTemplateDecoder).
    ChoiceStart,
    /// Who speaks, mostly `assistant`; may be repeated on each chunk.
    Role(Piece<'e>),
    /// A fragment of the answer's text; never empty. Fragments concatenate.
    Content(&'e str),
    /// A fragment of the model's reasoning; never empty. Fragments concatenate.
    Reasoning(&'e str),
    /// A fragment of a refusal; never empty. Fragments concatenate.
    Refusal(&'e str),
    /// Why the choice ended, such as `stop`, `length` or `tool_calls`. The last one that is not empty counts.
    FinishReason(Piece<'e>),
    /// The log probabilities of the choice's tokens, as JSON text; only when asked for.
    Logprobs(Piece<'e>),
    /// A tool call, or a piece of one, begins within the choice.
    ToolCallStart,
    /// The id of the tool call; may be empty or repeated on later pieces of the same call.
    ToolCallId(Piece<'e>),
    /// The name of the function; may be empty or repeated on later pieces of the same call.
    ToolCallName(Piece<'e>),
    /// A fragment of the arguments: JSON text that the model wrote, which may be invalid. Never empty; fragments
    /// concatenate.
    ToolCallArguments(&'e str),
    /// The tool call's piece ends.
    ToolCallEnd {
        /// Which call of the choice it belongs to; `None` when the server did not say, or said something that is no index
        /// (see [`ChoiceEnd`](Event::ChoiceEnd)).
        index: Option<u32>,
    },
    /// The choice's piece ends.
    ChoiceEnd {
        /// Which choice it was: its `index`, which may be a whole number (`1`, `1.0`) or a string of up to 20 digits (`"1"`);
        /// or, when the server did not say, or said something else (`null`, `-1`, `1.5`), its place among the objects of the
        /// array, counted from 0. At most 127: a larger one is [`ErrorKind::ChoiceIndexLimit`](crate::ErrorKind::ChoiceIndexLimit).
        index: u32,
    },
    /// Token counts. May come on every chunk; the last one counts.
    Usage(&'e Usage),
    /// A part of an error report.
    ///
    /// It counts only once [`ErrorEnd`](Event::ErrorEnd) confirms it (some providers send a `message` of `Success`
    /// with each chunk). Of several values for the same member the last one counts. Between the pieces of a message that is
    /// put together from a list (`"detail": [{"loc": [...], "msg": "..."}, ...]`) the pieces of other members may come.
    Error(ErrorMember, Piece<'e>),
    /// The server reported an error, and its report is complete. The verdict will be
    /// [`ErrorKind::Server`](crate::ErrorKind::Server).
    ErrorEnd,
    /// A member that the schema does not know; only when asked for.
    Extra(Extra<'e>),
    /// A chunk, that is one event of the stream or a whole JSON body, is complete. Not from
    /// [`TextTemplateDecoder`](super::TextTemplateDecoder).
    ChunkEnd,
    /// `[DONE]`: the server has said all. What follows is ignored.
    Done,
}

/// A value that is wanted whole, or a part of it.
///
/// A value of up to 4 bytes less than the decoder's scratch (60 bytes unless chosen otherwise) comes in one piece, however the
/// input was cut; a longer one may come in several. So may, at any length, an error's message that is plain text or is put
/// together from a list, and the [`Param`](ErrorMember::Param) that goes with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'e> {
    /// The text of the piece; may be empty.
    pub text: &'e str,
    /// Whether the value begins here: what was gathered of an earlier value is replaced.
    pub first: bool,
    /// Whether the value ends here.
    pub last: bool,
}

impl<'e> Piece<'e> {
    /// The whole value, when it came in one piece.
    pub const fn whole(&self) -> Option<&'e str> {
        if self.first && self.last { Some(self.text) } else { None }
    }
}

/// Which member of an error report a piece belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorMember {
    /// What happened, for a person. Several that stand in a list are joined by `; `.
    Message,
    /// The type, such as `rate_limit_error`.
    Type,
    /// The code, such as `quota_exceeded`; an integer is delivered as its digits.
    Code,
    /// The request's member that was refused; a path that stands in a list is joined by full stops (`body.messages.0`).
    Param,
}

/// A piece of a member that the schema does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extra<'e> {
    /// The object it was found in.
    pub scope: Scope,
    /// Whether this is (a piece of) its name or of its value. All of the name comes before the value.
    pub part: ExtraPart,
    /// The name, unescaped; or the value, as JSON text.
    pub piece: Piece<'e>,
}

/// The two parts of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExtraPart {
    /// The member's name, unescaped.
    Name,
    /// The member's value, as JSON text.
    Value,
}

/// An object of the chat schema that may hold unknown members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// The chunk or completion itself.
    Chunk,
    /// A choice.
    Choice,
    /// A choice's `delta` or `message`.
    Delta,
    /// A tool call (`extra_content` with a thought signature that must be echoed back, for instance).
    ToolCall,
}
