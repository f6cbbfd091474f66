//! What is known of a response besides its body.

use std::borrow::Cow;
use std::time::Duration;

use choreoai_core::rate_limit::RateLimit;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::credentials::Credentials;

/// The head of a response, and how many requests it took.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
}

impl ResponseHead {
    /// Whatever echoes a secret is redacted.
    pub(crate) fn new(parts: http::response::Parts, attempts: u32, credentials: &Credentials) -> Self {
        let mut headers = parts.headers;
        for value in headers.values_mut() {
            if let Cow::Owned(redacted) = credentials.redact_bytes(value.as_bytes()) {
                *value = HeaderValue::try_from(redacted)
                    .unwrap_or_else(|_| HeaderValue::from_static("[redacted]"));
            }
        }
        Self { status: parts.status, headers, attempts }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, as the server sent them; where a value repeated the API key or another secret, that is redacted.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The server's name for this request (`x-request-id`), to be given when asking its operators for help.
    pub fn request_id(&self) -> Option<&str> {
        self.text("x-request-id")
    }

    /// How many requests were sent until this response came: 1, plus the retries, plus those that were redirected.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What is left of the rates that the server allows (`x-ratelimit-...`).
    pub fn rate_limit(&self) -> RateLimit {
        let mut rate_limit = RateLimit::default();
        for (name, value) in &self.headers {
            rate_limit.header(name.as_str(), value.as_bytes());
        }
        rate_limit
    }

    /// How long the provider worked on the answer (`openai-processing-ms`, whole milliseconds).
    pub fn processing_time(&self) -> Option<Duration> {
        let text = self.text("openai-processing-ms")?.trim();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_number).map(Duration::from_millis)
    }

    /// The value of a header, if it is there and is visible ASCII.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
