//! Pieces of an answer, whether it came in chunks or whole.

use choreoai::{ChatChunk, ChatCompletion, Choice, FragmentKind};

/// A piece of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    /// Which choice it belongs to; `None` when the answer was cut before that was said.
    pub(super) choice: Option<u32>,
    pub(super) kind: PieceKind<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PieceKind<'a> {
    Role(&'a str),
    Content(&'a str),
    Reasoning(&'a str),
    Refusal(&'a str),
    ToolCall(ToolCallPiece<'a>),
    Finish(&'a str),
}

impl PieceKind<'_> {
    /// Whether the model says something with it.
    pub(super) fn says_something(self) -> bool {
        match self {
            Self::Content(text) | Self::Reasoning(text) | Self::Refusal(text) => !text.is_empty(),
            Self::ToolCall(_) => true,
            Self::Role(_) | Self::Finish(_) => false,
        }
    }
}

/// A piece of a tool call. `None`: not in this piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToolCallPiece<'a> {
    pub(super) index: Option<u32>,
    pub(super) id: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) arguments: Option<&'a str>,
}

/// The pieces of a chunk, in the order of the wire.
pub(super) fn of_chunk(chunk: &ChatChunk) -> impl Iterator<Item = Piece<'_>> + Clone {
    chunk.fragments().filter_map(|fragment| {
        let kind = match fragment.kind {
            FragmentKind::Role(role) => PieceKind::Role(role),
            FragmentKind::Content(text) => PieceKind::Content(text),
            FragmentKind::Reasoning(text) => PieceKind::Reasoning(text),
            FragmentKind::Refusal(text) => PieceKind::Refusal(text),
            FragmentKind::ToolCall(call) => PieceKind::ToolCall(ToolCallPiece {
                index: call.index,
                id: call.id,
                name: call.name,
                arguments: call.arguments,
            }),
            FragmentKind::Finish(reason) => PieceKind::Finish(reason),
            _ => return None,
        };
        Some(Piece { choice: fragment.choice, kind })
    })
}

/// The pieces of a whole answer, choice by choice.
pub(super) fn of_completion(completion: &ChatCompletion) -> impl Iterator<Item = Piece<'_>> + Clone {
    completion
        .choices()
        .iter()
        .chain(completion.unbound())
        .flat_map(|choice| kinds_of_choice(choice).map(|kind| Piece { choice: choice.index, kind }))
}

fn kinds_of_choice(choice: &Choice) -> impl Iterator<Item = PieceKind<'_>> + Clone {
    let texts = [
        said(&choice.role).map(PieceKind::Role),
        said(&choice.reasoning).map(PieceKind::Reasoning),
        said(&choice.content).map(PieceKind::Content),
        said(&choice.refusal).map(PieceKind::Refusal),
    ];
    let calls = choice.tool_calls.iter().map(|call| {
        PieceKind::ToolCall(ToolCallPiece {
            index: call.index,
            id: not_empty(&call.id),
            name: not_empty(&call.name),
            arguments: not_empty(&call.arguments),
        })
    });
    let reason = said(&choice.finish_reason).map(PieceKind::Finish);
    texts.into_iter().flatten().chain(calls).chain(reason)
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().and_then(not_empty)
}

fn not_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
