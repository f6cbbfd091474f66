//! The decoders of response bodies.

mod found;
mod opening;
mod reader;
mod sniff;
mod stream;
mod template;
mod text;

pub use self::found::Found;
use self::reader::Reader;
pub use self::template::{TemplateDecoder, TextTemplateDecoder};
pub use self::text::TextDecoder;
use super::event::Event;
use super::interest::Everything;
use crate::Error;

/// Turns the body of a chat completion into [`Event`]s, however it is cut.
///
/// The body may be an event stream or one JSON document (a whole completion, or an error report): which it is shows by its
/// first byte. All that WHATWG HTML 9.2 and RFC 8259 allow, and the habits of many servers beyond that, are ordinary input;
/// JSON is checked strictly, in skipped values too.
///
/// # How to drive it
///
/// Give it bytes as they arrive, and call [`next_event`](Self::next_event) until it returns `None`. When the body has
/// ended, call [`end`](Self::end), then `next_event` with an empty input until `None`, then [`verdict`](Self::verdict).
///
/// ```
/// use choreoai_core::chat::{Decoder, Event, Verdict};
///
/// let body = br#"data: {"choices": [{"delta": {"content": "Hi"}, "index": 0, "finish_reason": "stop"}]}
///
/// data: [DONE]
///
/// "#;
/// let mut decoder = Decoder::new();
/// let mut text = String::new();
/// for mut input in body.chunks(7) {
///     while let Some(event) = decoder.next_event(&mut input) {
///         if let Event::Content(fragment) = event? {
///             text.push_str(fragment);
///         }
///     }
/// }
/// decoder.end();
/// assert!(decoder.next_event(&mut &[][..]).is_none(), "the body ended with nothing held");
/// assert_eq!(text, "Hi");
/// assert_eq!(decoder.verdict(), Ok(Verdict::Finished));
/// # Ok::<_, choreoai_core::Error>(())
/// ```
///
/// # What is told twice
///
/// Some servers repeat the whole answer in a `message`, behind the deltas or beside each. Once a `delta` of the body has brought
/// content, reasoning, a refusal or a tool call, what a later `message` says of the same kind is a repetition and is skipped. A
/// whole completion, whose `message` stands alone, is read as it is.
///
/// # Errors in the answer
///
/// An `error` at the top of a chunk, in a choice or in `x_groq` is a report if it says anything: `null`, `false`, `0`, `""`, `{}` and
/// `[]` do not. The texts of an array, and the messages of the objects in it, are joined to one message by `; `; `true` and numbers
/// report an error without a message.
///
/// # Bounds
///
/// The decoder is a few hundred bytes, `SCRATCH` of them for text that cannot be lent from the input; it allocates nothing.
/// Text of any length is handed on as it arrives. A value that is wanted whole (an id, a name, a reason) is held over
/// cuts and arrives in one [`Piece`](super::Piece) if it has at most `SCRATCH - 4` bytes; a longer one may come in several. Nesting is bounded by
/// [`MAX_DEPTH`](crate::json::MAX_DEPTH), the index of a choice by 127. All calls together do work in proportion to the
/// bytes they consume, whatever these are: a run of text that does not fit behind what is held is looked at twice, and an
/// invalid byte costs a look at no more than the next 512.
#[derive(Clone, Debug)]
pub struct Decoder<const SCRATCH: usize = 64> {
    reader: Reader<Everything, SCRATCH>,
}

/// How an answer ended that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every choice said why it ended.
    Finished,
    /// The server said that all was sent, but not why some choice ended; some providers never do.
    Done,
}

impl Decoder<64> {
    /// A decoder at the start of a body, with 64 bytes of scratch.
    pub const fn new() -> Self {
        Self::with_scratch()
    }
}

impl Default for Decoder<64> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const SCRATCH: usize> Decoder<SCRATCH> {
    /// A decoder at the start of a body, with a scratch of another size: at least 32 bytes, which is more than the longest
    /// name of the schema, at most 65,535. A larger one lets escaped text gather into longer fragments.
    pub const fn with_scratch() -> Self {
        Self { reader: Reader::NEW }
    }

    /// Reads the body as an error report, whatever shape it has, for responses whose status is not a success: JSON of any of
    /// the known shapes, an event stream of these, or plain text, which is then the message. Such a body gives
    /// [`Event::Error`]s and [`Event::ErrorEnd`], and no other verdict than [`ErrorKind::Server`] once something was
    /// reported. To be called before any input is given.
    ///
    /// How the body begins, white space aside, decides what it is:
    ///
    /// | it begins with | it is |
    /// |---|---|
    /// | `{"`, `{}`, `[{`, `["` or `[]`, white space in between or not | JSON; if it is malformed after all, an error as elsewhere |
    /// | `data:` or `event:` at the start of a line | an event stream, each event of which reports |
    /// | the byte 1F | compressed, an error as elsewhere |
    /// | anything else, `[503] busy` and `{oops}` too | plain text, from there to its end; white space behind a bracket that begins it reads as one space |
    ///
    /// [`ErrorKind::Server`]: crate::ErrorKind::Server
    #[must_use]
    pub const fn for_error_body(mut self) -> Self {
        self.reader.set_error_body();
        self
    }

    /// Asks for [`Event::Logprobs`], which are skipped otherwise.
    #[must_use]
    pub const fn with_logprobs(mut self) -> Self {
        self.reader.machine.want_logprobs();
        self
    }

    /// Asks for [`Event::Extra`]: members that the schema does not know, which are skipped otherwise.
    #[must_use]
    pub const fn with_extra(mut self) -> Self {
        self.reader.machine.want_extra();
        self
    }

    /// Asks for the metadata of the completion once, which servers repeat in every chunk: an [`Event::Id`], an [`Event::Model`], an
    /// [`Event::Created`] and an [`Event::SystemFingerprint`] come until one of each was not empty (for `Created`: not 0). From then
    /// on they are checked as strictly, and skipped, which takes a good part less time. To be called before any input is given.
    ///
    /// What of these changes in the course of an answer is not seen then: some providers change the id. An assembler behind such a
    /// decoder has the first fingerprint, not the last. [`Event::ServiceTier`] comes whenever it is sent: the first one may be the
    /// tier that was asked for.
    ///
    /// ```
    /// use choreoai_core::chat::{Decoder, Event};
    ///
    /// let chunk = "data: {\"id\": \"1\", \"choices\": [{\"delta\": {\"content\": \"ha\"}, \"index\": 0}]}\n\n";
    /// let body = chunk.repeat(3);
    /// let (mut decoder, mut input) = (Decoder::new().with_metadata_once(), body.as_bytes());
    /// let (mut ids, mut text) = (0, String::new());
    /// while let Some(event) = decoder.next_event(&mut input) {
    ///     match event? {
    ///         Event::Id(_) => ids += 1,
    ///         Event::Content(fragment) => text.push_str(fragment),
    ///         _ => {}
    ///     }
    /// }
    /// assert_eq!((ids, text.as_str()), (1, "hahaha"));
    /// # Ok::<_, choreoai_core::Error>(())
    /// ```
    #[must_use]
    pub const fn with_metadata_once(mut self) -> Self {
        self.reader.machine.want_metadata_once();
        self
    }

    /// The index of the choice whose [`ChoiceStart`](Event::ChoiceStart) was the last, if it has come by now; its
    /// [`ChoiceEnd`](Event::ChoiceEnd) says another one only if the server contradicts itself.
    ///
    /// Most servers say it before the text. Then a text that is too long to be held until the choice ends need not be.
    pub fn choice_index(&self) -> Option<u32> {
        self.reader.machine.choice_index()
    }

    /// The index of the tool call whose [`ToolCallStart`](Event::ToolCallStart) was the last, if it has come by now.
    pub const fn tool_call_index(&self) -> Option<u32> {
        self.reader.machine.call_index()
    }

    /// Takes one event off the front of `input`. `None`: all of `input` was consumed, and more is needed. Until then call it
    /// again with what it has left of the same input.
    ///
    /// The event lends its text from `input` or from the decoder, until the next call. An empty `input` gives what is due
    /// without more bytes, or `None`; it is not the end of the body.
    ///
    /// A call goes on to the next event or the end of the input, whichever comes first: it may go over as many bytes as are
    /// given, if they hold nothing that is handed out. Give it less at a time where that takes too long.
    ///
    /// # Errors
    ///
    /// An error is returned once, with the offset of the byte that was refused, the same for every cut. What came before it in
    /// the body has been delivered; what follows is consumed and ignored, and [`verdict`](Self::verdict) keeps the error.
    #[inline]
    pub fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        self.reader.next_event(input)
    }

    /// The body has ended; to be called once [`next_event`](Self::next_event) has returned `None`. Call that again until
    /// `None` for what was still held. Bytes that are given later are ignored; calling this again changes nothing.
    pub fn end(&mut self) {
        self.reader.end();
    }

    /// How the answer ended; to be asked at the end, or at any time without changing anything. Once it is [`Ok`], or
    /// [`ErrorKind::Server`], it stays so.
    ///
    /// # Errors
    ///
    /// What the server reported ([`ErrorKind::Server`]) beats what went wrong in decoding, which beats
    /// [`ErrorKind::Truncated`]: the answer is not complete, as it is before [`end`](Self::end) unless
    /// [`Event::Done`] came. A body that is no answer at all is [`ErrorKind::NotEventStream`] or
    /// [`ErrorKind::NotCompletion`].
    ///
    /// [`ErrorKind::NotCompletion`]: crate::ErrorKind::NotCompletion
    /// [`ErrorKind::NotEventStream`]: crate::ErrorKind::NotEventStream
    /// [`ErrorKind::Server`]: crate::ErrorKind::Server
    /// [`ErrorKind::Truncated`]: crate::ErrorKind::Truncated
    pub fn verdict(&self) -> Result<Verdict, Error> {
        self.reader.verdict()
    }
}
