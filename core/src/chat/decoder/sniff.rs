//! What kind of body it is, by its first bytes.

use super::opening::Opening;
use super::reader::{Phase, Reader};
use crate::ErrorKind;
use crate::chat::interest::Interest;
use crate::chat::machine::Source;
use crate::sse::Field;

/// The first line of an event stream that is an error report begins with one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldName {
    Data,
    Event,
}

impl FieldName {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Data => "data:",
            Self::Event => "event:",
        }
    }

    const fn phase(self, matched: u8) -> Phase {
        match self {
            Self::Data => Phase::DataName(matched),
            Self::Event => Phase::EventName(matched),
        }
    }

    const fn field(self) -> Field {
        match self {
            Self::Data => Field::Data,
            Self::Event => Field::Event,
        }
    }
}

impl<I: Interest, const SCRATCH: usize> Reader<I, SCRATCH> {
    /// Finds out what kind of body this is.
    #[cold]
    pub(super) fn sniff(&mut self, input: &mut &[u8]) -> Option<Result<(), ErrorKind>> {
        let half_mark = self.stream.skip_bom(input)?;
        if !half_mark.is_empty() {
            if self.is_error_body() {
                self.start_text("");
                // Less than a scalar, which is held.
                let _ = self.machine.plain_text(&mut Source::new(half_mark), false);
            } else {
                self.phase = Phase::Stream;
            }
            return Some(Ok(()));
        }
        loop {
            let (&byte, rest) = input.split_first()?;
            match byte {
                b'\n' | b'\r' => self.is_indented = false,
                b' ' | b'\t' => self.is_indented = true,
                0x1f => return Some(Err(ErrorKind::CompressedBody)),
                _ if self.is_error_body() => {
                    match Opening::of(byte) {
                        Some(opening) => {
                            *input = rest;
                            self.phase = Phase::Opening(opening);
                        }
                        None => self.sniff_name(byte),
                    }
                    return Some(Ok(()));
                }
                b'{' | b'[' => {
                    self.phase = Phase::Document;
                    self.machine.begin(false, false);
                    return Some(Ok(()));
                }
                b'<' => return Some(Err(ErrorKind::NotEventStream)),
                _ => {
                    self.phase = Phase::Stream;
                    if self.is_indented {
                        self.stream.start_unknown_name();
                    }
                    return Some(Ok(()));
                }
            }
            *input = rest;
        }
    }

    /// A report that is no JSON begins with `byte`, which is left in the input.
    fn sniff_name(&mut self, byte: u8) {
        match byte {
            b'd' if !self.is_indented => self.phase = Phase::DataName(0),
            b'e' if !self.is_indented => self.phase = Phase::EventName(0),
            _ => self.start_text(""),
        }
    }

    /// Reads on in what may be the name of a field. `None`: more is needed to tell.
    #[cold]
    pub(super) fn read_name(&mut self, name: FieldName, matched: u8, input: &mut &[u8]) -> Option<()> {
        let (byte, rest) = input.split_first()?;
        let before = name.text().get(..usize::from(matched)).unwrap_or_default();
        if name.text().as_bytes().get(usize::from(matched)) != Some(byte) {
            self.start_text(before);
            return Some(());
        }
        *input = rest;
        let matched = matched.wrapping_add(1);
        self.phase = name.phase(matched);
        if usize::from(matched) == name.text().len() {
            self.phase = Phase::Stream;
            self.stream.start_known_name(name.field());
        }
        Some(())
    }

    /// The body has ended within what may have become the name of a field, and is text.
    #[cold]
    pub(super) fn end_name(&mut self, name: FieldName, matched: u8) {
        self.start_text(name.text().get(..usize::from(matched)).unwrap_or_default());
        self.machine.end_plain_text();
    }

    /// Reads on behind the bracket of a report. `None`: more is needed to tell.
    #[cold]
    pub(super) fn read_opening(&mut self, opening: Opening, input: &mut &[u8]) -> Option<()> {
        let (&byte, rest) = input.split_first()?;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                *input = rest;
                self.phase = Phase::Opening(opening.spaced());
            }
            _ if opening.is_json(byte) => {
                self.phase = Phase::Document;
                self.machine.begin(false, true);
                // No more than a bracket, which is no event.
                let _ = self.machine.next_signal(&mut Source::new(opening.text().as_bytes()));
            }
            _ => self.start_text(opening.text()),
        }
        Some(())
    }

    /// The body is an error report in plain text, which began with what was `held`.
    #[cold]
    pub(super) fn start_text(&mut self, held: &str) {
        self.phase = Phase::Text;
        self.machine.begin_plain_text(false, held);
    }
}
