//! JSON text from the caller, and for the server.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use choreoai_core::InvalidRequest;
use choreoai_core::json::writer::{Encoder, Part};
use choreoai_core::json::{RawJson, RawObject};

use crate::Error;

/// Checks `text`; `what` names it in the error.
pub(crate) fn value<'t>(what: &str, text: &'t str) -> Result<RawJson<'t>, Error> {
    RawJson::new(text).map_err(|error| refused(what, &error))
}

/// Checks that `text` is an object; `what` names it in the error.
pub(super) fn object<'t>(what: &str, text: &'t str) -> Result<RawObject<'t>, Error> {
    RawObject::new(text).map_err(|error| refused(what, &error))
}

pub(super) fn optional_value<'t>(what: &str, text: Option<&'t str>) -> Result<Option<RawJson<'t>>, Error> {
    text.map(|text| value(what, text)).transpose()
}

pub(crate) fn optional_object<'t>(what: &str, text: Option<&'t str>) -> Result<Option<RawObject<'t>>, Error> {
    text.map(|text| object(what, text)).transpose()
}

/// The whole text, for a body.
pub(crate) fn encoded<'t, P: Iterator<Item = Part<'t>>>(
    encoder: Result<Encoder<'t, P>, InvalidRequest>,
) -> Result<Bytes, Error> {
    let refused = |error| Error::invalid_request(format!("the request cannot be sent: {error}"));
    let mut encoder = encoder.map_err(refused)?;
    let length = usize::try_from(encoder.content_length())
        .map_err(|_| Error::invalid_request("the request is larger than the memory"))?;
    let mut body = vec![0; length];
    let written = encoder.encode(&mut body);
    body.truncate(written);
    Ok(body.into())
}

/// The text of an object with these members, whose values are JSON text.
pub(super) fn object_text(members: &BTreeMap<String, String>) -> String {
    let mut text = String::from("{");
    for (name, value) in members {
        if text.len() > 1 {
            text.push(',');
        }
        push_string(&mut text, name);
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    text
}

/// The text of a string.
pub(super) fn string(value: &str) -> String {
    let mut text = String::new();
    push_string(&mut text, value);
    text
}

fn push_string(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            // Writing to a string does not fail.
            '\0'..='\x1f' => drop(write!(text, "\\u{:04x}", u32::from(c))),
            _ => text.push(c),
        }
    }
    text.push('"');
}

fn refused(what: &str, error: &dyn std::fmt::Display) -> Error {
    Error::invalid_request(format!("{what} cannot be sent: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let members = BTreeMap::from([
            ("a\"\\\n".to_owned(), "1".to_owned()),
            ("ü".to_owned(), "{\"x\":null}".to_owned()),
        ]);
        assert_eq!(object_text(&members), r#"{"a\"\\\u000a":1,"ü":{"x":null}}"#);
    }
}
