//! Events that are found in one step and lent in another.

use super::reader::Reader;
use super::{Decoder, TextDecoder};
use crate::Error;
use crate::chat::event::Event;
use crate::chat::interest::Interest;
use crate::chat::machine::Signal;
use crate::json::Text;

/// An event that was [found](Decoder::find_event) and can be [lent](Decoder::lend_event). It borrows nothing.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    signal: Signal,
    /// Where its text stands, if that is in the input.
    span: Option<Span>,
}

/// A place in the input that was given to [`Decoder::find_event`].
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    length: usize,
}

macro_rules! find_and_lend {
    ($decoder:ident) => {
        impl<const SCRATCH: usize> $decoder<SCRATCH> {
            /// Finds the next event, as [`next_event`](Self::next_event) does, but does not lend it yet.
            ///
            /// For those who read into the buffer that they decode from until there is an event to return: one that was lent
            /// already would keep the buffer borrowed for the whole of that loop.
            ///
            /// # Errors
            ///
            /// Those of [`next_event`](Self::next_event).
            pub fn find_event(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>> {
                self.reader.find(input)
            }

            /// Lends the event that [`find_event`](Self::find_event) found last. `input` is all that it was given; what the event
            /// lends from there is checked to be UTF-8 once more, which takes time in proportion to its length.
            ///
            /// Of another input or an earlier event the text is another one, or empty.
            pub fn lend_event<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e> {
                self.reader.lend(found, input)
            }
        }
    };
}

find_and_lend!(Decoder);
find_and_lend!(TextDecoder);

impl<I: Interest, const SCRATCH: usize> Reader<I, SCRATCH> {
    fn find(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>> {
        let whole = *input;
        let (found, text) = self.take_signal(input);
        let span = text.and_then(|text| Span::of(text, whole));
        if let (Some(text), None) = (text, span) {
            // A few bytes that were not in the input, such as a separator. When they come, nothing is held.
            self.machine.scratch.push(Text::Str(text));
            self.machine.scratch.lend();
        }
        Some(found?.map(|signal| Found { signal, span }))
    }

    fn lend<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e> {
        self.machine.event(found.signal, found.span.map(|span| span.text(input)))
    }
}

impl Span {
    /// Where `text` stands, if it is a piece of `input`.
    fn of(text: &str, input: &[u8]) -> Option<Self> {
        let start = text.as_ptr().addr().wrapping_sub(input.as_ptr().addr());
        (start < input.len()).then_some(Self { start, length: text.len() })
    }

    fn text(self, input: &[u8]) -> &str {
        let end = self.start.wrapping_add(self.length);
        core::str::from_utf8(input.get(self.start..end).unwrap_or_default()).unwrap_or_default()
    }
}
