//! What the template needs of the reader: to stand somewhere, and to stop at the end of a value.

use super::memory::Hole;
use crate::chat::decoder::reader::Reader;
use crate::chat::decoder::stream::EventStream;
use crate::chat::interest::Interest;
use crate::chat::machine::{Source, Stand, Upon, Within};
#[cfg(target_pointer_width = "64")]
use crate::json::Lexer;

impl<I: Interest, const SCRATCH: usize> Reader<I, SCRATCH> {
    /// The side of the event stream, for comparison.
    pub(super) fn settled_stream(&self) -> EventStream {
        let mut stream = self.stream.clone();
        stream.settle();
        stream
    }

    /// Whether the next byte begins an event.
    pub(super) fn is_between_events(&self) -> bool {
        self.stream.is_between_events()
    }

    /// Whether the event's document is complete, but not the event.
    pub(super) fn is_behind_document(&self) -> bool {
        self.stream.is_json() && self.machine.finish()
    }

    /// How many bytes at the front of `input` can be read at once without passing over the place where a string or a container
    /// begins, or the event ends: one at least.
    pub(super) fn step_length(&self, input: &[u8]) -> usize {
        const FIELD: &[u8] = b"data: ";
        if self.stream.is_within_json() {
            self.machine.run_within(input).max(1)
        } else if self.is_between_events() && input.starts_with(FIELD) {
            FIELD.len()
        } else {
            1
        }
    }

    /// Stands there; the offset stays.
    pub(super) fn stand_at(&mut self, stream: &EventStream, stand: &Stand) {
        self.stream = stream.clone();
        self.machine.stand_at(stand);
    }

    /// What begins where the machine stands, for a template.
    pub(super) fn hole(&self) -> Hole {
        let stand = self.machine.stand();
        Hole {
            upon: self.machine.upon(),
            is_filled: false,
            choice: stand.choice(),
            stand,
            stream: self.settled_stream(),
        }
    }

    /// Goes over bytes of a template: what they give was handed out, or is not to be, and the offset stays.
    pub(super) fn replay(&mut self, bytes: &[u8]) {
        let mut source = Source::new(bytes);
        while let Some(Ok(_)) = self.stream.next_signal(&mut self.machine, &mut source) {
            self.machine.scratch.reclaim();
        }
    }

    /// Unescapes the rest of the string that is entered here into the scratch, if `input` holds it whole and it fits; whether it did. The
    /// machine stands still, the scratch but for that.
    #[cfg(target_pointer_width = "64")]
    #[inline(never)]
    pub(super) fn gather_whole(&mut self, input: &mut &[u8]) -> bool {
        /// More is not tried: for a longer one it would be in vain.
        const MOST: usize = 128;
        let scratch = &mut self.machine.scratch;
        scratch.clear();
        let room = scratch.room_mut();
        let length = room.len().min(MOST);
        let mut rest = *input;
        let filled = Lexer::gather_whole(&mut rest, room.get_mut(..length).unwrap_or_default());
        let [b'"', behind @ ..] = rest else { return false };
        if filled == 0 {
            return false;
        }
        scratch.grow(filled);
        scratch.lend();
        *input = behind;
        true
    }

    #[cfg(not(target_pointer_width = "64"))]
    pub(super) const fn gather_whole(&mut self, _: &mut &[u8]) -> bool {
        false
    }

    /// What comes next in the value that began at `stand`, and its text, unless that is in the scratch.
    pub(super) fn take_within<'i>(
        &mut self,
        upon: Upon,
        stand: &Stand,
        input: &mut &'i [u8],
    ) -> (Within, Option<&'i str>) {
        self.machine.scratch.reclaim();
        let before = input.len();
        let mut source = Source::new(input);
        let within = self.machine.next_within(upon, stand, &mut source);
        *input = source.bytes;
        self.note_consumed(before.wrapping_sub(input.len()));
        (within, source.text)
    }

    /// Whether what was found has no text.
    pub(super) fn is_empty(&self, text: Option<&str>) -> bool {
        text.map_or(self.machine.scratch.is_empty(), str::is_empty)
    }
}
