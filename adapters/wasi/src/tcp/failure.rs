//! What the host's error codes mean.

use std::io::{self, ErrorKind};

use wasip2::io::streams::StreamError;
use wasip2::sockets::network::ErrorCode;

/// The failure of a socket or of a name's resolution.
pub(super) fn io_error(code: ErrorCode) -> io::Error {
    let (kind, words) = match code {
        ErrorCode::AccessDenied => {
            (ErrorKind::PermissionDenied, "the host gives no network, or not this address")
        }
        ErrorCode::NotSupported => (ErrorKind::Unsupported, "the host does not support it"),
        ErrorCode::InvalidArgument => (ErrorKind::InvalidInput, "the host does not take the address"),
        ErrorCode::OutOfMemory => (ErrorKind::OutOfMemory, "the host is out of memory"),
        ErrorCode::Timeout => (ErrorKind::TimedOut, "it took too long"),
        ErrorCode::NewSocketLimit => (ErrorKind::QuotaExceeded, "the host has as many sockets as it may"),
        ErrorCode::AddressNotBindable | ErrorCode::AddressInUse => {
            (ErrorKind::AddrNotAvailable, "the host has no address or port left to connect from")
        }
        ErrorCode::RemoteUnreachable => (ErrorKind::HostUnreachable, "it cannot be reached"),
        ErrorCode::ConnectionRefused => (ErrorKind::ConnectionRefused, "the connection was refused"),
        ErrorCode::ConnectionReset => (ErrorKind::ConnectionReset, "the connection was reset"),
        ErrorCode::ConnectionAborted => (ErrorKind::ConnectionAborted, "the connection was aborted"),
        ErrorCode::NameUnresolvable | ErrorCode::PermanentResolverFailure => {
            (ErrorKind::NotFound, "there is no such name")
        }
        ErrorCode::TemporaryResolverFailure => {
            (ErrorKind::Other, "the name cannot be resolved at the moment")
        }
        other => return io::Error::other(format!("the host says `{}`", other.name())),
    };
    io::Error::new(kind, words)
}

/// The failure of a stream; `None`: its end. What kind of failure it is, hosts have no stable way to say.
pub(super) fn stream_error(error: &StreamError) -> Option<io::Error> {
    match error {
        StreamError::Closed => None,
        StreamError::LastOperationFailed(error) => Some(io::Error::other(error.to_debug_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_told_in_words() {
        let refused = io_error(ErrorCode::ConnectionRefused);
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        assert_eq!(refused.to_string(), "the connection was refused");
        assert_eq!(io_error(ErrorCode::InvalidState).to_string(), "the host says `invalid-state`");
    }
}
