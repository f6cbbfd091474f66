//! Errors, into surf's types and out of them.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::iter;
use std::num::ParseIntError;
use std::str::Utf8Error;

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind as Kind};
use http::{HeaderMap, HeaderValue};

/// What is shorter is in ordinary words, too.
const SHORTEST_SECRET: usize = 4;

/// A body's failure as surf wants it.
pub(super) fn into_io(error: TransportError) -> io::Error {
    let kind = match error.kind() {
        Kind::Truncated => io::ErrorKind::UnexpectedEof,
        Kind::Protocol => io::ErrorKind::InvalidData,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

/// Why there is no response: what the backend said if it is this crate's, else what can be made of the error.
pub(super) fn unanswered(error: surf::Error, target: &Target, secrets: &Secrets) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(error) => return error,
        Err(error) => error,
    };
    // async-h1's parser; its type is out of reach.
    let is_httparse = error.type_name().is_some_and(|name| name.starts_with("httparse::"));
    let cause: &(dyn StdError + 'static) = error.as_ref();
    let kind = kind(cause).unwrap_or(if is_httparse { Kind::Protocol } else { Kind::Io });
    let context = match kind {
        Kind::Connect => format!("could not connect to {target}"),
        Kind::Protocol => not_http(target),
        _ => format!("surf got no response from {target}"),
    };
    TransportError::new(kind, context).with_source(Foreign::new(cause, secrets))
}

/// Why the body has not come to its end, in the same manner.
pub(super) fn unfinished(error: io::Error, target: &Target, secrets: &Secrets) -> TransportError {
    let error = match error.downcast::<TransportError>() {
        Ok(error) => return error,
        Err(error) => error,
    };
    // Whatever befalls a connection from here on cuts the response.
    let kind =
        kind(&error).filter(|kind| !matches!(kind, Kind::Connect | Kind::Io)).unwrap_or(Kind::Truncated);
    let context = match kind {
        Kind::Truncated => format!("the connection to {target} was lost in the middle of the response"),
        Kind::Protocol => not_http(target),
        _ => format!("the response of {target} could not be read"),
    };
    TransportError::new(kind, context).with_source(Foreign::new(&error, secrets))
}

fn not_http(target: &Target) -> String {
    format!("the response of {target} is not valid HTTP/1.1")
}

/// What kind of failure an error is that others have made; the first of its causes that tells decides.
fn kind(error: &(dyn StdError + 'static)) -> Option<Kind> {
    causes(error).find_map(|cause| {
        if let Some(error) = cause.downcast_ref::<TransportError>() {
            return Some(error.kind());
        }
        if cause.is::<ParseIntError>() || cause.is::<Utf8Error>() {
            return Some(Kind::Protocol);
        }
        let error = cause.downcast_ref::<io::Error>()?;
        // What an `io::Error` is made of is not among its causes.
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<TransportError>());
        inner.map(TransportError::kind).or(match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Some(Kind::Connect),
            io::ErrorKind::UnexpectedEof => Some(Kind::Truncated),
            io::ErrorKind::InvalidData => Some(Kind::Protocol),
            _ => Some(Kind::Io),
        })
    })
}

fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    iter::successors(Some(error), |&cause| cause.source())
}

/// The text of an error that a backend or a middleware has made: nobody knows what its `Debug` would show.
#[derive(Debug)]
struct Foreign(String);

impl Foreign {
    fn new(error: &(dyn StdError + 'static), secrets: &Secrets) -> Self {
        let mut text = String::new();
        for cause in causes(error).map(ToString::to_string) {
            // Many errors repeat their cause.
            if text.is_empty() {
                text = cause;
            } else if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        Self(secrets.redact(text))
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Foreign {}

/// The headers of a request that are marked as sensitive.
pub(super) struct Secrets(Vec<HeaderValue>);

impl Secrets {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self(headers.values().filter(|value| value.is_sensitive()).cloned().collect())
    }

    /// `text` without their values, and without the last word of each, which is all after the scheme in `Bearer`.
    fn redact(&self, mut text: String) -> String {
        for value in self.0.iter().filter_map(|value| value.to_str().ok()) {
            let last_word = value.split_ascii_whitespace().next_back().unwrap_or_default();
            for secret in [value, last_word] {
                if secret.len() >= SHORTEST_SECRET && text.contains(secret) {
                    text = text.replace(secret, "[redacted]");
                }
            }
        }
        text
    }
}
