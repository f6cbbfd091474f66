//! A request, from what the page says to the body that is sent.
//!
//! The page says it as strings, each with its length before it (4 bytes, the lowest first): the model, the request's other
//! members as a JSON object, then for each message its role, its content, and its other members. No other members are an
//! empty string.

use core::fmt;

use choreoai_core::InvalidRequest;
use choreoai_core::chat::{ChatRequest, Content, Message, Role};
use choreoai_core::json::{InvalidJson, RawObject};

use crate::utf8;

/// Why there is no body to be sent.
pub(crate) enum Refusal {
    /// The strings are not as they must be: a mistake of the other side of the boundary.
    NotStrings,
    /// Other members of the request or a message are not a JSON object.
    Members(InvalidJson),
    /// The server would refuse it.
    Invalid(InvalidRequest),
    /// The body is longer than there is room for.
    TooLong { limit: usize },
}

/// Encodes the request that `strings` say into `body`.
pub(crate) fn encode<'b>(strings: &[u8], body: &'b mut [u8]) -> Result<&'b [u8], Refusal> {
    let mut strings = Strings(strings);
    let (Some(model), Some(members)) = (strings.next(), strings.next()) else {
        return Err(Refusal::NotStrings);
    };
    let messages = Messages(strings);
    messages.check()?;
    let mut request = ChatRequest::new(model, messages).stream(true);
    request.extra = object(members).map_err(Refusal::Members)?;
    let mut encoder = request.encoder().map_err(Refusal::Invalid)?;
    let limit = body.len();
    let written = encoder.encode(body);
    if encoder.remaining() > 0 {
        return Err(Refusal::TooLong { limit });
    }
    Ok(body.get(..written).unwrap_or_default())
}

/// The strings, as far as they are valid.
#[derive(Clone, Copy)]
struct Strings<'s>(&'s [u8]);

impl<'s> Iterator for Strings<'s> {
    type Item = &'s str;

    fn next(&mut self) -> Option<&'s str> {
        let (length, rest) = self.0.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.0 = rest;
        utf8::text(text)
    }
}

/// The messages that are left of the strings.
#[derive(Clone, Copy)]
struct Messages<'s>(Strings<'s>);

impl Messages<'_> {
    /// Whether they are whole, and their other members what they must be.
    fn check(mut self) -> Result<(), Refusal> {
        while !self.0.0.is_empty() {
            let (Some(_), Some(_), Some(members)) = (self.0.next(), self.0.next(), self.0.next()) else {
                return Err(Refusal::NotStrings);
            };
            object(members).map_err(Refusal::Members)?;
        }
        Ok(())
    }
}

impl<'s> Iterator for Messages<'s> {
    type Item = Message<'s>;

    fn next(&mut self) -> Option<Message<'s>> {
        let (role, content, members) = (self.0.next()?, self.0.next()?, self.0.next()?);
        let mut message = Message::new(Role::Other(role), Content::Text(content));
        // It was checked.
        message.extra = (!members.is_empty()).then_some(RawObject::assume_valid(members));
        Some(message)
    }
}

fn object(members: &str) -> Result<Option<RawObject<'_>>, InvalidJson> {
    if members.is_empty() { Ok(None) } else { RawObject::new(members).map(Some) }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStrings => f.write_str("the request was handed over as no strings"),
            Self::Members(error) => error.fmt(f),
            Self::Invalid(error) => error.fmt(f),
            Self::TooLong { limit } => {
                write!(f, "the request is longer than {limit} bytes: leave out old messages")
            }
        }
    }
}
