//! Which errors another model may not meet.

use crate::Error;
use crate::error::ErrorKind;

/// Whether another model may answer where one met this. The docs of [`Fallback`](super::Fallback) have it as a table.
pub(super) fn another_may_answer(error: &Error) -> bool {
    // Something of an answer has come.
    if error.partial().is_some() || is_about_the_key(error) {
        return false;
    }
    let refused = error.status().filter(|status| !status.is_success()).map(|status| status.as_u16());
    if let Some(status) = refused.or_else(|| reported_status(error)) {
        return match status {
            402 | 403 | 408 | 409 | 425 | 429 | 500..=599 => true,
            404 => error.code() != Some("endpoint_not_found"),
            _ => is_about_the_model(error),
        };
    }
    match error.kind() {
        ErrorKind::Server => error.error_type() != Some("invalid_request_error") || is_about_the_model(error),
        ErrorKind::Connect
        | ErrorKind::Truncated
        | ErrorKind::Protocol
        | ErrorKind::TimeoutFirstEvent
        | ErrorKind::TimeoutIdle
        | ErrorKind::TimeoutTotal => true,
        _ => false,
    }
}

fn is_about_the_key(error: &Error) -> bool {
    let codes = ["invalid_api_key", "missing_authorization", "malformed_authorization", "api_key_expired"];
    error.error_type() == Some("authentication_error")
        || error.code().is_some_and(|code| codes.contains(&code))
}

fn is_about_the_model(error: &Error) -> bool {
    matches!(error.code(), Some("model_not_found" | "context_length_exceeded"))
        || error.param() == Some("model")
}

/// The status that an error within an answer gives as its code.
fn reported_status(error: &Error) -> Option<u16> {
    let code =
        error.code().filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    code.parse().ok().filter(|status| (400..600).contains(status))
}
