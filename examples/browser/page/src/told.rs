//! What the page is told of an answer.

use choreoai_core::chat::{ErrorMember, Event, Piece};

/// An event and its text.
pub(crate) struct Told<'e> {
    kind: Kind,
    /// Whether it goes on with the text before it: of a value that is wanted whole, and comes in several pieces.
    continues: bool,
    pub(crate) text: &'e str,
}

/// What happened. `web/core.js` has the same numbers.
#[derive(Clone, Copy)]
enum Kind {
    /// A fragment of the text, the reasoning, a refusal.
    Content = 1,
    Reasoning = 2,
    Refusal = 3,
    /// Why the answer ends.
    FinishReason = 4,
    /// A piece of a tool call begins; its id, its name, a fragment of its arguments; it ends, and its index is known if ever.
    ToolCallStart = 5,
    ToolCallId = 6,
    ToolCallName = 7,
    ToolCallArguments = 8,
    ToolCallEnd = 9,
    /// Members of an error report, which counts once it is confirmed, and is forgotten at the end of the chunk.
    ErrorMessage = 10,
    ErrorType = 11,
    ErrorCode = 12,
    ErrorParam = 13,
    ErrorEnd = 14,
    ChunkEnd = 15,
    /// Nothing will follow: the server has said all, or what it sent cannot be decoded.
    Over = 16,
}

/// Is added to the number of an event that continues the one before it.
const CONTINUES: u32 = 256;

impl<'e> Told<'e> {
    /// What can be decoded no further.
    pub(crate) const BROKEN: Self = Self::plain(Kind::Over, "");

    /// `None`: a page does not need it.
    pub(crate) fn of(event: &Event<'e>) -> Option<Self> {
        Some(match *event {
            Event::Content(text) => Self::plain(Kind::Content, text),
            Event::Reasoning(text) => Self::plain(Kind::Reasoning, text),
            Event::Refusal(text) => Self::plain(Kind::Refusal, text),
            Event::FinishReason(piece) => Self::piece(Kind::FinishReason, piece),
            Event::ToolCallStart => Self::plain(Kind::ToolCallStart, ""),
            Event::ToolCallId(piece) => Self::piece(Kind::ToolCallId, piece),
            Event::ToolCallName(piece) => Self::piece(Kind::ToolCallName, piece),
            Event::ToolCallArguments(text) => Self::plain(Kind::ToolCallArguments, text),
            Event::ToolCallEnd { .. } => Self::plain(Kind::ToolCallEnd, ""),
            Event::Error(ErrorMember::Message, piece) => Self::piece(Kind::ErrorMessage, piece),
            Event::Error(ErrorMember::Type, piece) => Self::piece(Kind::ErrorType, piece),
            Event::Error(ErrorMember::Code, piece) => Self::piece(Kind::ErrorCode, piece),
            Event::Error(ErrorMember::Param, piece) => Self::piece(Kind::ErrorParam, piece),
            Event::ErrorEnd => Self::plain(Kind::ErrorEnd, ""),
            Event::ChunkEnd => Self::plain(Kind::ChunkEnd, ""),
            Event::Done => Self::plain(Kind::Over, ""),
            _ => return None,
        })
    }

    pub(crate) fn number(&self) -> u32 {
        self.kind as u32 + if self.continues { CONTINUES } else { 0 }
    }

    const fn plain(kind: Kind, text: &'e str) -> Self {
        Self { kind, continues: false, text }
    }

    const fn piece(kind: Kind, piece: Piece<'e>) -> Self {
        Self { kind, continues: !piece.first, text: piece.text }
    }
}
