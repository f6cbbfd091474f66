//! Which errors another model may not meet.

use crate::Error;
use crate::error::{ErrorClass, ErrorKind};

/// Whether another model may answer where one met this. The docs of [`Fallback`](super::Fallback) have it as a table.
pub(super) fn another_may_answer(error: &Error) -> bool {
    // Something of an answer has come.
    if error.partial().is_some() {
        return false;
    }
    match error.class() {
        ErrorClass::Permission
        | ErrorClass::Quota
        | ErrorClass::RateLimit
        | ErrorClass::Conflict
        | ErrorClass::Provider
        | ErrorClass::Server
        | ErrorClass::Truncated => true,
        ErrorClass::NotFound => error.code() != Some("endpoint_not_found"),
        ErrorClass::InvalidRequest => {
            error.code() == Some("context_length_exceeded") || error.param() == Some("model")
        }
        // No model is behind what is met before the gateway has the request.
        ErrorClass::Timeout => error.kind() != ErrorKind::TimeoutConnect,
        ErrorClass::Connection => error.kind() != ErrorKind::Tls,
        // A redirect leads every model elsewhere.
        ErrorClass::Protocol => error.kind() == ErrorKind::Protocol,
        _ => false,
    }
}
