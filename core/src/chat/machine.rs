//! From JSON to events: one chunk, or one whole completion, at a time.

use super::event::{ErrorMember, Event};
use super::progress::{MAX_CHOICE, Progress};
use super::schema::{Action, Member, Node, Shape, Slot, Target};
use super::scratch::Scratch;
use super::usage::Counts;
use crate::ErrorKind;
use crate::json::{Lexer, Part, Text, Upcoming, Utf8, line_end};

/// Walks through a chunk's JSON and says what it finds.
#[derive(Clone, Debug)]
pub(super) struct Machine<const SCRATCH: usize> {
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
    usage: Counts,
    progress: Progress,
    server_error: bool,
    wants_logprobs: bool,
    wants_extra: bool,
}

/// The schema is no deeper than this; what lies deeper is skipped.
const MAX_NODES: usize = 10;

/// How much of a raw value is looked at at once, so that invalid bytes in it cost a bounded scan each.
const RAW_WINDOW: usize = 256;

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

/// Events that are due before anything more is read.
#[derive(Clone, Copy, Debug, Default)]
struct Due {
    /// The last piece of an error's message.
    message_end: bool,
    error_end: bool,
    chunk_end: bool,
}

/// What is known of the current chunk.
#[derive(Clone, Copy, Debug, Default)]
struct Chunk {
    has_choices: bool,
    /// There is a `message`, a `detail` or `"object": "error"` at the top: an error report, if there are no choices.
    looks_like_error: bool,
    /// An error's message was read: `detail` would only repeat it.
    has_message: bool,
    /// How many elements of a `detail` array have come, up to 2.
    details: u8,
    /// A message among them was handed out: the next one is joined to it.
    details_begun: bool,
    /// An element of a `loc` was handed out: the next one is joined to it.
    loc_begun: bool,
}

/// What is known of the current choice.
#[derive(Clone, Copy, Debug, Default)]
struct Choice {
    position: u32,
    index: Option<u32>,
    has_reason: bool,
    /// The member that gave the current delta's reasoning. Some servers send the same text under two names.
    reasoning: Option<Member>,
}

/// A list whose elements are joined into one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// The messages of a `detail` array, joined by `; `.
    Details,
    /// The steps of a `loc`, joined by a full stop.
    Loc,
}

/// What the machine found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signal<'i> {
    Event(Event<'static>),
    Fragment(Fragment<'i>),
}

/// A fragment of text that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'i> {
    pub(super) target: Target,
    /// `None`: what the scratch holds.
    pub(super) text: Option<&'i str>,
    pub(super) first: bool,
    pub(super) last: bool,
}

type Found<'i> = Option<Result<Signal<'i>, ErrorKind>>;

impl<const SCRATCH: usize> Machine<SCRATCH> {
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
            due: Due { message_end: false, error_end: false, chunk_end: false },
            chunk: Chunk {
                has_choices: false,
                looks_like_error: false,
                has_message: false,
                details: 0,
                details_begun: false,
                loc_begun: false,
            },
            choice: Choice { position: 0, index: None, has_reason: false, reasoning: None },
            call_index: None,
            usage: Counts::new(),
            progress: Progress::new(),
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

    pub(super) const fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) const fn server_error(&self) -> bool {
        self.server_error
    }

    /// Starts on a new document. With `lines` a CR or LF is left to the caller; with `is_report` the document is an error
    /// report.
    pub(super) fn begin(&mut self, lines: bool, is_report: bool) {
        self.lexer = Lexer::new();
        self.lexer.set_lines(lines);
        self.mode = Mode::Idle;
        self.depth = 0;
        self.is_report = is_report;
        self.chunk = Chunk::default();
        self.is_started = false;
        self.utf8 = Utf8::new();
    }

    /// The line feed that joins two lines of data, which was not in the input.
    pub(super) fn line_feed(&mut self, input: &mut &'static [u8]) -> Found<'static> {
        self.lexer.set_lines(false);
        let found = self.next_signal(input);
        self.lexer.set_lines(true);
        found
    }

    /// Takes one signal off the front of `input`. `None`: all of it, or of the line, was consumed.
    pub(super) fn next_signal<'i>(&mut self, input: &mut &'i [u8]) -> Found<'i> {
        loop {
            if let Some(signal) = self.next_due() {
                return Some(Ok(signal));
            }
            let found = match self.mode {
                Mode::Idle => match self.lexer.upcoming(input)? {
                    Err(kind) => return Some(Err(kind)),
                    Ok(Upcoming::Key) => self.key(input),
                    Ok(Upcoming::Close) => self.leave(input),
                    Ok(Upcoming::Value(first)) => self.value(first, input),
                },
                Mode::Key => self.gather_key(input)?,
                Mode::Read(target) if target.is_text() => self.read_text(target, input)?,
                Mode::Read(target) => self.read_value(target, input)?,
                Mode::Raw(target) => self.read_raw(target, input)?,
                Mode::Number(slot) => self.number(slot, input)?,
                Mode::Skip => match self.lexer.skip(self.depth, input)? {
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

    /// What is due whatever the input says.
    pub(super) fn next_due(&mut self) -> Option<Signal<'static>> {
        let due = &mut self.due;
        if core::mem::take(&mut due.message_end) {
            let first = !core::mem::replace(&mut self.is_started, false);
            let target = Target::Error(ErrorMember::Message);
            Some(Signal::Fragment(Fragment { target, text: Some(""), first, last: true }))
        } else if core::mem::take(&mut due.error_end) {
            Some(Signal::Event(Event::ErrorEnd))
        } else if core::mem::take(&mut due.chunk_end) {
            Some(Signal::Event(Event::ChunkEnd))
        } else {
            None
        }
    }

    /// The document has ended.
    pub(super) fn finish(&mut self) -> Result<(), ErrorKind> {
        self.lexer.finish().map(|_| ())
    }

    /// The body has ended inside the document: what was held of a value is handed out.
    pub(super) fn abandon(&mut self) -> Option<Signal<'static>> {
        let mode = core::mem::replace(&mut self.mode, Mode::Skip);
        match mode {
            Mode::Read(target) if target != Target::Object && !self.scratch.is_empty() => {
                Some(self.lend_scratch(target, false))
            }
            _ => None,
        }
    }

    /// An error was reported by other means than a JSON member.
    pub(super) const fn report_error(&mut self) {
        self.server_error = true;
        self.due.error_end = true;
    }

    /// Reads a report that is plain text, up to the end of the input or, with `lines`, of the line.
    pub(super) fn plain_text<'i>(&mut self, input: &mut &'i [u8], lines: bool) -> Option<Signal<'i>> {
        let end = if lines { line_end(input) } else { input.len() };
        let (mut text, _) = input.split_at_checked(end)?;
        let before = text.len();
        let found = self.utf8.next_text(&mut text);
        *input = input.get(before.wrapping_sub(text.len())..).unwrap_or_default();
        let target = Target::Error(ErrorMember::Message);
        match found? {
            Text::Str(text) => Some(self.lend(target, text, false)),
            scalar @ Text::Char(_) => {
                self.scratch.push(scalar);
                Some(self.lend_scratch(target, false))
            }
        }
    }

    /// The report that is plain text has ended.
    pub(super) const fn end_plain_text(&mut self) {
        self.due.message_end = true;
        self.due.chunk_end = true;
        self.report_error();
    }

    fn node(&self) -> Node {
        usize::from(self.depth)
            .checked_sub(1)
            .and_then(|top| self.nodes.get(top))
            .copied()
            .unwrap_or(Node::Root)
    }

    fn key<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Signal<'i>>, ErrorKind> {
        self.lexer.open_key(input);
        self.is_started = false;
        self.scratch.clear();
        if let Some(name) = self.lexer.whole_text(input) {
            self.set_member(Member::named(name.as_bytes()));
            return Ok(self.extra_name(Some(name), true));
        }
        self.mode = Mode::Key;
        Ok(None)
    }

    /// Gathers a key that did not come whole. One that overflows the scratch is longer than any known one.
    fn gather_key<'i>(&mut self, input: &mut &'i [u8]) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        self.set_member(Member::Unknown);
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(self.extra_name(None, false)));
            }
            let before = *input;
            match self.lexer.next_text(input)? {
                Ok(Part::Text(text)) if self.scratch.push(text) => {}
                Ok(Part::Text(Text::Str(text))) if self.scratch.is_empty() => {
                    return Some(Ok(self.extra_name(Some(text), false)));
                }
                Ok(Part::Text(_)) => {
                    *input = before;
                    return Some(Ok(self.extra_name(None, false)));
                }
                Ok(Part::End) => {
                    self.mode = Mode::Idle;
                    if !self.is_started {
                        self.set_member(Member::named(self.scratch.as_bytes()));
                    }
                    return Some(Ok(self.extra_name(None, true)));
                }
                Err(kind) => return Some(Err(kind)),
            }
        }
    }

    fn set_member(&mut self, member: Member) {
        self.member = member;
        // Only an error with something in it is one.
        self.server_error |= self.node() == Node::Error;
    }

    /// Hands out (a piece of) the name of a member that is unknown, if that was asked for. `None` is what the scratch
    /// holds.
    fn extra_name<'i>(&mut self, name: Option<&'i str>, last: bool) -> Option<Signal<'i>> {
        match self.node().extra_scope(self.member).filter(|_| self.wants_extra) {
            Some(scope) => Some(self.lend_piece(Target::ExtraName(scope), name, last)),
            None => {
                self.scratch.clear();
                self.is_started = true;
                None
            }
        }
    }

    fn value<'i>(&mut self, first: u8, input: &mut &'i [u8]) -> Result<Option<Signal<'i>>, ErrorKind> {
        self.scratch.clear();
        match self.action(Shape::starting_with(first)) {
            Action::Skip => self.mode = Mode::Skip,
            Action::Raw(target) => {
                self.mode = Mode::Raw(target);
                return Ok(self.begin_value(target));
            }
            Action::Read(target) => {
                self.lexer.open_string(input);
                self.mode = Mode::Read(target);
                return Ok(self.begin_value(target));
            }
            Action::Number(slot) => {
                self.lexer.open_number();
                self.mode = Mode::Number(slot);
            }
            Action::Enter(node) => {
                let Some(place) = self.nodes.get_mut(usize::from(self.depth)) else {
                    self.mode = Mode::Skip;
                    return Ok(None);
                };
                self.lexer.open(input)?;
                *place = node;
                self.depth = self.depth.wrapping_add(1);
                return Ok(self.entered(node).map(Signal::Event));
            }
        }
        Ok(None)
    }

    /// What the schema says, and what was asked for, and what came before.
    fn action(&self, shape: Shape) -> Action {
        let node = self.node();
        if self.wants_extra
            && let Some(scope) = node.extra_scope(self.member)
        {
            return Action::Raw(Target::Extra(scope));
        }
        let action = node.action(self.member, shape);
        match action {
            Action::Raw(Target::Logprobs) if !self.wants_logprobs => Action::Skip,
            Action::Read(Target::Reasoning) | Action::Enter(Node::ReasoningParts)
                if node == Node::Delta
                    && self.choice.reasoning.is_some_and(|member| member != self.member) =>
            {
                Action::Skip
            }
            Action::Read(Target::Error(ErrorMember::Message)) | Action::Enter(Node::Details)
                if node != Node::Details && self.chunk.has_message && self.member == Member::Detail =>
            {
                Action::Skip
            }
            // Of several details, the first one's place is told.
            Action::Enter(Node::Loc) if self.chunk.details > 1 => Action::Skip,
            // A known shape of document, in a place where it can only be a report.
            Action::Skip if self.is_report && node == Node::Root && shape == Shape::String => {
                Action::Read(Target::ErrorText)
            }
            Action::Enter(Node::Chunk) if self.is_report => Action::Enter(Node::Error),
            other => other,
        }
    }

    /// A text or raw value begins. The elements of some lists are joined into one value: then the separator.
    fn begin_value<'i>(&mut self, target: Target) -> Option<Signal<'i>> {
        self.is_started = match self.joint(target) {
            Some(Joint::Details) => self.chunk.details_begun,
            Some(Joint::Loc) => self.chunk.loc_begun,
            None => false,
        };
        let separator = if self.node() == Node::Loc { "." } else { "; " };
        self.is_started.then(|| self.lend(target, separator, false))
    }

    /// The list whose elements are joined into the value that `target` is here.
    fn joint(&self, target: Target) -> Option<Joint> {
        match (self.node(), target) {
            (Node::Details | Node::Detail, Target::Error(ErrorMember::Message)) => Some(Joint::Details),
            (Node::Loc, Target::Error(ErrorMember::Param)) => Some(Joint::Loc),
            _ => None,
        }
    }

    fn entered(&mut self, node: Node) -> Option<Event<'static>> {
        match node {
            Node::Choices => {
                self.chunk.has_choices = true;
                self.choice.position = 0;
            }
            Node::Choice => {
                self.choice = Choice { position: self.choice.position, ..Choice::default() };
                return Some(Event::ChoiceStart);
            }
            Node::Delta => self.choice.reasoning = None,
            Node::ReasoningParts => self.choice.reasoning = Some(self.member),
            Node::ToolCall => {
                self.call_index = None;
                return Some(Event::ToolCallStart);
            }
            Node::LegacyCall => {
                self.call_index = Some(0);
                return Some(Event::ToolCallStart);
            }
            Node::Details => {
                self.chunk.details = 0;
                self.chunk.details_begun = false;
                self.chunk.looks_like_error = true;
            }
            Node::Detail => self.chunk.details = self.chunk.details.saturating_add(1).min(2),
            Node::Error => self.chunk.has_message = false,
            Node::Loc => self.chunk.loc_begun = false,
            _ => {}
        }
        None
    }

    /// Leaves the container whose bracket is next.
    fn leave<'i>(&mut self, input: &mut &'i [u8]) -> Result<Option<Signal<'i>>, ErrorKind> {
        let node = self.node();
        if node == Node::Choice && self.choice.index.unwrap_or(self.choice.position) > MAX_CHOICE {
            return Err(ErrorKind::ChoiceIndexLimit);
        }
        self.lexer.close(input);
        self.depth = self.depth.saturating_sub(1);
        self.due.chunk_end = self.depth == 0;
        let event = match node {
            Node::Choice => {
                let index = self.choice.index.unwrap_or(self.choice.position);
                self.progress.mark(index, self.choice.has_reason);
                self.choice.position = self.choice.position.saturating_add(1);
                Some(Event::ChoiceEnd { index })
            }
            Node::ToolCall | Node::LegacyCall => Some(Event::ToolCallEnd { index: self.call_index }),
            Node::Usage => self.usage.take().map(Event::Usage),
            Node::Chunk => {
                if self.chunk.looks_like_error && !self.chunk.has_choices {
                    self.report_error();
                }
                None
            }
            Node::Error => {
                if self.node() != Node::Error && self.server_error {
                    self.due.error_end = true;
                }
                None
            }
            Node::Details => {
                self.is_started = self.chunk.details_begun;
                self.due.message_end = self.is_started;
                None
            }
            Node::Loc => {
                self.is_started = self.chunk.loc_begun;
                let target = Target::Error(ErrorMember::Param);
                return Ok(self.is_started.then(|| self.lend(target, "", true)));
            }
            _ => None,
        };
        Ok(event.map(Signal::Event))
    }

    fn number<'i>(
        &mut self,
        slot: Slot,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        let number = match self.lexer.next_number(input)? {
            Ok(number) => number,
            Err(kind) => return Some(Err(kind)),
        };
        self.mode = Mode::Idle;
        let Some(value) = number.to_u64() else { return Some(Ok(None)) };
        match slot {
            Slot::Created => return Some(Ok(Some(Signal::Event(Event::Created(value))))),
            Slot::CallIndex => self.call_index = u32::try_from(value).ok(),
            Slot::Count(count) => self.usage.set(count, value),
            Slot::ChoiceIndex => self.choice.index = Some(u32::try_from(value).unwrap_or(u32::MAX)),
        }
        Some(Ok(None))
    }

    /// Hands text on as it arrives; what was unescaped is gathered as far as the input goes.
    fn read_text<'i>(
        &mut self,
        target: Target,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(Some(self.lend_scratch(target, false))));
            }
            let before = *input;
            match self.lexer.next_text(input) {
                Some(Ok(Part::Text(Text::Str(text)))) if self.scratch.is_empty() => {
                    return Some(Ok(Some(self.lend(target, text, false))));
                }
                Some(Ok(Part::Text(text))) => {
                    if !self.scratch.push(text) {
                        *input = before;
                        return Some(Ok(Some(self.lend_scratch(target, false))));
                    }
                }
                Some(Ok(Part::End)) => {
                    self.mode = Mode::Idle;
                    return Some(Ok(self.lend_gathered(target)));
                }
                Some(Err(kind)) => return Some(self.lend_gathered(target).map(Some).ok_or(kind)),
                None => return Some(Ok(Some(self.lend_gathered(target)?))),
            }
        }
    }

    /// Hands on a value that is wanted whole: it is held over cuts as long as it fits the scratch.
    fn read_value<'i>(
        &mut self,
        target: Target,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(Some(self.lend_scratch(target, false))));
            }
            let before = *input;
            match self.lexer.next_text(input)? {
                Ok(Part::Text(text)) => {
                    if self.scratch.is_empty()
                        && let Text::Str(text) = text
                        && self.next_is_quote(input)
                    {
                        self.mode = Mode::Idle;
                        return Some(Ok(self.lend_last(target, Some(text))));
                    }
                    match text {
                        _ if self.scratch.push(text) => {}
                        Text::Str(text) if self.scratch.is_empty() => {
                            return Some(Ok(Some(self.lend(target, text, false))));
                        }
                        _ => {
                            *input = before;
                            return Some(Ok(Some(self.lend_scratch(target, false))));
                        }
                    }
                }
                Ok(Part::End) => {
                    self.mode = Mode::Idle;
                    return Some(Ok(self.lend_last(target, None)));
                }
                Err(kind) => return Some(self.lend_gathered(target).map(Some).ok_or(kind)),
            }
        }
    }

    /// Consumes the closing quote if it comes next.
    fn next_is_quote(&mut self, input: &mut &[u8]) -> bool {
        input.first() == Some(&b'"') && matches!(self.lexer.next_text(input), Some(Ok(Part::End)))
    }

    /// Hands on JSON text as it stands.
    fn read_raw<'i>(
        &mut self,
        target: Target,
        input: &mut &'i [u8],
    ) -> Option<Result<Option<Signal<'i>>, ErrorKind>> {
        let window = input.get(..RAW_WINDOW).unwrap_or(input);
        let start = self.lexer.clone();
        let mut rest = window;
        let outcome = self.lexer.skip(self.depth, &mut rest);
        let taken = window.get(..window.len().wrapping_sub(rest.len())).unwrap_or_default();

        // The lexer has gone over `taken`; if that is not all plain UTF-8, it goes back and over the part that is.
        let mut text = taken;
        let found = self.utf8.next_text(&mut text);
        let length = taken.len().wrapping_sub(text.len());
        if !text.is_empty() {
            self.lexer = start;
            let mut again = taken.get(..length).unwrap_or_default();
            let _ = self.lexer.skip(self.depth, &mut again);
        }
        *input = input.get(length..).unwrap_or_default();
        let is_complete = text.is_empty() && matches!(outcome, Some(Ok(())));
        if is_complete {
            self.mode = Mode::Idle;
        }
        Some(Ok(match found {
            Some(Text::Str(text)) if is_complete => self.lend_last(target, Some(text)),
            Some(Text::Str(text)) => Some(self.lend(target, text, false)),
            Some(scalar @ Text::Char(_)) => {
                self.scratch.push(scalar);
                Some(self.lend_scratch(target, false))
            }
            None if is_complete => self.lend_last(target, Some("")),
            None => match outcome {
                Some(Err(kind)) => return Some(Err(kind)),
                None if taken.is_empty() => return None,
                _ => None,
            },
        }))
    }

    /// The last piece of a value; `None` is what the scratch holds. Nothing, if it was only to be looked at.
    fn lend_last<'i>(&mut self, target: Target, text: Option<&'i str>) -> Option<Signal<'i>> {
        let is_empty = text.map_or(self.scratch.is_empty(), str::is_empty);
        match target {
            Target::Object => {
                let object = text.unwrap_or(self.scratch.as_str());
                self.chunk.looks_like_error |= !self.is_started && object == "error";
                self.scratch.clear();
                return None;
            }
            Target::ErrorText if !is_empty || self.is_started => {
                self.due.error_end = true;
                self.due.chunk_end = self.depth == 0;
            }
            Target::Arguments if is_empty => return None,
            _ => {}
        }
        let last = self.joint(target).is_none();
        Some(self.lend_piece(target, text, last))
    }

    /// What the scratch holds of a text, if it holds any.
    fn lend_gathered<'i>(&mut self, target: Target) -> Option<Signal<'i>> {
        (!self.scratch.is_empty()).then(|| self.lend_scratch(target, false))
    }

    fn lend_scratch<'i>(&mut self, target: Target, last: bool) -> Signal<'i> {
        self.lend_piece(target, None, last)
    }

    fn lend<'i>(&mut self, target: Target, text: &'i str, last: bool) -> Signal<'i> {
        self.lend_piece(target, Some(text), last)
    }

    /// Hands out a piece of text; `None` is what the scratch holds.
    fn lend_piece<'i>(&mut self, target: Target, text: Option<&'i str>, last: bool) -> Signal<'i> {
        self.note(target, text.map_or(self.scratch.is_empty(), str::is_empty));
        if text.is_none() {
            self.scratch.lend();
        }
        let first = !core::mem::replace(&mut self.is_started, true);
        Signal::Fragment(Fragment { target, text, first, last })
    }

    /// What a text means for what comes later.
    fn note(&mut self, target: Target, is_empty: bool) {
        match self.joint(target) {
            Some(Joint::Details) => self.chunk.details_begun = true,
            Some(Joint::Loc) => self.chunk.loc_begun = true,
            None => {}
        }
        match target {
            _ if is_empty => {}
            Target::FinishReason => self.choice.has_reason = true,
            Target::ErrorText => self.server_error = true,
            Target::Reasoning if self.node() == Node::Delta => self.choice.reasoning = Some(self.member),
            Target::Error(ErrorMember::Message) => {
                self.chunk.has_message = true;
                self.chunk.looks_like_error |= self.node() == Node::Chunk;
            }
            _ => {}
        }
    }
}
