//! What is due before anything more is read.

use super::{Machine, Signal, Source};
use crate::chat::interest::Interest;
use crate::chat::schema::Target;

/// Events that are due, one bit for each, in this order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    bits: u8,
    /// What [`HELD`](Self::HELD) is a piece of.
    held: Target,
}

impl Due {
    /// The beginning of a name or a value that the end of the event or of the body has cut, from the scratch.
    const HELD: u8 = 1;
    /// The last piece of an error's message.
    pub(super) const MESSAGE_END: u8 = 2;
    pub(super) const ERROR_END: u8 = 4;
    pub(super) const CHUNK_END: u8 = 8;

    pub(super) const fn new() -> Self {
        Self { bits: 0, held: Target::Content }
    }

    pub(super) const fn set(&mut self, bit: u8) {
        self.bits |= bit;
    }

    /// What the scratch holds is due, as a piece of `target`.
    pub(super) const fn set_held(&mut self, target: Target) {
        self.held = target;
        self.set(Self::HELD);
    }

    /// Whether anything is due.
    pub(super) const fn is_any(self) -> bool {
        self.bits != 0
    }

    const fn take(&mut self, bit: u8) -> bool {
        let is_due = self.bits & bit != 0;
        self.bits &= !bit;
        is_due
    }
}

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// What is due whatever the input says.
    #[inline]
    pub(in crate::chat) fn next_due(&mut self, input: &mut Source<'_>) -> Option<Signal> {
        if self.due.bits == 0 { None } else { self.take_due(input) }
    }

    #[inline(never)]
    fn take_due(&mut self, input: &mut Source<'_>) -> Option<Signal> {
        if self.due.take(Due::HELD)
            && let Some(signal) = self.lend_scratch(input, self.due.held, false)
        {
            return Some(signal);
        }
        if I::ALL && self.due.take(Due::MESSAGE_END) {
            let first = !core::mem::replace(&mut self.is_started, false);
            // Plain text may have ended within a scalar.
            input.text = Some(if self.utf8.is_pending() { "\u{fffd}" } else { "" });
            self.utf8.forget();
            Some(Signal::Text { target: Target::ErrorMessage, first, last: true })
        } else if self.due.take(Due::ERROR_END) {
            Some(Signal::ErrorEnd)
        } else if self.due.take(Due::CHUNK_END) {
            Some(Signal::ChunkEnd)
        } else {
            None
        }
    }
}
