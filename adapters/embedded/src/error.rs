//! Why a call failed.

use core::fmt;

use choreoai_core::deadline::DeadlineKind;
use choreoai_core::http1::RequestErrorKind;
use choreoai_core::{ErrorClass, InvalidRequest, http1};

/// Why a call failed. `E` is the transport's error.
///
/// Small, so that it costs little to return: what the server said is in the session's
/// [report](crate::Session::report), if it keeps one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error<E> {
    /// The request would be refused for sure. Nothing was sent.
    Request(InvalidRequest),
    /// The endpoint cannot be written into the head of a request. Nothing was sent.
    Endpoint(RequestErrorKind),
    /// The buffer has no room for a single byte. Nothing was sent.
    EmptyBuffer,
    /// The connection cannot carry another request: a call was given up on it, or the server keeps it no longer. Nothing was
    /// sent.
    Reconnect,
    /// The request was longer or shorter when it was sent than when it was measured: its messages or parts did not come the same
    /// twice. Nothing of it was sent, or a part, or as much as its `Content-Length` says, which the server may take for a request; never
    /// more. It is not sent again.
    Body,
    /// There is no connection.
    Connect(E),
    /// The transport failed.
    Io(E),
    /// The transport takes no more bytes, and the server said nothing.
    Closed,
    /// The response broke HTTP, or ended before it was complete.
    Http(http1::Error),
    /// The server answered with this status, which is no success.
    Refused(u16),
    /// The answer cannot be decoded, is not complete, or reports an error.
    Answer(choreoai_core::Error),
    /// It took too long.
    Deadline(DeadlineKind),
}

/// What ends a call under way, in few bytes: what more there is to say of it, the response and the decoder keep.
#[doc(hidden)]
pub enum Failure<E> {
    EmptyBuffer,
    Body,
    Reconnect,
    Connect(E),
    Io(E),
    Closed,
    /// Of the response, which says why.
    Http,
    Refused(u16),
    /// Of the answer: the verdict says why.
    Answer,
    Deadline(DeadlineKind),
}

/// What kind of failure it is: what a caller decides by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller's own: the request, the endpoint or the buffer.
    InvalidRequest,
    /// The connection cannot be used: make a new one.
    Reconnect,
    /// There is no connection.
    Connect,
    /// The connection was lost.
    Io,
    /// The response, or the answer in it, ended too early.
    Truncated,
    /// The server broke the protocol.
    Protocol,
    /// A documented bound was reached.
    Limit,
    /// The server reported an error within the answer.
    Server,
    /// The server refused the request.
    Refused,
    /// A deadline expired.
    Deadline,
}

impl<E> Error<E> {
    /// What kind of failure it is.
    pub const fn kind(&self) -> ErrorKind {
        let class = match self {
            Self::Request(_) | Self::Endpoint(_) | Self::EmptyBuffer | Self::Body => {
                return ErrorKind::InvalidRequest;
            }
            Self::Reconnect => return ErrorKind::Reconnect,
            Self::Connect(_) => return ErrorKind::Connect,
            Self::Io(_) | Self::Closed => return ErrorKind::Io,
            Self::Refused(_) => return ErrorKind::Refused,
            Self::Deadline(_) => return ErrorKind::Deadline,
            Self::Http(error) => error.class(),
            Self::Answer(error) => error.class(),
        };
        match class {
            ErrorClass::Truncated => ErrorKind::Truncated,
            ErrorClass::Limit => ErrorKind::Limit,
            ErrorClass::Server => ErrorKind::Server,
            _ => ErrorKind::Protocol,
        }
    }

    /// What happened and what to do, without details.
    const fn describe(&self) -> &'static str {
        match self {
            Self::Request(_) => "the request would be refused",
            Self::Endpoint(RequestErrorKind::InvalidTarget) => {
                "the endpoint's path must begin with `/` and be printable ASCII; percent-encode the rest"
            }
            Self::Endpoint(RequestErrorKind::InvalidHost) => {
                "the endpoint's host must be a name or an address with an optional port"
            }
            Self::Endpoint(RequestErrorKind::ReservedField) => {
                "a header of the endpoint is one that the client sets itself; remove it"
            }
            Self::Endpoint(RequestErrorKind::InvalidFieldName) => {
                "a header of the endpoint has no valid name"
            }
            Self::Endpoint(_) => {
                "the endpoint's key or a header of it holds a control character; remove line breaks"
            }
            Self::EmptyBuffer => "the session's buffer is empty; give it some hundred bytes",
            Self::Reconnect => "the connection cannot carry another request; make a new one",
            Self::Body => "the request changed while it was sent; take what it is made of before it is sent",
            Self::Connect(_) => "there is no connection to the server; check the network and the address",
            Self::Io(_) => "the connection to the server was lost; make a new one",
            Self::Closed => "the server takes no more of the request; make a new connection",
            Self::Http(_) => "the response is broken",
            Self::Refused(300..=399) => "the server redirects; set the endpoint to where the gateway is",
            Self::Refused(401) => "the server does not accept the key; check it",
            Self::Refused(429) => "the server has had too many requests; wait before the next one",
            Self::Refused(500..) => "the server failed; try again later",
            Self::Refused(_) => "the server refused the request; its report says why",
            Self::Answer(_) => "the answer is broken",
            Self::Deadline(_) => "a deadline expired",
        }
    }
}

impl<E> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
            Self::Answer(error) => error.fmt(f),
            Self::Deadline(kind) => kind.fmt(f),
            Self::Refused(status) => write!(f, "{} (status {status})", self.describe()),
            _ => f.write_str(self.describe()),
        }
    }
}

/// The transport's error is the source.
impl<E: core::error::Error + 'static> core::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Connect(error) | Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

/// Without `core::fmt`: fixed text, and the transport's error.
#[cfg(feature = "defmt")]
impl<E: defmt::Format> defmt::Format for Error<E> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let text = self.describe();
        match self {
            Self::Request(error) => defmt::write!(f, "{=str}: see `{=str}`", text, error.field()),
            Self::Connect(error) | Self::Io(error) => defmt::write!(f, "{=str}: {}", text, error),
            Self::Http(error) => {
                defmt::write!(
                    f,
                    "{=str}: {} at byte {=u64} of the response",
                    text,
                    self.kind(),
                    error.offset()
                );
            }
            Self::Answer(error) => {
                defmt::write!(f, "{=str}: {} at byte {=u64} of the body", text, self.kind(), error.offset());
            }
            Self::Refused(status) => defmt::write!(f, "{=str} (status {=u16})", text, *status),
            Self::Deadline(kind) => defmt::write!(f, "{=str}: {=str}", text, deadline_name(*kind)),
            _ => defmt::write!(f, "{=str}", text),
        }
    }
}

#[cfg(feature = "defmt")]
const fn deadline_name(kind: DeadlineKind) -> &'static str {
    match kind {
        DeadlineKind::Connect => "connect",
        DeadlineKind::FirstEvent => "first event",
        DeadlineKind::Idle => "idle",
        DeadlineKind::Total => "total",
    }
}
