//! The text of choice 0.

use std::io::{self, IsTerminal, StdoutLock, Write};

use choreoai_smol::{ChatChunk, ChatCompletion};

use super::piece::{self, Piece, PieceKind, ToolCallPiece};
use super::{Ending, Output};
use crate::failure::Failure;

pub(super) struct Text {
    out: StdoutLock<'static>,
    notes: Notes,
    /// Whether what is written to standard output and what is noted on standard error meet on one screen, and the
    /// last line written is not complete.
    is_within_line: bool,
    is_terminal: bool,
}

impl Text {
    pub(super) fn new(out: StdoutLock<'static>) -> Self {
        Self { is_terminal: out.is_terminal(), out, notes: Notes::default(), is_within_line: false }
    }

    fn piece(&mut self, Piece { choice, kind }: Piece<'_>) -> io::Result<()> {
        let (subject, text) = match (choice, kind) {
            (Some(0), PieceKind::Content(text)) => return self.write(text),
            // It may be choice 0's or another's.
            (None, PieceKind::Content(text)) => (Subject::Unbound, text),
            (None | Some(0), PieceKind::Reasoning(text)) => (Subject::Reasoning, text),
            (None | Some(0), PieceKind::Refusal(text)) => (Subject::Refusal, text),
            (None | Some(0), PieceKind::ToolCall(call)) => {
                (self.notes.subject_of_call(call), call.arguments.unwrap_or_default())
            }
            _ => return Ok(()),
        };
        if std::mem::take(&mut self.is_within_line) {
            self.out.write_all(b"\n")?;
            self.out.flush()?;
        }
        self.notes.add(subject, text);
        Ok(())
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.notes.close();
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}
