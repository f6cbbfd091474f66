use choreoai_core::Error;
use choreoai_core::chat::{Decoder, Event, Piece, TemplateDecoder, TextDecoder, TextTemplateDecoder};

use crate::opaque::{bytes, consume, opaque, text};

pub(crate) const EXERCISES: &[fn()] =
    &[decoder, large_scratch, found, end, text_decoder, template_decoder, text_template_decoder, piece];

fn decoder() {
    consume(Decoder::default());
    decode(Decoder::new());
}

fn large_scratch() {
    decode(Decoder::<1024>::with_scratch());
}

fn decode<const SCRATCH: usize>(decoder: Decoder<SCRATCH>) {
    let decoder = Decoder::for_error_body(opaque(decoder));
    let decoder = Decoder::with_logprobs(opaque(decoder));
    let decoder = Decoder::with_metadata_once(opaque(decoder));
    let mut decoder = opaque(Decoder::with_extra(decoder));
    let mut input = bytes();
    while let Some(event) = next_event(&mut decoder, &mut input) {
        consume(event);
    }
    consume(Decoder::choice_index(&decoder));
    consume(Decoder::tool_call_index(&decoder));
    consume(decoder);
}

/// A function of its own, so that `./run` can say how much stack it takes.
#[inline(never)]
fn next_event<'e, const SCRATCH: usize>(
    decoder: &'e mut Decoder<SCRATCH>,
    input: &mut &'static [u8],
) -> Option<Result<Event<'e>, Error>> {
    Decoder::next_event(decoder, input)
}

fn found() {
    let mut decoder = opaque(Decoder::new());
    let mut input = bytes();
    while let Some(Ok(found)) = Decoder::find_event(&mut decoder, &mut input) {
        consume(Decoder::lend_event(&decoder, &opaque(found), bytes()));
    }
    consume(decoder);
}

fn end() {
    let mut decoder = opaque(Decoder::new());
    Decoder::end(&mut decoder);
    consume(Decoder::verdict(&decoder));
    consume(decoder);
}

fn text_decoder() {
    consume(TextDecoder::default());
    consume(TextDecoder::<1024>::with_scratch());
    let mut decoder = opaque(TextDecoder::new());
    let mut input = bytes();
    while let Some(event) = next_text_event(&mut decoder, &mut input) {
        consume(event);
    }
    let mut input = bytes();
    while let Some(Ok(found)) = TextDecoder::find_event(&mut decoder, &mut input) {
        consume(TextDecoder::lend_event(&decoder, &opaque(found), bytes()));
    }
    consume(TextDecoder::choice_index(&decoder));
    TextDecoder::end(&mut decoder);
    consume(TextDecoder::verdict(&decoder));
    consume(decoder);
}

/// A function of its own, so that `./run` can say how much stack it takes.
#[inline(never)]
fn next_text_event<'e, const SCRATCH: usize>(
    decoder: &'e mut TextDecoder<SCRATCH>,
    input: &mut &'static [u8],
) -> Option<Result<Event<'e>, Error>> {
    TextDecoder::next_event(decoder, input)
}

fn template_decoder() {
    consume(TemplateDecoder::<512, 64>::default());
    let decoder = TemplateDecoder::for_error_body(opaque(TemplateDecoder::<512, 64>::new()));
    let decoder = TemplateDecoder::with_logprobs(opaque(decoder));
    let decoder = TemplateDecoder::with_metadata_once(opaque(decoder));
    let mut decoder = opaque(TemplateDecoder::with_extra(decoder));
    let mut input = bytes();
    while let Some(event) = TemplateDecoder::next_event(&mut decoder, &mut input) {
        consume(event);
    }
    consume(TemplateDecoder::choice_index(&decoder));
    consume(TemplateDecoder::tool_call_index(&decoder));
    TemplateDecoder::end(&mut decoder);
    consume(TemplateDecoder::verdict(&decoder));
    consume(decoder);
}

fn text_template_decoder() {
    consume(TextTemplateDecoder::<512, 64>::default());
    let mut decoder = opaque(TextTemplateDecoder::<512, 64>::new());
    let mut input = bytes();
    while let Some(event) = TextTemplateDecoder::next_event(&mut decoder, &mut input) {
        consume(event);
    }
    consume(TextTemplateDecoder::choice_index(&decoder));
    TextTemplateDecoder::end(&mut decoder);
    consume(TextTemplateDecoder::verdict(&decoder));
    consume(decoder);
}

pub(crate) fn event() -> Event<'static> {
    opaque(Event::Content(text()))
}

fn piece() {
    let piece = opaque(Piece { text: text(), first: opaque(true), last: opaque(true) });
    consume(Piece::whole(&piece));
    consume(event() == event());
}
