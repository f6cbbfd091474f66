use choreoai_core::json::writer::{Chunk, Decimal, Encoder, Part};
use choreoai_core::json::{InvalidJson, Lexer, Number, RawJson, RawObject, Token};

use crate::opaque::{buffer, bytes, consume, display, opaque, raw, raw_object, text};

pub(crate) const EXERCISES: &[fn()] =
    &[lexer, number, raw_json, raw_objects, encoder, encoder_chunks, decimal];

fn lexer() {
    consume(Lexer::default());
    let mut lexer = opaque(Lexer::new());
    let mut input = bytes();
    while let Some(token) = Lexer::next_token(&mut lexer, &mut input) {
        consume(token);
    }
    consume(Lexer::finish(&mut lexer));
    consume(Lexer::depth(&lexer));
}

fn number() {
    if let Some(Ok(Token::Number(number))) = Lexer::next_token(&mut opaque(Lexer::new()), &mut bytes()) {
        consume(Number::to_u64(opaque(number)));
    }
}

fn raw_json() {
    match RawJson::new(text()) {
        Ok(json) => consume(RawJson::as_str(&opaque(json))),
        Err(error) => {
            consume(InvalidJson::offset(&opaque(error)));
            display::<InvalidJson>(error);
        }
    }
    consume(RawJson::assume_valid(text()));
    consume(RawJson::from(raw_object()));
    consume(opaque(raw()) == opaque(raw()));
}

fn raw_objects() {
    consume(RawObject::new(text()));
    let object = opaque(RawObject::assume_valid(text()));
    consume(RawObject::as_str(&object));
    consume(RawObject::contains(&object, text()));
}

fn parts() -> impl Iterator<Item = Part<'static>> + Clone {
    opaque([Part::Raw(text()), Part::Str(text()), Part::Number(Decimal::from(opaque(0_u64)))]).into_iter()
}

fn encoder() {
    let mut encoder = opaque(Encoder::new(parts()));
    consume(Encoder::content_length(&encoder));
    consume(Encoder::encode(&mut encoder, buffer(&mut [0; 16])));
    consume(Encoder::remaining(&opaque(encoder.clone())));
    consume(Encoder::skip_rest(&mut opaque(encoder)));
    consume(Encoder::encode(&mut Encoder::of_length(opaque(1), parts()), buffer(&mut [0; 16])));
}

fn encoder_chunks() {
    for chunk in opaque(Encoder::new(parts())) {
        consume(Chunk::as_bytes(&opaque(chunk)));
        consume(opaque(chunk).as_ref());
    }
}

fn decimal() {
    consume(Decimal::as_bytes(&opaque(Decimal::from(opaque(0_u64)))));
    consume(Decimal::as_bytes(&Decimal::from(opaque(0_i64))));
    consume(Decimal::as_bytes(&Decimal::from(opaque(0.0_f64))));
}
