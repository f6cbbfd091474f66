//! Where in a call it failed.

use std::fmt;

/// What kind of failure an [`Error`](crate::Error) is: where in a call it failed. What to do about it is told by its
/// [`ErrorClass`](crate::ErrorClass).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The server answered with a status other than 2xx.
    Http,
    /// The server reported an error within a successful response.
    Server,
    /// The answer ended before it was complete.
    Truncated,
    /// No response: the name could not be resolved, nobody listens, or the connection failed before the head came.
    Connect,
    /// The two sides could not agree on TLS; the certificate is not trusted, for instance.
    Tls,
    /// No connection stood within the connect timeout.
    TimeoutConnect,
    /// The answer did not begin within the first-event timeout.
    TimeoutFirstEvent,
    /// Nothing more of the answer came within the idle timeout.
    TimeoutIdle,
    /// The answer was not complete within the total timeout, the time that a limit of the client held the call back
    /// included.
    TimeoutTotal,
    /// The server did not speak the protocol: malformed JSON, HTML, an undecoded content encoding.
    Protocol,
    /// A documented bound was reached.
    Limit,
    /// The request or the client's settings cannot be right; nothing was sent.
    InvalidRequest,
    /// The answer is not what it was asked to be: a refusal, for instance, where JSON was to be parsed, or calls of tools
    /// that were cut.
    Answer,
    /// A function of a [`Toolbox`](crate::Toolbox) failed, and is not to be told to the model.
    Tool,
    /// The client was [closed](crate::Client::close) before the call began, or [aborted](crate::Client::abort)
    /// before it ended.
    Closed,
}

impl ErrorKind {
    /// The kind's stable name, for logs and scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Server => "server",
            Self::Truncated => "truncated",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::TimeoutConnect => "timeout_connect",
            Self::TimeoutFirstEvent => "timeout_first_event",
            Self::TimeoutIdle => "timeout_idle",
            Self::TimeoutTotal => "timeout_total",
            Self::Protocol => "protocol",
            Self::Limit => "limit",
            Self::InvalidRequest => "invalid_request",
            Self::Answer => "answer",
            Self::Tool => "tool",
            Self::Closed => "closed",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
