//! The decoders with a template.

use super::Templated;
use crate::Error;
use crate::chat::decoder::Verdict;
use crate::chat::event::Event;
use crate::chat::interest::{Everything, TextOnly};

/// A [`Decoder`](crate::chat::Decoder) that is several times as fast, for more memory.
///
/// The events of a stream are the same but for a few values. This decoder keeps the bytes of one, and what they gave, as a template;
/// as long as the bytes that come are the same, they are compared instead of decoded. The text of the answer, token counts and
/// values that are skipped may be others each time, and so may those that were seen to be. Where else an event differs,
/// it is decoded from there on: the template learns if that is a string that is skipped, and after two others in a row another
/// event is kept.
///
/// It is driven in the same way, and gives the same events (fragments merged), the same errors at the same offsets and the same
/// verdict: where the template is followed, the bytes are those of an event that was checked, at the same place in the
/// grammar.
///
/// ```
/// use choreoai_core::chat::{Event, TemplateDecoder, Verdict};
///
/// let mut decoder: TemplateDecoder = TemplateDecoder::new();
/// let mut text = String::new();
/// for (token, reason) in [("1", "null"), (", 2", "null"), (", 3", "null"), ("!", "\"stop\"")] {
///     let event = format!(
///         "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"finish_reason\": {reason}, \"index\": 0}}]}}\n\n"
///     );
///     let mut input = event.as_bytes();
///     while let Some(event) = decoder.next_event(&mut input) {
///         if let Event::Content(fragment) = event? {
///             text.push_str(fragment);
///         }
///     }
/// }
/// decoder.end();
/// assert!(decoder.next_event(&mut &[][..]).is_none(), "the body ended with nothing held");
/// assert_eq!(text, "1, 2, 3!");
/// assert_eq!(decoder.verdict(), Ok(Verdict::Finished));
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// # Bounds
///
/// Those of [`Decoder`](crate::chat::Decoder), and besides twice `TEMPLATE` bytes (at most 65,535) for two kinds of events and some 3 KiB. An
/// event is never kept, but decoded, that has
///
/// - more bytes than `TEMPLATE`, but for its text, its token counts and what is skipped,
/// - a value to be handed out (an id, a name) of more than `SCRATCH - 4` bytes, or more than 192 bytes of such values, each
///   counted in blocks of 16,
/// - more than 4 values that may differ, or more than 23 [`Event`]s besides.
///
/// All calls together do work in proportion to the bytes they consume. Where an event differs from the template, its bytes since the last
/// value that may are looked at once more; if a string that is skipped differs, so is that of the template, which is moved together.
/// To keep an event it is read in steps of a few bytes, which is done more rarely the less it helps.
///
/// Where events are compared, a call may consume more than the event that it returns: call until `None`, as always.
#[derive(Clone, Debug)]
pub struct TemplateDecoder<const TEMPLATE: usize = 512, const SCRATCH: usize = 512> {
    pub(super) templated: Templated<Everything, TEMPLATE, SCRATCH>,
}

/// A [`TextDecoder`](crate::chat::TextDecoder) that keeps a template, as [`TemplateDecoder`] does.
///
/// The fastest of the decoders, for those who want the text of an answer and how it ended: it gives the events of
/// [`TextDecoder`](crate::chat::TextDecoder), but for [`ChoiceStart`](Event::ChoiceStart) and [`ChunkEnd`](Event::ChunkEnd), and checks
/// all else as strictly. What came since the last [`ChoiceEnd`](Event::ChoiceEnd) belongs to the choice that ends next.
///
/// Not for the assemblers of [`assemble`](crate::chat::assemble), which take what lies between the start and the end of a choice:
/// [`TemplateDecoder`] is the one for these.
///
/// ```
/// use choreoai_core::chat::{Event, TextTemplateDecoder, Verdict};
///
/// let body = "data: {\"choices\": [{\"delta\": {\"content\": \"ha\"}, \"index\": 0}]}\n\n".repeat(5) + "data: [DONE]\n\n";
/// let mut decoder: TextTemplateDecoder = TextTemplateDecoder::new();
/// let mut text = String::new();
/// for mut input in body.as_bytes().chunks(16) {
///     while let Some(event) = decoder.next_event(&mut input) {
///         if let Event::Content(fragment) = event? {
///             text.push_str(fragment);
///         }
///     }
/// }
/// decoder.end();
/// assert_eq!(text, "hahahahaha");
/// assert_eq!(decoder.verdict(), Ok(Verdict::Done));
/// # Ok::<_, choreoai_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TextTemplateDecoder<const TEMPLATE: usize = 512, const SCRATCH: usize = 512> {
    pub(super) templated: Templated<TextOnly, TEMPLATE, SCRATCH>,
}

/// What both have in common.
macro_rules! decoder {
    ($decoder:ident) => {
        impl<const TEMPLATE: usize, const SCRATCH: usize> $decoder<TEMPLATE, SCRATCH> {
            /// A decoder at the start of a body. `SCRATCH` is that of [`Decoder::with_scratch`](crate::chat::Decoder::with_scratch).
            pub const fn new() -> Self {
                Self { templated: Templated::NEW }
            }

            /// See [`Decoder::choice_index`](crate::chat::Decoder::choice_index); of use from the first event of the choice to its end.
            pub fn choice_index(&self) -> Option<u32> {
                self.templated.choice_index()
            }

            /// Takes one event off the front of `input`. See [`Decoder::next_event`](crate::chat::Decoder::next_event).
            ///
            /// # Errors
            ///
            /// Those of the other decoder, at the same offsets.
            #[inline]
            pub fn next_event<'e, 'i: 'e>(
                &'e mut self,
                input: &mut &'i [u8],
            ) -> Option<Result<Event<'e>, Error>> {
                self.templated.next_event(input)
            }

            /// The body has ended. See [`Decoder::end`](crate::chat::Decoder::end).
            pub fn end(&mut self) {
                self.templated.end();
            }

            /// How the answer ended. See [`Decoder::verdict`](crate::chat::Decoder::verdict).
            ///
            /// # Errors
            ///
            /// Those of the other decoder.
            pub fn verdict(&self) -> Result<Verdict, Error> {
                // While events are compared, the machine knows all of the body that they could tell it.
                self.templated.reader.verdict()
            }
        }

        impl<const TEMPLATE: usize, const SCRATCH: usize> Default for $decoder<TEMPLATE, SCRATCH> {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}

decoder!(TemplateDecoder);
decoder!(TextTemplateDecoder);

impl<const TEMPLATE: usize, const SCRATCH: usize> TemplateDecoder<TEMPLATE, SCRATCH> {
    /// See [`Decoder::for_error_body`](crate::chat::Decoder::for_error_body). Nothing is kept of such a body.
    #[must_use]
    pub const fn for_error_body(mut self) -> Self {
        self.templated.reader.set_error_body();
        self
    }

    /// See [`Decoder::with_logprobs`](crate::chat::Decoder::with_logprobs). No event that has them is kept. To be
    /// called before any input is given.
    #[must_use]
    pub const fn with_logprobs(mut self) -> Self {
        self.templated.reader.machine.want_logprobs();
        self
    }

    /// See [`Decoder::with_extra`](crate::chat::Decoder::with_extra). No event that has such members is kept. To be called
    /// before any input is given.
    #[must_use]
    pub const fn with_extra(mut self) -> Self {
        self.templated.reader.machine.want_extra();
        self
    }

    /// See [`Decoder::with_metadata_once`](crate::chat::Decoder::with_metadata_once). To be called before any input is given.
    #[must_use]
    pub const fn with_metadata_once(mut self) -> Self {
        self.templated.reader.machine.want_metadata_once();
        self
    }

    /// See [`Decoder::tool_call_index`](crate::chat::Decoder::tool_call_index); of use from the start of the call to its end.
    pub fn tool_call_index(&self) -> Option<u32> {
        self.templated.tool_call_index()
    }
}
