//! The decoder for small devices.

use super::Verdict;
use super::reader::Reader;
use crate::Error;
use crate::chat::event::Event;
use crate::chat::interest::TextOnly;

/// A [`Decoder`](super::Decoder) for text alone, in less code and less memory.
///
/// It is driven in the same way. Of the same body it gives the same verdict, the same error at the same offset, and those of the
/// same events that say how the answer reads and how it ends:
/// [`ChoiceStart`](Event::ChoiceStart), [`Content`](Event::Content), [`Refusal`](Event::Refusal),
/// [`FinishReason`](Event::FinishReason), [`ChoiceEnd`](Event::ChoiceEnd), [`ErrorEnd`](Event::ErrorEnd),
/// [`ChunkEnd`](Event::ChunkEnd) and [`Done`](Event::Done). All else is checked as strictly, and skipped: ids, token counts, reasoning,
/// tool calls, and what an error report says.
///
/// ```
/// use choreoai_core::ErrorKind;
/// use choreoai_core::chat::{Event, TextDecoder, Verdict};
///
/// let mut decoder = TextDecoder::new();
/// let mut text = String::new();
/// for mut input in [
///     &br#"data: {"id": "1", "choices": [{"delta": {"content": "H"#[..],
///     br#"i"}, "index": 0}], "usage": null}"#,
///     b"\n\ndata: {\"error\": {\"message\": \"overloaded\"}}\n\n",
/// ] {
///     while let Some(event) = decoder.next_event(&mut input) {
///         match event? {
///             Event::Content(fragment) => text.push_str(fragment),
///             Event::ErrorEnd => text.push_str(" [the server failed]"),
///             _ => {}
///         }
///     }
/// }
/// decoder.end();
/// assert!(decoder.next_event(&mut &[][..]).is_none(), "the body ended with nothing held");
/// assert_eq!(text, "Hi [the server failed]");
/// assert_eq!(decoder.verdict().unwrap_err().kind(), ErrorKind::Server);
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// # Bounds
///
/// Those of [`Decoder`](super::Decoder), in fewer bytes of state.
#[derive(Clone, Debug)]
pub struct TextDecoder<const SCRATCH: usize = 64> {
    pub(super) reader: Reader<TextOnly, SCRATCH>,
}

impl TextDecoder<64> {
    /// A decoder at the start of a body, with 64 bytes of scratch.
    pub const fn new() -> Self {
        Self::with_scratch()
    }
}

impl Default for TextDecoder<64> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SCRATCH: usize> TextDecoder<SCRATCH> {
    /// A decoder at the start of a body, with a scratch of another size. See
    /// [`Decoder::with_scratch`](super::Decoder::with_scratch).
    pub const fn with_scratch() -> Self {
        Self { reader: Reader::NEW }
    }

    /// The index of the current choice. See [`Decoder::choice_index`](super::Decoder::choice_index).
    pub fn choice_index(&self) -> Option<u32> {
        self.reader.machine.choice_index()
    }

    /// Takes one event off the front of `input`. See [`Decoder::next_event`](super::Decoder::next_event).
    ///
    /// # Errors
    ///
    /// The same, at the same offset.
    #[inline]
    pub fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        self.reader.next_event(input)
    }

    /// The body has ended. See [`Decoder::end`](super::Decoder::end).
    pub fn end(&mut self) {
        self.reader.end();
    }

    /// How the answer ended. See [`Decoder::verdict`](super::Decoder::verdict).
    ///
    /// # Errors
    ///
    /// The same.
    pub fn verdict(&self) -> Result<Verdict, Error> {
        self.reader.verdict()
    }
}
