//! Typed tool arguments and structured answers, by serde-json-core.
//!
//! Strings with escapes are unescaped in a scratch that the caller lends, one at a time; a borrowed `&str` is lent from the text
//! itself and cannot have escapes. Two limits of serde-json-core 0.7: a character outside of the Basic Multilingual Plane that is
//! written as two escapes (`\ud83d\ude00`) is refused, and it is not proved to be free of panics.

use core::fmt;

use choreoai_core::chat::assemble::{FixedToolCall, Kept, Overflow};
use serde::Deserialize;
use serde_json_core::de;

/// Why a JSON text is not what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonError {
    /// There was no room for all of the text.
    Overflow(Overflow),
    /// It is no JSON, or of another shape.
    Invalid(de::Error),
}

/// The arguments of a tool call. A call without arguments has an empty object.
///
/// ```
/// use choreoai_embedded::chat::assemble::FixedAssembler;
/// use choreoai_embedded::chat::{Decoder, Event};
/// use choreoai_embedded::json;
///
/// #[derive(serde::Deserialize)]
/// struct Lamp<'a> {
///     room: &'a str,
///     level: u8,
/// }
///
/// # let mut body: &[u8] = br#"{"choices": [{"index": 0, "message": {"tool_calls": [{"id": "1", "function":
/// #     {"name": "lamp", "arguments": "{\"room\": \"hall\", \"level\": 3}"}}]}}]}"#;
/// # let mut decoder = Decoder::new();
/// let mut assembler = FixedAssembler::<256, 2, 128>::new();
/// # while let Some(event) = decoder.next_event(&mut body) { assembler.push(&event?)?; }
/// // ... which has read an answer
/// for call in assembler.tool_calls()? {
///     let Lamp { room, level } = json::arguments(&call, &mut [0; 32])?;
///     assert_eq!((room, level), ("hall", 3));
/// }
/// # Ok::<_, Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
///
/// They are incomplete or not what was wanted. What the error says may be sent to the model as the tool's result.
pub fn arguments<'a, T: Deserialize<'a>>(
    call: &FixedToolCall<'a>,
    scratch: &mut [u8],
) -> Result<T, JsonError> {
    let text = call.arguments.whole().map_err(JsonError::Overflow)?;
    parse_str(if text.trim_ascii().is_empty() { "{}" } else { text }, scratch)
}

/// The text of an answer that was kept, as the value that it was asked to be.
///
/// # Errors
///
/// It is incomplete or not what was wanted.
pub fn parse<'a, T: Deserialize<'a>>(text: Kept<'a>, scratch: &mut [u8]) -> Result<T, JsonError> {
    parse_str(text.whole().map_err(JsonError::Overflow)?, scratch)
}

/// The same of any text.
///
/// # Errors
///
/// It is not what was wanted.
pub fn parse_str<'a, T: Deserialize<'a>>(text: &'a str, scratch: &mut [u8]) -> Result<T, JsonError> {
    de::from_str_escaped(text, scratch).map(|(value, _)| value).map_err(JsonError::Invalid)
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overflow(overflow) => overflow.fmt(f),
            Self::Invalid(_) => f.write_str("the text is no JSON of the shape that is wanted"),
        }
    }
}

impl core::error::Error for JsonError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Overflow(overflow) => Some(overflow),
            Self::Invalid(error) => Some(error),
        }
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for JsonError {
    fn format(&self, f: defmt::Formatter<'_>) {
        match self {
            Self::Overflow(overflow) => {
                defmt::write!(f, "longer than the capacity of {=usize}", overflow.capacity)
            }
            Self::Invalid(_) => defmt::write!(f, "no JSON of the shape that is wanted"),
        }
    }
}
