//! What the decoders have in common: all of their work.

use super::Verdict;
use super::opening::Opening;
use super::sniff::FieldName;
use super::stream::EventStream;
use crate::chat::event::Event;
use crate::chat::interest::Interest;
use crate::chat::machine::{Machine, Signal, Source};
use crate::{Error, ErrorKind};

/// Reads one body. See [`Decoder`](super::Decoder) for what its functions do.
#[derive(Clone, Debug)]
pub(super) struct Reader<I: Interest, const SCRATCH: usize> {
    pub(super) stream: EventStream,
    pub(super) machine: Machine<I, SCRATCH>,
    pub(super) phase: Phase,
    /// The first line of the body is indented so far.
    pub(super) is_indented: bool,
    is_ended: bool,
    /// The body ended inside something.
    is_cut: bool,
    offset: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing but a byte order mark and white space was seen.
    Start,
    /// After so many bytes of the name of a field and its colon, in an error report.
    DataName(u8),
    EventName(u8),
    Stream,
    /// After the bracket of an error report.
    Opening(Opening),
    /// One JSON document.
    Document,
    /// An error report in plain text.
    Text,
    /// The server has said that all was sent; what follows is ignored.
    Done,
    /// Decoding failed; what follows is ignored.
    Failed(ErrorKind),
}

impl<I: Interest, const SCRATCH: usize> Reader<I, SCRATCH> {
    /// At the start of a body. All of its bytes are zero, so that it takes no more code to make than to clear.
    pub(super) const NEW: Self = {
        assert!(SCRATCH >= 32, "the scratch must hold the longest name of the schema");
        assert!(SCRATCH <= u16::MAX as usize, "the scratch is limited to 65,535 bytes");
        Self {
            stream: EventStream::new(),
            machine: Machine::new(),
            phase: Phase::Start,
            is_indented: false,
            is_ended: false,
            is_cut: false,
            offset: 0,
        }
    };

    pub(super) const fn set_error_body(&mut self) {
        self.stream.set_error_body();
    }

    pub(super) fn next_event<'e, 'i: 'e>(
        &'e mut self,
        input: &mut &'i [u8],
    ) -> Option<Result<Event<'e>, Error>> {
        let (found, text) = self.take_signal(input);
        Some(found?.map(|signal| self.machine.event(signal, text)))
    }

    /// What is found next, and its text, unless that is in the scratch.
    pub(super) fn take_signal<'i>(
        &mut self,
        input: &mut &'i [u8],
    ) -> (Option<Result<Signal, Error>>, Option<&'i str>) {
        self.machine.scratch.reclaim();
        let before = input.len();
        let mut source = Source::new(input);
        // Most signals come from within a chunk: then nothing around it is to be looked at.
        let within = if self.is_within_chunk() { self.machine.next_signal_within(&mut source) } else { None };
        if let Some(Ok(signal)) = within {
            *input = source.bytes;
            self.note_consumed(before.wrapping_sub(input.len()));
            return (Some(Ok(signal)), source.text);
        }
        let found = within.or_else(|| self.next_signal(&mut source));
        *input = source.bytes;
        let consumed = before.wrapping_sub(input.len());
        // Behind the end of the answer, or of the body, the offset stays where that was.
        let was_over = matches!(self.phase, Phase::Done | Phase::Failed(_)) && !matches!(found, Some(Ok(_)));
        if !self.is_ended && !was_over {
            self.note_consumed(consumed);
        }
        let found = match found {
            Some(Ok(signal)) => Some(Ok(signal)),
            Some(Err(kind)) => {
                *input = &[];
                Some(Err(self.fail(kind)))
            }
            None => None,
        };
        (found, source.text)
    }

    #[inline]
    fn is_within_chunk(&self) -> bool {
        // Elsewhere code is to be small.
        cfg!(target_pointer_width = "64")
            && self.phase == Phase::Stream
            && !self.is_ended
            && self.stream.is_within_json()
    }

    /// Decoding has failed here.
    pub(super) fn fail(&mut self, kind: ErrorKind) -> Error {
        self.stream.note_unread_report(&mut self.machine);
        self.phase = Phase::Failed(kind);
        Error::new(kind, self.offset)
    }

    /// So many bytes were consumed.
    pub(super) const fn note_consumed(&mut self, bytes: usize) {
        self.offset = self.offset.saturating_add(bytes as u64);
    }

    pub(super) fn end(&mut self) {
        if core::mem::replace(&mut self.is_ended, true) {
            return;
        }
        self.machine.scratch.reclaim();
        match self.phase {
            Phase::Opening(_) if I::ALL => self.is_cut = true,
            Phase::DataName(matched) if I::ALL => self.end_name(FieldName::Data, matched),
            Phase::EventName(matched) if I::ALL => self.end_name(FieldName::Event, matched),
            Phase::Text if I::ALL => self.machine.end_plain_text(),
            Phase::Document => self.is_cut = !self.machine.finish(),
            Phase::Stream => self.is_cut = self.stream.end(&mut self.machine),
            _ => {}
        }
        if self.is_cut {
            self.machine.abandon();
        }
    }

    pub(super) fn verdict(&self) -> Result<Verdict, Error> {
        let progress = self.machine.progress();
        let fault = if self.machine.server_error() {
            ErrorKind::Server
        } else if let Phase::Failed(kind) = self.phase {
            kind
        } else if (self.phase == Phase::Done && !self.is_error_body())
            || (self.is_whole() && progress.has_choices())
        {
            return Ok(if progress.is_finished() { Verdict::Finished } else { Verdict::Done });
        } else if self.is_whole() {
            ErrorKind::NotCompletion
        } else if !self.is_ended || self.is_cut || self.phase != Phase::Stream {
            ErrorKind::Truncated
        } else if progress.is_finished() {
            return Ok(Verdict::Finished);
        } else if self.stream.has_text_only() {
            ErrorKind::NotEventStream
        } else {
            ErrorKind::Truncated
        };
        Err(Error::new(fault, self.offset))
    }

    /// Whether the body is one JSON document that has ended well.
    fn is_whole(&self) -> bool {
        self.phase == Phase::Document && self.is_ended && !self.is_cut
    }

    // As for `EventStream::next_signal`.
    #[cfg_attr(target_pointer_width = "32", inline(never))]
    fn next_signal(&mut self, input: &mut Source<'_>) -> Option<Result<Signal, ErrorKind>> {
        loop {
            if let Some(signal) = self.machine.next_due(input) {
                return Some(Ok(signal));
            }
            if self.is_ended {
                input.bytes = &[];
                return None;
            }
            match self.phase {
                Phase::Start => {
                    if let Err(kind) = self.sniff(&mut input.bytes)? {
                        return Some(Err(kind));
                    }
                }
                Phase::DataName(matched) if I::ALL => {
                    self.read_name(FieldName::Data, matched, &mut input.bytes)?;
                }
                Phase::EventName(matched) if I::ALL => {
                    self.read_name(FieldName::Event, matched, &mut input.bytes)?;
                }
                Phase::Opening(opening) if I::ALL => self.read_opening(opening, &mut input.bytes)?,
                Phase::Document => return self.machine.next_signal(input),
                Phase::Text if I::ALL => return self.machine.plain_text(input, false).map(Ok),
                Phase::Stream => {
                    let found = self.stream.next_signal(&mut self.machine, input);
                    if found == Some(Ok(Signal::Done)) {
                        self.phase = Phase::Done;
                    }
                    return found;
                }
                // The others are ways into a report.
                _ => {
                    input.bytes = &[];
                    return None;
                }
            }
        }
    }

    pub(super) const fn is_error_body(&self) -> bool {
        I::ALL && self.stream.is_error_body()
    }
}
