//! The API key, kept out of everything that is printed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use http::HeaderValue;

use crate::Error;

/// What stands where the key stood.
const REDACTED: &str = "[redacted]";
/// A shorter key is no secret: gateways in development take any that is not empty.
const SHORTEST_SECRET: usize = 4;
/// A shorter key may be part of an ordinary word: it is redacted only where it stands alone.
const SHORTEST_UNMISTAKABLE: usize = 8;

/// An API key. Never shown by `Debug`, and taken out of what a server echoes.
#[derive(Clone)]
pub(crate) struct ApiKey(Arc<str>);

impl ApiKey {
    /// Refuses what an HTTP header cannot carry, without repeating it.
    pub(crate) fn new(key: &str) -> Result<Self, Error> {
        if let Some(place) = key.bytes().position(|byte| !byte.is_ascii_graphic()) {
            let what = match key.as_bytes().get(place) {
                Some(b'\r' | b'\n') => "a line break (often left over from reading it from a file)",
                Some(b' ' | b'\t') => "white space",
                Some(byte) if byte.is_ascii() => "a control character",
                _ => "a character outside ASCII",
            };
            return Err(Error::invalid_request(format!(
                "the API key holds {what} at byte {place}, which an HTTP header cannot carry; set it again"
            )));
        }
        Ok(Self(key.into()))
    }

    /// What is secret in an `Authorization` header of the caller's own: all after the scheme.
    pub(crate) fn of_header(value: &HeaderValue) -> Option<Self> {
        let credentials = value.to_str().ok()?.split_ascii_whitespace().next_back()?;
        Self::new(credentials).ok()
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn bearer(&self) -> Result<HeaderValue, Error> {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))
            .map_err(|_| Error::invalid_request("the API key cannot be carried by an HTTP header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// `text` without the key.
    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match String::from_utf8(self.redact_bytes(text.as_bytes()).into_owned()) {
            // The key is ASCII: what is left is as valid as it was.
            Ok(redacted) if redacted != text => Cow::Owned(redacted),
            _ => Cow::Borrowed(text),
        }
    }

    /// `bytes` without the key.
    pub(crate) fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let mut redacted = Vec::new();
        let mut kept = 0;
        let mut from = 0;
        while let Some(at) = self.find(bytes, from) {
            redacted.extend_from_slice(&bytes[kept..at]);
            redacted.extend_from_slice(REDACTED.as_bytes());
            kept = at + self.0.len();
            from = kept;
        }
        if kept == 0 {
            return Cow::Borrowed(bytes);
        }
        redacted.extend_from_slice(&bytes[kept..]);
        Cow::Owned(redacted)
    }

    /// How many bytes at the end of `bytes` may be the beginning of the key: to be dropped where text is cut short.
    pub(crate) fn cut_at_end(&self, bytes: &[u8]) -> usize {
        if self.0.len() < SHORTEST_SECRET {
            return 0;
        }
        let key = self.0.as_bytes();
        (1..key.len()).rev().find(|&length| bytes.ends_with(&key[..length])).unwrap_or(0)
    }

    /// Where the key stands in `bytes`, at `from` or later.
    fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let key = self.0.as_bytes();
        if key.len() < SHORTEST_SECRET || bytes.len() < key.len() {
            return None;
        }
        (from..=bytes.len() - key.len()).find(|&at| {
            bytes[at..].starts_with(key)
                && (key.len() >= SHORTEST_UNMISTAKABLE || stands_alone(bytes, at, at + key.len()))
        })
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

fn stands_alone(bytes: &[u8], start: usize, end: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    !word(start.checked_sub(1).and_then(|before| bytes.get(before))) && !word(bytes.get(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacts_every_occurrence() {
        for (key, text, expected) in [
            ("sk-12345678", "bad key sk-12345678.", "bad key [redacted]."),
            ("sk-12345678", "sk-12345678sk-12345678", "[redacted][redacted]"),
            ("sk-12345678", "xsk-12345678x", "x[redacted]x"),
            ("sk-12345678", "sk-1234567", "sk-1234567"),
            ("test", "the latest test: 'test'", "the latest [redacted]: '[redacted]'"),
            ("x", "x marks the spot", "x marks the spot"),
            ("sk-12345678", "ü sk-12345678 ü", "ü [redacted] ü"),
        ] {
            assert_eq!(ApiKey::new(key).unwrap().redact(text), expected, "{key} in {text}");
        }
    }

    #[test]
    fn finds_the_beginning_of_a_key_at_a_cut() {
        let key = ApiKey::new("sk-12345678").unwrap();
        assert_eq!(key.cut_at_end(b"the key sk-123"), 6);
        assert_eq!(key.cut_at_end(b"the key s"), 1);
        assert_eq!(key.cut_at_end(b"the key"), 0);
    }

    #[test]
    fn refuses_what_a_header_cannot_carry_without_repeating_it() {
        for (key, reason) in [
            ("SECRET\n", "a line break"),
            ("SECRET\r\nX-Evil: 1", "a line break"),
            ("SEC RET", "white space"),
            ("SECRET\0", "a control character"),
            ("SECRET\u{7f}", "a control character"),
            ("SECRETé", "outside ASCII"),
        ] {
            let error = ApiKey::new(key).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
            assert!(!error.contains("SEC"), "{error}");
        }
    }

    #[test]
    fn is_not_shown() {
        let key = ApiKey::new("sk-12345678").unwrap();
        assert_eq!(format!("{key:?}"), "[redacted]");
        assert!(key.bearer().unwrap().is_sensitive());
        assert_eq!(key.bearer().unwrap(), "Bearer sk-12345678");
    }
}
