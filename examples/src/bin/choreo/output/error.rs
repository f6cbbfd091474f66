//! A failure as JSON, in lines of events and of a batch alike.

use serde::Serialize;

use crate::failure::AnswerFailure;

/// What is not known is left out.
#[derive(Serialize)]
pub(crate) struct ErrorJson<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
}

impl<'a> From<&'a AnswerFailure> for ErrorJson<'a> {
    fn from(failure: &'a AnswerFailure) -> Self {
        Self {
            kind: failure.kind.as_str(),
            status: failure.status,
            code: failure.code.as_deref(),
            error_type: failure.error_type.as_deref(),
            message: &failure.message,
            attempts: failure.attempts,
        }
    }
}
