use choreoai_core::embedding::{EmbeddingInput, EmbeddingRequest, EncodingFormat};

use crate::opaque::{buffer, consume, opaque, raw_object, text};

pub(crate) const EXERCISES: &[fn()] = &[setters, encoding, chunks];

pub(crate) fn request() -> EmbeddingRequest<'static> {
    opaque(EmbeddingRequest::new(text(), EmbeddingInput::One(text())))
}

fn setters() {
    consume(EmbeddingRequest::encoding_format(request(), opaque(EncodingFormat::Float)));
    consume(EmbeddingRequest::dimensions(request(), opaque(1)));
    consume(EmbeddingRequest::user(request(), text()));
    consume(EmbeddingRequest::extra(request(), raw_object()));
    consume(EncodingFormat::as_str(opaque(EncodingFormat::Float)));
    consume(request() == request());
}

fn encoding() {
    let request = request();
    consume(EmbeddingRequest::validate(&request));
    if let Ok(encoder) = EmbeddingRequest::encoder(&request) {
        let mut encoder = opaque(encoder);
        consume(encoder.encode(buffer(&mut [0; 16])));
        consume(encoder);
    }
}

fn chunks() {
    if let Ok(encoder) = request().encoder() {
        opaque(encoder).for_each(consume);
    }
}
