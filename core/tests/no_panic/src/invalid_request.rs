use choreoai_core::embedding::{EmbeddingInput, EmbeddingRequest};
use choreoai_core::{InvalidRequest, InvalidRequestKind};

use crate::opaque::{consume, display, opaque, text};

pub(crate) const EXERCISES: &[fn()] = &[invalid_request];

fn invalid_request() {
    if let Err(error) = EmbeddingRequest::new(text(), EmbeddingInput::One(text())).validate() {
        let error = opaque(error);
        consume(InvalidRequest::field(&error));
        consume(InvalidRequest::index(&error));
        consume(InvalidRequest::kind(&error));
        display::<InvalidRequest>(error);
        display::<InvalidRequestKind>(error.kind());
    }
}
