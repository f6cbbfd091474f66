//! What can be wrong with a response.

use core::fmt;

use crate::ErrorClass;

/// Why a response could not be read, and where.
///
/// The offset counts the bytes of the response, from the first byte of its (first) head, before the byte that was
/// refused; for [`ErrorKind::Truncated`], before the close. It does not depend on how the input was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: u64,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, offset: u64) -> Self {
        Self { kind, offset }
    }

    /// What went wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// How many bytes of the response came before the one that was refused.
    ///
    /// [`ErrorKind::Truncated`] at 0 means that the server closed the connection without a word: on a connection
    /// that was kept alive it had most likely gone stale.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Whose fault it is, coarsely: [`Protocol`](ErrorClass::Protocol), [`Limit`](ErrorClass::Limit) or
    /// [`Truncated`](ErrorClass::Truncated).
    pub const fn class(&self) -> ErrorClass {
        self.kind.class()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {} of the response)", self.kind.describe(), self.offset)
    }
}

impl core::error::Error for Error {}

/// What is wrong with a response. See [`ErrorKind::class`] for the coarse answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The response does not start with `HTTP/`.
    NotHttp,
    /// The response is HTTP, but neither 1.0 nor 1.1.
    UnsupportedVersion,
    /// A status line that is none after its version: no three-digit code from 100 to 999, or a control character.
    InvalidStatusLine,
    /// `101 Switching Protocols`, which no request of this module asks for.
    UnexpectedUpgrade,
    /// A field name that is empty or holds something other than token characters (RFC 9110, section 5.1).
    InvalidFieldName,
    /// White space between a field name and its colon (RFC 9112, section 5.1).
    SpaceBeforeColon,
    /// A control character in a field value (RFC 9110, section 5.5).
    InvalidFieldValue,
    /// A folded line where there is no field line to continue (RFC 9112, section 2.2).
    UnexpectedFold,
    /// A CR that no LF follows (RFC 9112, section 2.2).
    BareCr,
    /// A `Content-Length` that is empty or holds something other than digits (RFC 9110, section 8.6).
    InvalidContentLength,
    /// Two `Content-Length`s that differ (RFC 9112, section 6.3).
    ConflictingContentLength,
    /// A `Transfer-Encoding` other than one single `chunked` (RFC 9112, section 6.1).
    UnsupportedTransferEncoding,
    /// A chunk size that is not written in hexadecimal digits, or not followed by CRLF (RFC 9112, section 7.1).
    InvalidChunkSize,
    /// A control character in a chunk extension (RFC 9112, section 7.1.1).
    InvalidChunkExtension,
    /// A chunk's data is not followed by CRLF (RFC 9112, section 7.1).
    MissingChunkEnd,
    /// The heads (interim ones included) are longer than the limit.
    HeadLimit,
    /// More than [`MAX_BLANK_LINES`](super::MAX_BLANK_LINES) blank lines before the status line.
    BlankLineLimit,
    /// More than [`MAX_INTERIM_HEADS`](super::MAX_INTERIM_HEADS) interim responses.
    InterimLimit,
    /// A `Content-Length` over 2^64 - 1.
    ContentLengthLimit,
    /// A chunk size of more than [`MAX_CHUNK_SIZE_DIGITS`](super::MAX_CHUNK_SIZE_DIGITS) digits.
    ChunkSizeLimit,
    /// Chunk extensions more than [`MAX_CHUNK_EXTENSIONS`](super::MAX_CHUNK_EXTENSIONS) bytes ahead of the data.
    ChunkExtensionLimit,
    /// Trailers longer than [`MAX_TRAILERS`](super::MAX_TRAILERS) bytes.
    TrailerLimit,
    /// The connection was closed before the response was complete.
    Truncated,
}

impl ErrorKind {
    /// Whose fault it is, coarsely.
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::NotHttp
            | Self::UnsupportedVersion
            | Self::InvalidStatusLine
            | Self::UnexpectedUpgrade
            | Self::InvalidFieldName
            | Self::SpaceBeforeColon
            | Self::InvalidFieldValue
            | Self::UnexpectedFold
            | Self::BareCr
            | Self::InvalidContentLength
            | Self::ConflictingContentLength
            | Self::UnsupportedTransferEncoding
            | Self::InvalidChunkSize
            | Self::InvalidChunkExtension
            | Self::MissingChunkEnd => ErrorClass::Protocol,
            Self::HeadLimit
            | Self::BlankLineLimit
            | Self::InterimLimit
            | Self::ContentLengthLimit
            | Self::ChunkSizeLimit
            | Self::ChunkExtensionLimit
            | Self::TrailerLimit => ErrorClass::Limit,
            Self::Truncated => ErrorClass::Truncated,
        }
    }

    const fn describe(self) -> &'static str {
        match self {
            Self::NotHttp => {
                "the server did not answer in HTTP/1; check the port, and whether it wants TLS (https) or HTTP/2"
            }
            Self::UnsupportedVersion => {
                "the server answered in an HTTP version other than 1.0 and 1.1; check the port and any proxy in between"
            }
            Self::InvalidStatusLine => "the server sent a malformed status line; check the port",
            Self::UnexpectedUpgrade => {
                "the server switched protocols (101) unasked; check any proxy in between"
            }
            Self::InvalidFieldName => "the server sent a malformed header: invalid character in a field name",
            Self::SpaceBeforeColon => "the server sent a malformed header: white space before the colon",
            Self::InvalidFieldValue => "the server sent a malformed header: control character in a value",
            Self::UnexpectedFold => "the server sent a malformed header: its first line is a continuation",
            Self::BareCr => "the server sent a malformed response: CR without LF",
            Self::InvalidContentLength => "the server sent a content-length that is not a decimal number",
            Self::ConflictingContentLength => "the server sent content-lengths that contradict each other",
            Self::UnsupportedTransferEncoding => {
                "the server sent a transfer-encoding other than chunked; turn compression off in the proxy"
            }
            Self::InvalidChunkSize => "the server sent a malformed chunk size",
            Self::InvalidChunkExtension => "the server sent a malformed chunk extension",
            Self::MissingChunkEnd => "the server sent a chunk longer than its stated size",
            Self::HeadLimit => {
                "the response head is longer than the limit; check which headers the server or a proxy in between adds"
            }
            Self::BlankLineLimit => "the server sent too many blank lines before its answer; check the port",
            Self::InterimLimit => "the server sent too many interim (1xx) responses",
            Self::ContentLengthLimit => "the server sent a content-length that does not fit 64 bits",
            Self::ChunkSizeLimit => "the server sent a chunk size of more than 16 digits",
            Self::ChunkExtensionLimit => "the server sent too many bytes of chunk extensions",
            Self::TrailerLimit => "the server sent trailers longer than 16 KiB",
            Self::Truncated => "the connection was closed before the response was complete",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
