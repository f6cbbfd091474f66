//! Text: what is handed on as it arrives, and what is held to be whole.

use super::told::Kind;
use super::{Due, Joint, Machine, Mode, Signal, Source, Step};
use crate::IS_ROOMY;
use crate::chat::interest::Interest;
use crate::chat::schema::{Member, Node, Target};
use crate::decimal::take_digits;
use crate::json::{Part, Text, line_end};

/// How much of a raw value or of plain text is looked at at once, so that invalid bytes in it cost a bounded scan each.
const WINDOW: usize = 256;

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// Reads a report that is plain text, up to the end of the input or, with `lines`, of the line. What was invalid or cut
    /// is gathered as far as that goes.
    pub(in crate::chat) fn plain_text(&mut self, input: &mut Source<'_>, lines: bool) -> Option<Signal> {
        let target = Target::ErrorMessage;
        while self.scratch.has_room() {
            // What is found behind something that was gathered has to fit there, too.
            let most = if self.scratch.is_empty() { WINDOW } else { self.scratch.room().min(WINDOW) };
            let window = input.bytes.get(..most).unwrap_or(input.bytes);
            let end = if lines { line_end(window) } else { window.len() };
            let mut text = window.get(..end).unwrap_or_default();
            let before = text.len();
            let found = self.utf8.next_text(&mut text);
            input.bytes = input.bytes.get(before.wrapping_sub(text.len())..).unwrap_or_default();
            match found {
                Some(Text::Str(text)) if self.scratch.is_empty() => {
                    return self.lend(input, target, text, false);
                }
                Some(text) => {
                    self.scratch.push(text);
                }
                None => return self.lend_gathered(input, target),
            }
        }
        self.lend_scratch(input, target, false)
    }

    /// The report is plain text, and began with this, which was held until that was known. It is due.
    pub(in crate::chat) fn begin_plain_text(&mut self, lines: bool, held: &str) {
        self.begin(lines, true);
        self.scratch.clear();
        if !I::ALL {
            return;
        }
        self.scratch.push(Text::Str(held));
        if !held.is_empty() {
            self.due.set_held(Target::ErrorMessage);
        }
    }

    /// The report that is plain text has ended.
    pub(in crate::chat) fn end_plain_text(&mut self) {
        if I::ALL {
            self.due.set(Due::MESSAGE_END);
        }
        self.due.set(Due::CHUNK_END);
        self.report_error();
    }

    /// Reads on in a string. Text is handed on as it arrives; what was unescaped is gathered as far as the input goes. A value
    /// that is wanted whole is held over cuts as long as it fits the scratch.
    pub(super) fn read(&mut self, target: Target, input: &mut Source<'_>) -> Step {
        loop {
            if !self.scratch.has_room() {
                return Some(Ok(self.lend_scratch(input, target, false)));
            }
            self.gather(input);
            if !self.scratch.has_room() {
                continue;
            }
            let before = input.bytes;
            let text = match self.lexer.next_text(&mut input.bytes) {
                Some(Ok(Part::Text(text))) => text,
                Some(Ok(Part::End)) => {
                    self.mode = Mode::Idle;
                    return Some(Ok(if target.is_text() {
                        self.lend_gathered(input, target)
                    } else {
                        self.lend_last(input, target, None)
                    }));
                }
                Some(Err(kind)) => return Some(self.lend_gathered(input, target).map(Some).ok_or(kind)),
                None if target.is_text() => return Some(Ok(Some(self.lend_gathered(input, target)?))),
                None => return None,
            };
            match text {
                Text::Str(run) if self.scratch.is_empty() => {
                    if target.is_text() {
                        return Some(Ok(self.lend(input, target, run, false)));
                    }
                    if IS_ROOMY && self.next_is_quote(&mut input.bytes) {
                        self.mode = Mode::Idle;
                        return Some(Ok(self.lend_last(input, target, Some(run))));
                    }
                    if !self.scratch.push(text) {
                        return Some(Ok(self.lend(input, target, run, false)));
                    }
                }
                _ => {
                    if !self.scratch.push(text) {
                        input.bytes = before;
                        return Some(Ok(self.lend_scratch(input, target, false)));
                    }
                }
            }
        }
    }

    /// Takes what is escaped in one go, as far as it stands there whole.
    // A third of all time for long texts, for half a kilobyte: a bargain where there is room.
    #[cfg(target_pointer_width = "64")]
    fn gather(&mut self, input: &mut Source<'_>) {
        let is_empty = self.scratch.is_empty();
        if is_empty && !self.is_started && input.bytes.first() != Some(&b'\\') {
            // Most strings have no escapes.
            return;
        }
        let filled = self.lexer.gather(&mut input.bytes, self.scratch.room_mut(), is_empty);
        self.scratch.grow(filled);
    }

    #[cfg(not(target_pointer_width = "64"))]
    const fn gather(&self, _: &Source<'_>) {}

    /// Consumes the closing quote if it comes next.
    fn next_is_quote(&mut self, input: &mut &[u8]) -> bool {
        input.first() == Some(&b'"') && matches!(self.lexer.next_text(input), Some(Ok(Part::End)))
    }

    /// Hands on JSON text as it stands; like other values, it is held over cuts as long as it fits the scratch.
    #[inline(never)] // It is rare, and keeps a lexer on the stack.
    pub(super) fn read_raw(&mut self, target: Target, input: &mut Source<'_>) -> Step {
        let window = input.bytes.get(..WINDOW).unwrap_or(input.bytes);
        let start = (self.lexer.clone(), self.utf8);
        let mut rest = window;
        let outcome = self.lexer.skip(self.depth, &mut rest);
        let taken = window.get(..window.len().wrapping_sub(rest.len())).unwrap_or_default();

        // The lexer has gone over `taken`; if that is not all plain UTF-8, it goes back and over the part that is.
        let mut text = taken;
        let found = self.utf8.next_text(&mut text);
        let length = taken.len().wrapping_sub(text.len());
        if !text.is_empty() {
            self.lexer = start.0.clone();
            let mut again = taken.get(..length).unwrap_or_default();
            let _ = self.lexer.skip(self.depth, &mut again);
        }
        let is_complete = text.is_empty() && matches!(outcome, Some(Ok(())));
        let lent = match found {
            Some(Text::Str(text)) if self.scratch.is_empty() && (is_complete || target.is_text()) => {
                Some(text)
            }
            Some(text) if self.scratch.push(text) => None,
            Some(Text::Str(text)) if self.scratch.is_empty() => Some(text),
            Some(_) => {
                (self.lexer, self.utf8) = start;
                return Some(Ok(self.lend_scratch(input, target, false)));
            }
            None => None,
        };
        input.bytes = input.bytes.get(length..).unwrap_or_default();
        if is_complete {
            self.mode = Mode::Idle;
            return Some(Ok(self.lend_last(input, target, lent)));
        }
        match (lent, found, outcome) {
            (Some(text), ..) => Some(Ok(self.lend(input, target, text, false))),
            (None, Some(_), _) if target.is_text() || !self.scratch.has_room() => {
                Some(Ok(self.lend_scratch(input, target, false)))
            }
            (None, None, Some(Err(kind))) => Some(self.lend_gathered(input, target).map(Some).ok_or(kind)),
            (None, None, None) if taken.is_empty() => None,
            _ => Some(Ok(None)),
        }
    }

    /// The last piece of a value; `None` is what the scratch holds.
    pub(super) fn lend_last<'i>(
        &mut self,
        input: &mut Source<'i>,
        target: Target,
        text: Option<&'i str>,
    ) -> Option<Signal> {
        let is_empty = text.map_or(self.scratch.is_empty(), str::is_empty);
        match target {
            // What more the report says stands beside it.
            Target::ErrorText if self.node() == Node::Chunk => {
                self.chunk.error_begun |= !is_empty || self.is_started;
            }
            Target::ErrorText if !is_empty || self.is_started => {
                self.report_error();
                if self.depth == 0 {
                    self.due.set(Due::CHUNK_END);
                }
            }
            Target::Arguments if is_empty => return None,
            _ => {}
        }
        let last = self.joint(target).is_none();
        self.lend_piece(input, target, text, last)
    }

    /// What the scratch holds of a text, if it holds any.
    fn lend_gathered(&mut self, input: &mut Source<'_>, target: Target) -> Option<Signal> {
        if self.scratch.is_empty() { None } else { self.lend_scratch(input, target, false) }
    }

    pub(super) fn lend_scratch(
        &mut self,
        input: &mut Source<'_>,
        target: Target,
        last: bool,
    ) -> Option<Signal> {
        self.lend_piece(input, target, None, last)
    }

    pub(super) fn lend<'i>(
        &mut self,
        input: &mut Source<'i>,
        target: Target,
        text: &'i str,
        last: bool,
    ) -> Option<Signal> {
        self.lend_piece(input, target, Some(text), last)
    }

    /// Hands out a piece of text; `None` is what the scratch holds. Nothing, if it was only to be looked at.
    pub(super) fn lend_piece<'i>(
        &mut self,
        input: &mut Source<'i>,
        target: Target,
        text: Option<&'i str>,
        last: bool,
    ) -> Option<Signal> {
        let first = !core::mem::replace(&mut self.is_started, true);
        if target.is_looked_at() {
            if first && last {
                self.look_at(target, text);
            }
            self.scratch.clear();
            return None;
        }
        self.note(target, text.map_or(self.scratch.is_empty(), str::is_empty));
        // Of a report nothing but that it came is wanted.
        if !I::ALL && matches!(target, Target::ErrorMessage | Target::ErrorText) {
            self.scratch.clear();
            return None;
        }
        if text.is_none() {
            self.scratch.lend();
        }
        input.text = text;
        Some(Signal::Text { target, first, last })
    }

    /// Takes a whole value that is not handed out; `None` is what the scratch holds.
    pub(super) fn look_at(&mut self, target: Target, text: Option<&str>) {
        let text = text.map_or(self.scratch.as_bytes(), str::as_bytes);
        if target == Target::Object {
            self.chunk.looks_like_error |= text == b"error";
        } else if let Some(value) = index_in_text(text) {
            if I::ALL && target == Target::CallIndex {
                self.set_call_index(value);
            } else {
                self.set_choice_index(value);
            }
        }
    }

    /// What a text means for what comes later.
    pub(super) fn note(&mut self, target: Target, is_empty: bool) {
        match self.joint(target) {
            Some(Joint::Details) => self.chunk.details_begun = true,
            Some(Joint::Loc) => self.chunk.loc_begun = true,
            None => {}
        }
        if is_empty {
            return;
        }
        if I::ALL {
            self.metadata.note(target);
        }
        if let Some(kind) = Kind::of(target)
            && !self.choice.is_message
        {
            self.told.add(kind);
        }
        match target {
            Target::FinishReason => self.choice.has_reason = true,
            Target::ErrorText => self.server_error = true,
            Target::Reasoning if I::ALL => {
                if self.node() == Node::Delta {
                    self.choice.reasoning = self.member;
                } else if self.parent() == Node::ReasoningParts {
                    self.choice.reasoning = Member::ReasoningDetails;
                }
            }
            Target::ErrorMessage => {
                self.chunk.has_message = true;
                match self.node() {
                    Node::Chunk => self.chunk.looks_like_error = true,
                    Node::Errors => self.begin_error(),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The index that is written as a string of decimal digits: at most 20, as any `u64` has, and as any scratch holds.
fn index_in_text(text: &[u8]) -> Option<u64> {
    if text.len() > 20 {
        return None;
    }
    match take_digits(text)? {
        (value, []) => Some(value),
        _ => None,
    }
}
