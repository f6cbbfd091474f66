//! What can go wrong while a response is decoded.

use core::fmt;

/// Why a response could not be decoded, and where.
///
/// The offset counts the bytes of the body (after any transfer coding) before the byte that was refused. It does
/// not depend on how the input was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

impl Error {
    /// An error of `kind` that was met `offset` bytes into the body.
    pub const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// What went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// How many bytes of the body came before the one that was refused.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whose fault it is, coarsely.
    pub const fn class(&self) -> ErrorClass {
        self.kind.class()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {} of the body)", self.kind.describe(), self.offset)
    }
}

impl core::error::Error for Error {}

/// What went wrong. See [`ErrorKind::class`] for the coarse answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A byte that JSON does not allow where it stood (RFC 8259).
    UnexpectedByte,
    /// A control character inside a JSON string, where only its escape is allowed (RFC 8259, section 7).
    ControlCharacter,
    /// A backslash that starts no escape of JSON.
    InvalidEscape,
    /// A number that is not written as JSON writes numbers (`01`, `1.`, `+1`).
    InvalidNumber,
    /// Something other than white space after a complete JSON value.
    TrailingData,
    /// An event ended, by its blank line, inside a JSON value.
    UnfinishedJson,
    /// The body is neither an event stream nor JSON: HTML or plain text.
    NotEventStream,
    /// The body is a JSON document, but no chat completion and no error report.
    NotCompletion,
    /// The body is compressed although nobody asked for it.
    CompressedBody,
    /// JSON nested deeper than 127 levels.
    DepthLimit,
    /// A choice with an index over 127.
    ChoiceIndexLimit,
    /// The body ended before the answer did.
    Truncated,
    /// The server reported an error inside a successful response.
    Server,
}

impl ErrorKind {
    /// Whose fault it is, coarsely.
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::UnexpectedByte
            | Self::ControlCharacter
            | Self::InvalidEscape
            | Self::InvalidNumber
            | Self::TrailingData
            | Self::UnfinishedJson
            | Self::NotEventStream
            | Self::NotCompletion
            | Self::CompressedBody => ErrorClass::Protocol,
            Self::DepthLimit | Self::ChoiceIndexLimit => ErrorClass::Limit,
            Self::Truncated => ErrorClass::Truncated,
            Self::Server => ErrorClass::Server,
        }
    }

    const fn describe(self) -> &'static str {
        match self {
            Self::UnexpectedByte => "the server sent malformed JSON: unexpected byte",
            Self::ControlCharacter => {
                "the server sent malformed JSON: unescaped control character in a string"
            }
            Self::InvalidEscape => "the server sent malformed JSON: invalid escape in a string",
            Self::InvalidNumber => "the server sent malformed JSON: invalid number",
            Self::TrailingData => "the server sent malformed JSON: data after the end of the value",
            Self::UnfinishedJson => "the server sent malformed JSON: the event ends inside a value",
            Self::NotEventStream => {
                "the response is neither an event stream nor JSON; check the base URL and any proxy in between"
            }
            Self::NotCompletion => "the response is JSON but no chat completion; check the base URL",
            Self::CompressedBody => {
                "the response body is compressed although no compression was asked for; \
                 turn compression off in the proxy or decompress before decoding"
            }
            Self::DepthLimit => "the response nests JSON deeper than 127 levels",
            Self::ChoiceIndexLimit => "the response holds a choice with an index over 127",
            Self::Truncated => "the response ended before the answer was complete",
            Self::Server => "the server reported an error in the middle of the response",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}

/// The coarse kind of an [`Error`]: what a caller decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The peer broke the protocol.
    Protocol,
    /// A documented bound was reached.
    Limit,
    /// The body ended too early.
    Truncated,
    /// The server said so itself.
    Server,
}
