//! `POST /v1/embeddings`.

use serde_json::Value;

use super::{object_with, refuse};
use crate::wire::{self, Encoding};
use crate::{Answer, RecordedRequest};

const DIMENSIONS: usize = 8;

pub(super) fn answer(request: &RecordedRequest) -> Answer {
    let body = match object_with(request, &["input", "model"]) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let invalid = |message: &str| refuse(400, message, "invalid_request_error", "invalid_parameter_type");
    let texts: Option<Vec<&str>> = match &body["input"] {
        Value::String(text) => Some(vec![text]),
        Value::Array(texts) => texts.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let Some(texts) = texts.filter(|texts| !texts.is_empty()) else {
        return invalid("\"input\" must be a string or an array of strings that is not empty");
    };
    let Some(model) = body["model"].as_str() else {
        return invalid("\"model\" must be a string");
    };
    let encoding = match body["encoding_format"].as_str() {
        Some("base64") => Encoding::Base64,
        _ => Encoding::Float,
    };
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| embed(text)).collect();
    let tokens = texts.iter().map(|text| text.split_whitespace().count()).sum::<usize>();
    let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
    Answer::json(200, wire::embeddings(model, &vectors, encoding, tokens))
}

/// A vector of length 1 that depends on nothing but the text: its words hashed (FNV-1a) into the dimensions, so that
/// texts that share words are near each other.
fn embed(text: &str) -> Vec<f32> {
    let mut vector = [0.0_f32; DIMENSIONS];
    // No words are a word, too: a vector of zeroes has no direction.
    for word in text.split_whitespace().chain(text.trim().is_empty().then_some("")) {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        });
        for (place, x) in vector.iter_mut().enumerate() {
            // Around 0, so that words have little in common; and no sum of few is 0.
            *x += f32::from((hash >> (8 * place)) as u8) - 127.25;
        }
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter().map(|x| x / length).collect()
}
