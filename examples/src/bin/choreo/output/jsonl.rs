//! One JSON object a line.

use std::collections::BTreeMap;
use std::io::{self, Write};

use choreoai::{ChatChunk, ChatCompletion, Usage, Verdict};
use serde::Serialize;

use super::piece::{self, Piece, PieceKind, ToolCallPiece};
use super::{Ending, ErrorJson, Output};
use crate::failure::Failure;

pub(super) struct Jsonl<W> {
    out: W,
    /// The lines of one event: they are written together.
    lines: Vec<u8>,
    /// What each choice said of itself last. `None`: the choice that was cut before its index.
    roles: BTreeMap<Option<u32>, String>,
    reasons: BTreeMap<Option<u32>, String>,
    usage: Option<Usage>,
}

impl<W: Write> Jsonl<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, lines: Vec::new(), roles: BTreeMap::new(), reasons: BTreeMap::new(), usage: None }
    }

    fn pieces<'p>(
        &mut self,
        pieces: impl Iterator<Item = Piece<'p>> + Clone,
        usage: Option<&Usage>,
    ) -> Result<(), Failure> {
        // Whoever reads text knows already who speaks. On the wire the role may come after it.
        let is_role = |piece: &Piece<'_>| matches!(piece.kind, PieceKind::Role(_));
        for piece in pieces.clone().filter(is_role).chain(pieces.filter(|piece| !is_role(piece))) {
            self.piece(piece)?;
        }
        self.usage = usage.copied().or(self.usage);
        Ok(self.flush()?)
    }

    fn piece(&mut self, Piece { choice, kind }: Piece<'_>) -> io::Result<()> {
        match kind {
            PieceKind::Role(role) => {
                if self.roles.get(&choice).is_some_and(|known| known == role) {
                    return Ok(());
                }
                self.roles.insert(choice, role.to_owned());
                self.line(&Line::Role { choice, role })
            }
            PieceKind::Content(text) => self.line(&Line::Content { choice, text }),
            PieceKind::Reasoning(text) => self.line(&Line::Reasoning { choice, text }),
            PieceKind::Refusal(text) => self.line(&Line::Refusal { choice, text }),
            PieceKind::ToolCall(ToolCallPiece { index, id, name, arguments }) => {
                self.line(&Line::ToolCall { choice, index, id, name, arguments })
            }
            PieceKind::Finish(reason) => {
                self.reasons.insert(choice, reason.to_owned());
                Ok(())
            }
        }
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        line.write(&mut self.lines)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.write_all(&self.lines)?;
        self.lines.clear();
        self.out.flush()
    }
}

impl<W: Write> Output for Jsonl<W> {
    fn chunk(&mut self, chunk: &ChatChunk) -> Result<(), Failure> {
        self.pieces(piece::of_chunk(chunk), chunk.usage())
    }

    fn completion(&mut self, completion: ChatCompletion) -> Result<(), Failure> {
        self.pieces(piece::of_completion(&completion), completion.usage())
    }

    fn end(&mut self, ending: Ending<'_>) -> io::Result<()> {
        for (choice, reason) in std::mem::take(&mut self.reasons) {
            self.line(&Line::Finish { choice, reason: &reason })?;
        }
        if let Some(usage) = self.usage.take() {
            self.line(&Line::usage(&usage))?;
        }
        self.line(&match ending {
            Ok(verdict) => Line::end(verdict),
            Err(failure) => Line::Error(failure.into()),
        })?;
        self.flush()
    }
}

/// Members that are not known are left out.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Line<'a> {
    Role {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        role: &'a str,
    },
    Content {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        text: &'a str,
    },
    Reasoning {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        text: &'a str,
    },
    Refusal {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        text: &'a str,
    },
    ToolCall {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        index: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        arguments: Option<&'a str>,
    },
    Finish {
        #[serde(skip_serializing_if = "Option::is_none")]
        choice: Option<u32>,
        reason: &'a str,
    },
    Usage {
        #[serde(skip_serializing_if = "Option::is_none")]
        prompt_tokens: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        completion_tokens: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        total_tokens: Option<u64>,
    },
    Model {
        id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        created: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        owned_by: Option<&'a str>,
    },
    Embedding {
        index: usize,
        vector: &'a [f32],
    },
    End {
        verdict: &'static str,
    },
    Error(ErrorJson<'a>),
}

impl<'a> Line<'a> {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }

    pub(super) fn end(verdict: Verdict) -> Self {
        Self::End { verdict: name(verdict) }
    }

    pub(crate) fn usage(usage: &Usage) -> Self {
        Self::Usage {
            prompt_tokens: usage.prompt_tokens(),
            completion_tokens: usage.completion_tokens(),
            total_tokens: usage.total_tokens(),
        }
    }
}

fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Finished => "finished",
        Verdict::Done => "done",
    }
}
