//! The decoders of choreoai-core, driven as their pages say.

use choreoai_core::chat::{Decoder, Event, TemplateDecoder, TextDecoder, TextTemplateDecoder};

use super::Decode;
use crate::reads::Reads;
use crate::sink::Sink;

pub(super) struct Plain;
pub(super) struct Template;
pub(super) struct PlainOnce;
pub(super) struct TemplateOnce;
pub(super) struct Text;
pub(super) struct TextTemplate;

macro_rules! decode {
    ($contender:ty, $decoder:expr) => {
        impl Decode for $contender {
            fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
                let mut decoder = $decoder;
                for mut input in reads.slices.iter().copied() {
                    while let Some(event) = decoder.next_event(&mut input) {
                        deliver(&event.expect("the body is valid"), sink);
                    }
                }
                decoder.end();
                while let Some(event) = decoder.next_event(&mut &[][..]) {
                    deliver(&event.expect("the body is valid"), sink);
                }
                decoder.verdict().expect("the body is complete");
            }
        }
    };
}

decode!(Plain, Decoder::new());
decode!(Template, <TemplateDecoder>::new());
decode!(PlainOnce, Decoder::new().with_metadata_once());
decode!(TemplateOnce, <TemplateDecoder>::new().with_metadata_once());
decode!(Text, TextDecoder::new());
decode!(TextTemplate, <TextTemplateDecoder>::new());

#[inline]
fn deliver(event: &Event<'_>, sink: &mut impl Sink) {
    match *event {
        Event::Content(text) => sink.content(text),
        Event::ToolCallArguments(text) => sink.arguments(text),
        Event::FinishReason(reason) if reason.last => sink.finish(),
        Event::ChoiceEnd { index } => sink.choice(index),
        _ => {}
    }
}
