//! What the machine finds, in few bytes: most of them point to what it keeps.

use super::Machine;
use crate::chat::event::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};
use crate::chat::interest::{Interest, Tally};
use crate::chat::schema::Target;

/// What is read, and the text that was found in it last.
#[derive(Clone, Copy, Debug)]
pub(in crate::chat) struct Source<'i> {
    /// What is left.
    pub(in crate::chat) bytes: &'i [u8],
    /// The text of the last [`Signal::Text`]; `None`: what the scratch holds.
    pub(in crate::chat) text: Option<&'i str>,
}

/// What the machine found. It fits a register: a text is left in the [`Source`], and all else where it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum Signal {
    /// A fragment of text.
    Text {
        target: Target,
        first: bool,
        last: bool,
    },
    ChoiceStart,
    ChoiceEnd(u8),
    /// Of the call whose index the machine has.
    CallStart,
    CallEnd,
    /// The number that was read last.
    Created,
    /// The machine has read token counts.
    Usage,
    ErrorEnd,
    ChunkEnd,
    Done,
}

impl Signal {
    /// Whether it brings nothing and only says where something begins or ends, which the decoder for text with a template leaves out.
    #[inline]
    pub(in crate::chat) const fn is_frame(self) -> bool {
        matches!(self, Self::ChoiceStart | Self::ChunkEnd)
    }
}

impl<'i> Source<'i> {
    pub(in crate::chat) const fn new(bytes: &'i [u8]) -> Self {
        Self { bytes, text: None }
    }
}

impl<I: Interest, const SCRATCH: usize> Machine<I, SCRATCH> {
    /// The event that `signal` means, with the text that came with it; to be asked before anything more is read.
    pub(in crate::chat) fn event<'e, 'i: 'e>(&'e self, signal: Signal, text: Option<&'i str>) -> Event<'e> {
        match signal {
            Signal::Text { target, first, last } => {
                let text = text.unwrap_or_else(|| self.scratch.as_str());
                self.text_event(target, Piece { text, first, last })
            }
            Signal::ChoiceStart => Event::ChoiceStart,
            Signal::ChoiceEnd(index) => Event::ChoiceEnd { index: u32::from(index) },
            Signal::CallStart if I::ALL => Event::ToolCallStart,
            Signal::CallEnd if I::ALL => Event::ToolCallEnd { index: self.call_index },
            Signal::Created if I::ALL => Event::Created(self.created()),
            Signal::Usage => self.usage.usage().map_or(Event::Done, Event::Usage),
            Signal::ErrorEnd => Event::ErrorEnd,
            Signal::ChunkEnd => Event::ChunkEnd,
            // The others are nothing that a machine without `ALL` finds.
            Signal::CallStart | Signal::CallEnd | Signal::Created | Signal::Done => Event::Done,
        }
    }

    pub(in crate::chat) fn text_event<'e>(&self, target: Target, piece: Piece<'e>) -> Event<'e> {
        if !I::ALL {
            return match target {
                Target::Content => Event::Content(piece.text),
                Target::Refusal => Event::Refusal(piece.text),
                _ => Event::FinishReason(piece),
            };
        }
        match target {
            Target::Content => Event::Content(piece.text),
            Target::Reasoning => Event::Reasoning(piece.text),
            Target::Refusal => Event::Refusal(piece.text),
            Target::Arguments => Event::ToolCallArguments(piece.text),
            Target::Id => Event::Id(piece),
            Target::Model => Event::Model(piece),
            Target::SystemFingerprint => Event::SystemFingerprint(piece),
            Target::ServiceTier => Event::ServiceTier(piece),
            Target::Role => Event::Role(piece),
            Target::FinishReason => Event::FinishReason(piece),
            Target::Logprobs => Event::Logprobs(piece),
            Target::CallId => Event::ToolCallId(piece),
            Target::CallName => Event::ToolCallName(piece),
            Target::Extra => self.extra(ExtraPart::Value, piece),
            Target::ExtraName => self.extra(ExtraPart::Name, piece),
            Target::ErrorType => Event::Error(ErrorMember::Type, piece),
            Target::ErrorCode => Event::Error(ErrorMember::Code, piece),
            Target::ErrorParam => Event::Error(ErrorMember::Param, piece),
            Target::ErrorMessage
            | Target::ErrorText
            | Target::Object
            | Target::ChoiceIndex
            | Target::CallIndex => Event::Error(ErrorMember::Message, piece),
        }
    }

    fn extra<'e>(&self, part: ExtraPart, piece: Piece<'e>) -> Event<'e> {
        Event::Extra(Extra { scope: self.node().scope().unwrap_or(Scope::Chunk), part, piece })
    }
}
