//! From JSON to events: one chunk, or one whole completion, at a time.

mod due;
mod keys;
mod metadata;
mod signal;
mod stand;
mod text;
mod told;
mod values;
#[cfg(target_pointer_width = "64")]
mod walk;

use self::due::Due;
use self::metadata::Metadata;
pub(super) use self::signal::{Signal, Source};
pub(super) use self::stand::{Lasting, Stand, Upon, Within};
use self::told::Told;
use super::interest::{Interest, Tally};
use super::progress::{MAX_CHOICE, Progress};
use super::schema::{Member, Node, Slot, Target};
use super::scratch::Scratch;
use crate::ErrorKind;
use crate::json::{Lexer, Upcoming, Utf8};

/// Walks through a chunk's JSON and says what it finds.
#[derive(Clone, Debug)]
pub(super) struct Machine<I: Interest, const SCRATCH: usize> {
    lexer: Lexer,
    mode: Mode,
    /// The containers that were entered, the innermost last.
    nodes: [Node; MAX_NODES],
    depth: u8,
    /// The last key of the innermost object.
    member: Member,
    pub(super) scratch: Scratch<SCRATCH>,
    /// The scalar of a raw value that a cut went through.
    utf8: Utf8,
    /// The first piece of the value that is being read was handed out.
    is_started: bool,
    /// The document is an error report, whatever it looks like.
    is_report: bool,
    due: Due,
    chunk: Chunk,
    choice: Choice,
    call_index: Option<u32>,
    usage: I::Tally,
    progress: Progress,
    /// By the deltas of the stream: what a `message` says of it is a repetition.
    told: Told,
    metadata: Metadata,
    server_error: bool,
    wants_logprobs: bool,
    wants_extra: bool,
}

/// The schema is no deeper than this; what lies deeper is skipped.
const MAX_NODES: usize = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Between tokens.
    Idle,
    /// In a key that did not come whole.
    Key,
    Read(Target),
    Raw(Target),
    Number(Slot),
    Skip,
}

/// What is known of the current chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chunk {
    has_choices: bool,
    /// There is a `message`, a `detail` or `"object": "error"` at the top: an error report, if there are no choices.
    looks_like_error: bool,
    /// An error's message was read: `detail` would only repeat it.
    has_message: bool,
    /// The current `error` object has a member, or `error` is something else that says one happened: it is a report.
    error_begun: bool,
    /// A report has ended within the chunk.
    is_reported: bool,
    /// How many elements of a list of messages have come, up to 2.
    details: u8,
    /// A message among them was handed out: the next one is joined to it.
    details_begun: bool,
    /// An element of a `loc` was handed out: the next one is joined to it.
    loc_begun: bool,
}

/// What is known of the current choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The place among the choices of the array; it stands still where it is beyond any index.
    position: u8,
    index: Option<u8>,
    has_reason: bool,
    /// The current delta is a `message`.
    is_message: bool,
    /// The member that gave the current delta's reasoning, if one did. Some servers send the same text under two names.
    reasoning: Member,
}

impl Chunk {
    const NEW: Self = Self {
        has_choices: false,
        looks_like_error: false,
        has_message: false,
        error_begun: false,
        is_reported: false,
        details: 0,
        details_begun: false,
        loc_begun: false,
    };
}

impl Choice {
    const fn at(position: u8) -> Self {
        Self { position, index: None, has_reason: false, is_message: false, reasoning: Member::Unknown }
    }
}

/// A list whose elements are joined into one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// The messages of a `detail` or `error` array, joined by `; `.
    Details,
    /// The steps of a `loc`, joined by a full stop.
    Loc,
}

/// What a step through the input gave: nothing yet, or nothing until there is more input, the latter on the outside.
type Step = Option<Result<Option<Signal>, ErrorKind>>;

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    pub(super) const fn new() -> Self {
        Self {
            lexer: Lexer::new(),
            mode: Mode::Idle,
            nodes: [Node::Root; MAX_NODES],
            depth: 0,
            member: Member::Unknown,
            scratch: Scratch::new(),
            utf8: Utf8::new(),
            is_started: false,
            is_report: false,
            due: Due::new(),
            chunk: Chunk::NEW,
            choice: Choice::at(0),
            call_index: None,
            usage: I::Tally::NONE,
            progress: Progress::new(),
            told: Told::new(),
            metadata: Metadata::new(),
            server_error: false,
            wants_logprobs: false,
            wants_extra: false,
        }
    }

    pub(super) const fn want_logprobs(&mut self) {
        self.wants_logprobs = true;
    }

    pub(super) const fn want_extra(&mut self) {
        self.wants_extra = true;
    }

    pub(super) const fn want_metadata_once(&mut self) {
        self.metadata.want_once();
    }

    pub(super) const fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) const fn server_error(&self) -> bool {
        self.server_error
    }

    /// The index of the current choice, if it has come.
    pub(super) fn choice_index(&self) -> Option<u32> {
        self.choice.index.filter(|&index| index <= MAX_CHOICE).map(u32::from)
    }

    /// What the current choice said of its index.
    pub(super) const fn own_choice_index(&self) -> Option<u8> {
        self.choice.index
    }

    /// The number that was read last.
    pub(super) fn created(&self) -> u64 {
        self.lexer.number().to_u64().unwrap_or_default()
    }

    /// The index of the current tool call, if it has come.
    pub(super) const fn call_index(&self) -> Option<u32> {
        self.call_index
    }

    /// Starts on a new document. With `lines` a CR or LF is left to the caller; with `is_report` the document is an error
    /// report.
    #[inline(never)]
    pub(super) fn begin(&mut self, lines: bool, is_report: bool) {
        self.lexer.restart(lines);
        self.mode = Mode::Idle;
        self.depth = 0;
        self.is_report = is_report;
        self.chunk = Chunk::NEW;
        self.is_started = false;
        self.utf8.forget();
    }

    /// The line feed that joins two lines of data, which was not in the input.
    pub(super) fn line_feed(&mut self, input: &mut Source<'static>) -> Option<Result<Signal, ErrorKind>> {
        self.lexer.set_lines(false);
        let found = self.next_signal(input);
        self.lexer.set_lines(true);
        found
    }

    /// Takes one signal off the front of `input`. `None`: all of it, or of the line, was consumed.
    #[inline(never)]
    pub(super) fn next_signal(&mut self, input: &mut Source<'_>) -> Option<Result<Signal, ErrorKind>> {
        loop {
            if let Some(signal) = self.next_due(input) {
                return Some(Ok(signal));
            }
            #[cfg(target_pointer_width = "64")]
            if self.may_walk(input) {
                if let Some(found) = self.walk(input) {
                    return Some(found);
                }
                if self.due.is_any() {
                    continue;
                }
            }
            let found = match self.mode {
                Mode::Idle => match self.lexer.upcoming(&mut input.bytes)? {
                    Err(kind) => return Some(Err(kind)),
                    Ok(Upcoming::Key) => self.key(input),
                    Ok(Upcoming::Close) => self.leave(input),
                    Ok(Upcoming::Value(first)) => self.value(first, input),
                },
                Mode::Key => self.gather_key(input)?,
                Mode::Read(target) => self.read(target, input)?,
                Mode::Raw(target) if I::ALL => self.read_raw(target, input)?,
                Mode::Number(slot) => self.number(slot, &mut input.bytes)?,
                Mode::Raw(_) | Mode::Skip => match self.lexer.skip(self.depth, &mut input.bytes)? {
                    Ok(()) => {
                        self.mode = Mode::Idle;
                        Ok(None)
                    }
                    Err(kind) => Err(kind),
                },
            };
            match found {
                Ok(None) => {}
                Ok(Some(signal)) => return Some(Ok(signal)),
                Err(kind) => return Some(Err(kind)),
            }
        }
    }

    /// Does as [`next_signal`](Self::next_signal) does, and saves its way in if it can.
    #[inline]
    pub(super) fn next_signal_within(&mut self, input: &mut Source<'_>) -> Option<Result<Signal, ErrorKind>> {
        #[cfg(target_pointer_width = "64")]
        if self.may_walk(input)
            && let Some(found) = self.walk(input)
        {
            return Some(found);
        }
        self.next_signal(input)
    }

    /// The document has ended; whether it was complete.
    pub(super) fn finish(&self) -> bool {
        self.lexer.may_end()
    }

    /// The event or the body has ended inside the document: what was held of a name or a value is due.
    pub(super) fn abandon(&mut self) {
        let held = match core::mem::replace(&mut self.mode, Mode::Skip) {
            Mode::Read(target) | Mode::Raw(target) if !self.scratch.is_empty() => Some(target),
            Mode::Key => self.cut_name(),
            _ => None,
        };
        if let Some(target) = held.filter(|target| !target.is_looked_at()) {
            self.note(target, false);
            self.due.set_held(target);
        }
    }

    /// An error happened, and what is said of it here is a report.
    fn begin_error(&mut self) {
        self.server_error = true;
        self.chunk.error_begun = true;
    }

    /// A report of an error is complete.
    pub(super) fn report_error(&mut self) {
        self.server_error = true;
        self.chunk.is_reported = true;
        self.due.set(Due::ERROR_END);
    }

    /// Whether a report has ended since the last call, within the chunk.
    pub(super) fn take_reported(&mut self) -> bool {
        core::mem::take(&mut self.chunk.is_reported)
    }

    /// The server reported an error, though the report cannot be read.
    pub(super) const fn note_server_error(&mut self) {
        self.server_error = true;
    }

    // It is asked for in many places, where the call takes less.
    #[cfg_attr(all(target_pointer_width = "32", not(target_family = "wasm")), inline(never))]
    fn node(&self) -> Node {
        self.ancestor(1)
    }

    fn parent(&self) -> Node {
        self.ancestor(2)
    }

    fn ancestor(&self, levels: usize) -> Node {
        self.nodes.get(usize::from(self.depth).wrapping_sub(levels)).copied().unwrap_or(Node::Root)
    }
}
