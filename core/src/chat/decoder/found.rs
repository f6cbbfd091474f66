//! Events that are found in one step and lent in another.

use super::Decoder;
use crate::Error;
use crate::chat::event::{Event, Piece};
use crate::chat::machine::{Fragment, Signal};
use crate::json::Text;

/// An event that was [found](Decoder::find_event) and can be [lent](Decoder::lend_event). It borrows nothing.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// Without the text that stands in the input.
    signal: Signal<'static>,
    /// Where that is.
    span: Option<Span>,
}

/// A place in the input that was given to [`Decoder::find_event`].
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    length: usize,
}

impl<const SCRATCH: usize> Decoder<SCRATCH> {
    /// Finds the next event, as [`next_event`](Self::next_event) does, but does not lend it yet.
    ///
    /// For those who read into the buffer that they decode from until there is an event to return: one that was lent
    /// already would keep the buffer borrowed for the whole of that loop.
    ///
    /// # Errors
    ///
    /// Those of [`next_event`](Self::next_event).
    pub fn find_event(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>> {
        let whole = *input;
        Some(match self.take_signal(input)? {
            Ok(Signal::Fragment(fragment)) => Ok(self.found(fragment, whole)),
            Ok(Signal::Event(event)) => Ok(Found { signal: Signal::Event(event), span: None }),
            Ok(Signal::Usage) => Ok(Found { signal: Signal::Usage, span: None }),
            Err(error) => Err(error),
        })
    }

    /// Lends the event that [`find_event`](Self::find_event) found last. `input` is all that it was given; what the event
    /// lends from there is checked to be UTF-8 once more, which takes time in proportion to its length.
    ///
    /// Of another input or an earlier event the text is another one, or empty.
    pub fn lend_event<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e> {
        match (found.signal, found.span) {
            (Signal::Fragment(Fragment { target, first, last, .. }), Some(span)) => {
                target.event(Piece { text: span.text(input), first, last })
            }
            (signal, _) => self.event(signal),
        }
    }

    fn found(&mut self, fragment: Fragment<'_>, input: &[u8]) -> Found {
        let Fragment { target, text, first, last } = fragment;
        let span = text.and_then(|text| Span::of(text, input));
        if let (Some(text), None) = (text, span) {
            // A few bytes that were not in the input, such as a separator. When they come, nothing is held.
            self.machine.scratch.push(Text::Str(text));
            self.machine.scratch.lend();
        }
        Found { signal: Signal::Fragment(Fragment { target, text: None, first, last }), span }
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
