//! What is said where there is no answer: a status, and `{"error": {"class": "...", "message": "..."}}`.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use choreoai::{Error, ErrorClass};
use serde_json::{Value, json};

/// Why there is no answer, as far as those who asked may know.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    class: &'static str,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// A question that cannot be asked.
    pub(super) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorClass::InvalidRequest.as_str(), message)
    }

    fn new(status: StatusCode, class: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, class, message: message.into(), retry_after: None }
    }

    pub(super) fn body(&self) -> Value {
        json!({ "error": { "class": self.class, "message": self.message } })
    }
}

/// Of a response that has begun already.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let response = (self.status, Json(self.body())).into_response();
        match self.retry_after {
            // Rounded up: a client that comes too early is sent away again.
            Some(wait) => {
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                ([(RETRY_AFTER, seconds.to_string())], response).into_response()
            }
            None => response,
        }
    }
}

/// Those who asked are told what they can mend, in the gateway's words; of the rest, such as a wrong key of this service,
/// only that it is not their fault. That is for the log.
impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        eprintln!("{}: {error}", error.class()); // in a service: tracing::warn!
        let class = error.class();
        let told = |status| Self::new(status, class.as_str(), error.message().to_owned());
        let hidden = |status, message| Self::new(status, class.as_str(), message);
        match class {
            ErrorClass::InvalidRequest => told(StatusCode::BAD_REQUEST),
            ErrorClass::NotFound => told(StatusCode::NOT_FOUND),
            ErrorClass::Refusal | ErrorClass::ContentFilter | ErrorClass::Length => {
                told(StatusCode::UNPROCESSABLE_ENTITY)
            }
            ErrorClass::RateLimit => Self {
                retry_after: error.retry_after(),
                ..hidden(StatusCode::TOO_MANY_REQUESTS, "too many questions right now; ask again later")
            },
            ErrorClass::Timeout => hidden(StatusCode::GATEWAY_TIMEOUT, "the model took too long"),
            ErrorClass::Quota | ErrorClass::Closed => {
                hidden(StatusCode::SERVICE_UNAVAILABLE, "this service does not answer right now")
            }
            ErrorClass::Authentication | ErrorClass::Permission => {
                hidden(StatusCode::INTERNAL_SERVER_ERROR, "this service is not set up well")
            }
            _ => hidden(StatusCode::BAD_GATEWAY, "the model could not be asked"),
        }
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), ErrorClass::InvalidRequest.as_str(), rejection.body_text())
    }
}

impl From<QueryRejection> for Failure {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(rejection.status(), ErrorClass::InvalidRequest.as_str(), rejection.body_text())
    }
}
