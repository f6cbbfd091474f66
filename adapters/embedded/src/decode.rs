//! What the body of a response is decoded by: the one place that knows the decoder.

use choreoai_core::Error;
use choreoai_core::chat::{Decoder, Event, Found, TextDecoder, Verdict};

use crate::report::Report;

/// A decoder of response bodies, driven as [`Decoder`] is: events are found, and lent once the buffer rests.
///
/// Sealed: it is here to name the bounds of the types that have one.
pub trait Decode: sealed::Sealed {
    /// What is handed out.
    type Event<'e>
    where
        Self: 'e;
    /// See [`Decoder::find_event`].
    fn find(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>>;

    /// See [`Decoder::lend_event`].
    fn lend<'e>(&'e self, found: &Found, input: &'e [u8]) -> Self::Event<'e>;

    /// See [`Decoder::end`].
    fn end(&mut self);

    /// See [`Decoder::verdict`].
    fn verdict(&self) -> Result<Verdict, Error>;

    /// What an event means for the call.
    fn meaning(event: &Self::Event<'_>) -> Meaning;

    /// Hands the event to a report, where it may be part of one.
    fn tell(event: &Self::Event<'_>, report: &mut impl Report);
}

/// What an event means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub enum Meaning {
    /// The answer goes on.
    Event,
    /// It has brought something: the idle deadline starts anew.
    Content,
    /// The server has said all.
    Done,
    /// The server has reported an error: nothing more is to be expected.
    Failed,
}

macro_rules! decode {
    ($decoder:ident) => {
        impl<const SCRATCH: usize> Decode for $decoder<SCRATCH> {
            type Event<'e> = Event<'e>;

            fn find(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>> {
                self.find_event(input)
            }

            fn lend<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e> {
                self.lend_event(found, input)
            }

            fn end(&mut self) {
                Self::end(self);
            }

            fn verdict(&self) -> Result<Verdict, Error> {
                Self::verdict(self)
            }

            fn meaning(event: &Event<'_>) -> Meaning {
                match event {
                    Event::Content(_)
                    | Event::Reasoning(_)
                    | Event::Refusal(_)
                    | Event::ToolCallId(_)
                    | Event::ToolCallName(_)
                    | Event::ToolCallArguments(_)
                    | Event::Logprobs(_)
                    | Event::FinishReason(_) => Meaning::Content,
                    Event::Done => Meaning::Done,
                    Event::ErrorEnd => Meaning::Failed,
                    _ => Meaning::Event,
                }
            }

            fn tell(event: &Event<'_>, report: &mut impl Report) {
                report.event(event);
            }
        }
    };
}

decode!(Decoder);
decode!(TextDecoder);

mod sealed {
    pub trait Sealed {}

    impl<const SCRATCH: usize> Sealed for choreoai_core::chat::Decoder<SCRATCH> {}
    impl<const SCRATCH: usize> Sealed for choreoai_core::chat::TextDecoder<SCRATCH> {}
}
