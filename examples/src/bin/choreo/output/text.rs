//! The text of choice 0 to standard output; reasoning, refusals and tool calls, labelled, to standard error. The text of
//! other choices is not shown.

use std::io::{self, IsTerminal, StdoutLock, Write};

use choreoai::{ChatChunk, ChatCompletion, Verdict};

use super::piece::{self, Piece, PieceKind, ToolCallPiece};
use super::{Ending, Output};
use crate::failure::Failure;
use crate::progress;

pub(super) struct Text {
    out: StdoutLock<'static>,
    /// Whether a note on standard error would show up in the line that is being written.
    shares_line: bool,
    /// Text was written.
    has_text: bool,
    /// The answer says something, shown or not.
    says_something: bool,
    is_terminal: bool,
    notes: Notes,
}

impl Text {
    pub(super) fn new(out: StdoutLock<'static>) -> Self {
        Self {
            is_terminal: out.is_terminal(),
            out,
            shares_line: false,
            has_text: false,
            says_something: false,
            notes: Notes::default(),
        }
    }

    fn pieces<'p>(&mut self, pieces: impl Iterator<Item = Piece<'p>>) -> Result<(), Failure> {
        for Piece { choice, kind } in pieces {
            self.says_something |= kind.says_something();
            match (choice, kind) {
                (Some(0), PieceKind::Content(text)) => self.content(text)?,
                // It may be choice 0's, or another's.
                (None, PieceKind::Content(text)) => self.note(choice, Subject::Unbound, text),
                (_, PieceKind::Reasoning(text)) => self.note(choice, Subject::Reasoning, text),
                (_, PieceKind::Refusal(text)) => self.note(choice, Subject::Refusal, text),
                (_, PieceKind::ToolCall(call)) => {
                    self.note(choice, Subject::call(call), call.arguments.unwrap_or_default());
                }
                _ => {}
            }
        }
        Ok(self.out.flush()?)
    }

    fn content(&mut self, text: &str) -> io::Result<()> {
        self.notes.close();
        self.has_text |= !text.is_empty();
        self.shares_line = self.is_terminal && !text.ends_with('\n');
        self.out.write_all(text.as_bytes())
    }

    fn note(&mut self, choice: Option<u32>, subject: Subject, text: &str) {
        // Order matters where both end up on one screen. A failure to write comes back with the next piece of content.
        let _ = self.out.flush();
        if std::mem::take(&mut self.shares_line) {
            self.notes.write("\n");
        }
        self.notes.add(Note { choice, subject }, text);
    }
}

impl Output for Text {
    fn chunk(&mut self, chunk: &ChatChunk) -> Result<(), Failure> {
        self.pieces(piece::of_chunk(chunk))
    }

    fn completion(&mut self, completion: ChatCompletion) -> Result<(), Failure> {
        self.pieces(piece::of_completion(&completion))
    }

    fn end(&mut self, ending: Ending<'_>) -> io::Result<()> {
        self.notes.close();
        if self.has_text || ending.is_ok() {
            self.out.write_all(b"\n")?;
            self.out.flush()?;
        }
        if let (Ok(verdict), false) = (ending, self.says_something) {
            progress::note(format_args!("choreo: {}", emptiness(verdict)));
        }
        Ok(())
    }
}

/// What there is to say of an answer that says nothing.
fn emptiness(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Finished => "the answer is empty: it gives a reason to end, but no text and no tool call",
        Verdict::Done => {
            "the answer is empty: it gives no text, no tool call and no reason to end that could be read"
        }
    }
}

/// What goes to standard error: one line for each note, growing as pieces of it arrive. That standard error is
/// closed is no reason to stop.
#[derive(Default)]
struct Notes {
    open: Option<Note>,
}

impl Notes {
    fn add(&mut self, note: Note, text: &str) {
        match &self.open {
            Some(open) if open.continues_with(&note) => {}
            _ => {
                self.close();
                self.write(&note.label());
                self.open = Some(note);
            }
        }
        self.write(text);
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.write("\n");
        }
    }

    fn write(&self, text: &str) {
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

/// What a choice says besides its text.
#[derive(Debug)]
struct Note {
    choice: Option<u32>,
    subject: Subject,
}

impl Note {
    /// Choice 0 is not named: most answers have no other.
    fn label(&self) -> String {
        let label = self.subject.label();
        match self.choice {
            Some(choice @ 1..) => format!("choice {choice} {label}"),
            _ => label,
        }
    }

    fn continues_with(&self, next: &Self) -> bool {
        self.choice == next.choice && self.subject.continues_with(&next.subject)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Subject {
    Reasoning,
    Refusal,
    Unbound,
    Call { index: Option<u32>, id: Option<String>, name: Option<String> },
}

impl Subject {
    fn call(call: ToolCallPiece<'_>) -> Self {
        Self::Call { index: call.index, id: call.id.map(str::to_owned), name: call.name.map(str::to_owned) }
    }

    fn label(&self) -> String {
        match self {
            Self::Reasoning => "reasoning: ".to_owned(),
            Self::Refusal => "refusal: ".to_owned(),
            Self::Unbound => "content of a choice that was cut before its index: ".to_owned(),
            Self::Call { id, name, .. } => {
                let words = ["tool call:"].into_iter().chain(name.as_deref());
                let id = id.as_ref().map(|id| format!("({id})"));
                words.chain(id.as_deref()).flat_map(|word| [word, " "]).collect()
            }
        }
    }

    /// Whether `next` goes on with the same subject: what a piece of a call does not say is as before.
    fn continues_with(&self, next: &Self) -> bool {
        match (self, next) {
            (
                Self::Call { index, id, name },
                Self::Call { index: next_index, id: next_id, name: next_name },
            ) => same(index, next_index) && same(id, next_id) && same(name, next_name),
            _ => self == next,
        }
    }
}

fn same<T: PartialEq>(known: &Option<T>, next: &Option<T>) -> bool {
    next.is_none() || known == next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(index: Option<u32>, id: Option<&str>, name: Option<&str>) -> Subject {
        Subject::call(ToolCallPiece { index, id, name, arguments: None })
    }

    #[test]
    fn pieces_of_a_call_are_one_subject() {
        let first = call(Some(0), Some("a"), Some("f"));
        assert!(first.continues_with(&call(Some(0), None, None)));
        assert!(first.continues_with(&call(None, None, None)));
        assert!(first.continues_with(&call(Some(0), Some("a"), Some("f"))));
        assert!(!first.continues_with(&call(Some(1), None, None)));
        assert!(!first.continues_with(&call(Some(0), Some("b"), Some("f"))));
        assert!(!first.continues_with(&call(None, None, Some("g"))));
        assert!(!first.continues_with(&Subject::Reasoning));
    }

    #[test]
    fn labels() {
        assert_eq!(call(Some(0), Some("a"), Some("f")).label(), "tool call: f (a) ");
        assert_eq!(call(Some(0), None, Some("f")).label(), "tool call: f ");
        assert_eq!(call(None, None, None).label(), "tool call: ");
    }

    #[test]
    fn choices_other_than_the_first_are_named() {
        let note = |choice| Note { choice, subject: Subject::Refusal };
        assert_eq!(note(Some(0)).label(), "refusal: ");
        assert_eq!(note(Some(1)).label(), "choice 1 refusal: ");
        assert_eq!(note(None).label(), "refusal: ");
        assert!(note(Some(1)).continues_with(&note(Some(1))));
        assert!(!note(Some(1)).continues_with(&note(Some(2))));
        assert!(!note(Some(0)).continues_with(&note(Some(1))));
    }
}
