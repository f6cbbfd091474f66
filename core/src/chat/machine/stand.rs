//! Where the machine stands, to be compared and to be come back to.

use super::{Choice, Chunk, Machine, Metadata, Mode, Signal, Source, Told};
use crate::ErrorKind;
use crate::chat::interest::{Interest, Tally};
use crate::chat::progress::Progress;
use crate::chat::schema::{Member, Node, Target};
use crate::json::Lexer;

/// What decides, within a chunk, what the machine makes of the bytes to come. With the [`Lasting`] facts and what was asked for,
/// which stands still, it is all that does. Two are equal if they will do the same; it is settled for that.
///
/// To be taken behind a value or behind the quote or bracket that begins one, with nothing due and nothing held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::chat) struct Stand {
    lexer: Lexer,
    mode: Mode,
    nodes: [Node; super::MAX_NODES],
    depth: u8,
    member: Member,
    is_started: bool,
    is_report: bool,
    chunk: Chunk,
    choice: Choice,
    call_index: Option<u32>,
}

/// What the machine knows of the body as a whole. These facts come and do not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::chat) struct Lasting {
    progress: Progress,
    told: Told,
    metadata: Metadata,
    server_error: bool,
}

/// The value that begins where the machine stands, behind the quote or the bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum Upon {
    /// A string that is handed out.
    String(Target),
    /// A string that is skipped.
    SkippedString,
    /// An object or an array that is skipped.
    Skipped,
    /// The object with the token counts.
    Counts,
    /// A value that is handed out as JSON text.
    Raw,
    Nothing,
}

/// What a step through such a value gave.
pub(in crate::chat) enum Within {
    Signal(Signal),
    /// The value is over.
    End,
    /// All of the input was consumed.
    Consumed,
    /// What comes is for others: the end of the line, or what follows a value that ended unlike others.
    Beyond,
    Fault(ErrorKind),
}

impl Stand {
    /// Where the machine will stand behind the value that begins here, if all goes as it did when `choice` was noted.
    pub(in crate::chat) fn behind(&self, upon: Upon, choice: Choice) -> Self {
        let mut behind = self.clone();
        behind.depth = upon.outer_depth(self.depth);
        behind.lexer.set_behind_value(behind.depth);
        behind.mode = Mode::Idle;
        behind.choice = choice;
        behind.settle();
        behind
    }

    /// What is known of the choice.
    pub(in crate::chat) const fn choice(&self) -> Choice {
        self.choice
    }

    fn settle(&mut self) {
        self.lexer.settle();
        for node in self.nodes.iter_mut().skip(usize::from(self.depth)) {
            *node = Node::Root;
        }
        if self.mode == Mode::Idle {
            // Of the value that is over. The next one has a name of its own.
            self.member = Member::Unknown;
            self.is_started = false;
        }
        // What is known of a chunk, a choice or a call that is over.
        if self.depth == 0 {
            self.chunk = Chunk::NEW;
        }
        if !self.nodes.contains(&Node::Choices) {
            self.choice = Choice::at(0);
        }
        if !self.nodes.contains(&Node::ToolCall) && !self.nodes.contains(&Node::LegacyCall) {
            self.call_index = None;
        }
    }
}

impl Upon {
    /// How deep the container lies that has the value, seen from `depth` levels within.
    const fn outer_depth(self, depth: u8) -> u8 {
        match self {
            Self::Counts => depth.wrapping_sub(1),
            _ => depth,
        }
    }
}

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// Where the machine stands.
    pub(in crate::chat) fn stand(&self) -> Stand {
        let mut stand = Stand {
            lexer: self.lexer.clone(),
            mode: self.mode,
            nodes: self.nodes,
            depth: self.depth,
            member: self.member,
            is_started: self.is_started,
            is_report: self.is_report,
            chunk: self.chunk,
            choice: self.choice,
            call_index: self.call_index,
        };
        stand.settle();
        stand
    }

    /// Stands there.
    pub(in crate::chat) fn stand_at(&mut self, stand: &Stand) {
        self.lexer = stand.lexer.clone();
        self.mode = stand.mode;
        self.nodes = stand.nodes;
        self.depth = stand.depth;
        self.member = stand.member;
        self.is_started = stand.is_started;
        self.is_report = stand.is_report;
        self.chunk = stand.chunk;
        self.choice = stand.choice;
        self.call_index = stand.call_index;
        self.scratch.clear();
        self.utf8.forget();
        if self.upon() == Upon::Counts {
            self.usage = I::Tally::NONE;
        }
    }

    /// What is known of the body as a whole.
    pub(in crate::chat) fn lasting(&self) -> Lasting {
        Lasting {
            progress: self.progress.clone(),
            told: self.told,
            metadata: self.metadata,
            server_error: self.server_error,
        }
    }

    /// Whether something of an answer has been told.
    pub(in crate::chat) const fn has_told(&self) -> bool {
        self.told.has_any()
    }

    /// Whether an event is due.
    pub(in crate::chat) const fn is_due(&self) -> bool {
        self.due.is_any()
    }

    /// The value that begins here, or that the machine is in; to be asked when a byte was read.
    pub(in crate::chat) fn upon(&self) -> Upon {
        match self.mode {
            Mode::Read(target) if self.lexer.is_in_string(self.depth) => Upon::String(target),
            Mode::Skip if self.lexer.is_in_string(self.depth) => Upon::SkippedString,
            Mode::Skip if self.lexer.depth() > self.depth => Upon::Skipped,
            Mode::Idle if self.node() == Node::Usage && self.lexer.is_at_first_key() => Upon::Counts,
            Mode::Raw(_) => Upon::Raw,
            _ => Upon::Nothing,
        }
    }

    /// See [`Lexer::run_within`].
    pub(in crate::chat) fn run_within(&self, input: &[u8]) -> usize {
        self.lexer.run_within(input)
    }

    /// Goes on in the value that began at a [`Stand`] and is not over.
    pub(in crate::chat) fn next_within(
        &mut self,
        upon: Upon,
        stand: &Stand,
        input: &mut Source<'_>,
    ) -> Within {
        let step = match (upon, self.mode) {
            (Upon::Counts, _) => match self.next_signal(input) {
                Some(found) => Some(found.map(Some)),
                // It may have gone further, if there was nothing to tell.
                None if self.depth < stand.depth => return Within::Beyond,
                None => None,
            },
            (_, Mode::Read(target)) => self.read(target, input),
            (_, Mode::Skip) => {
                let skipped = self.lexer.skip(self.depth, &mut input.bytes);
                if skipped == Some(Ok(())) {
                    self.mode = Mode::Idle;
                }
                skipped.map(|end| end.map(|()| None))
            }
            // It was left.
            _ => return Within::End,
        };
        match step {
            Some(Ok(Some(signal))) => Within::Signal(signal),
            Some(Ok(None)) if self.mode == Mode::Idle => Within::End,
            // There is more of it, of which nothing is told.
            Some(Ok(None)) => Within::Beyond,
            Some(Err(kind)) => Within::Fault(kind),
            None if input.bytes.is_empty() => Within::Consumed,
            None => Within::Beyond,
        }
    }
}
