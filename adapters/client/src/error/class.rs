//! What a caller does about an error: a finer axis than [`ErrorKind`].

use std::fmt;

use super::ErrorKind;

/// What to do about an [`Error`](crate::Error): the axis that programs match on.
///
/// An [`ErrorKind`] tells where in a call it failed. The class tells what that means, whether the server said it by the
/// status of its response or in the middle of an answer. The first row that fits counts:
///
/// | of the response or the report | class |
/// |---|---|
/// | code `quota_exceeded`, `insufficient_quota`, `billing_hard_limit_reached`, `billing_not_active`, `exceeded_current_quota_error` | [`Quota`](Self::Quota) |
/// | code `invalid_api_key`, `missing_authorization`, `malformed_authorization`, `api_key_expired`; type `authentication_error` | [`Authentication`](Self::Authentication) |
/// | code `model_not_found`, `endpoint_not_found`, `resource_not_found` | [`NotFound`](Self::NotFound) |
/// | code `missing_parameter`, `invalid_parameter_value`, `invalid_parameter_type`, `context_length_exceeded`, `invalid_messages_format`, `invalid_json` | [`InvalidRequest`](Self::InvalidRequest) |
/// | code `rate_limit_exceeded` | [`RateLimit`](Self::RateLimit) |
/// | code `provider_timeout`, `provider_service_unavailable`, `provider_api_error`, `provider_not_configured` | [`Provider`](Self::Provider) |
/// | code `internal_error`, `configuration_error`, `service_overloaded`, `maintenance_mode` | [`Server`](Self::Server) |
/// | status 401 | [`Authentication`](Self::Authentication) |
/// | status 402 | [`Quota`](Self::Quota) |
/// | status 403 | [`Permission`](Self::Permission) |
/// | status 404, 405, 410 | [`NotFound`](Self::NotFound) |
/// | status 408, 504 | [`Timeout`](Self::Timeout) |
/// | status 409 | [`Conflict`](Self::Conflict) |
/// | status 413, 422 | [`InvalidRequest`](Self::InvalidRequest) |
/// | status 429 | [`RateLimit`](Self::RateLimit) |
/// | type `permission_error` | [`Permission`](Self::Permission) |
/// | type `not_found_error` | [`NotFound`](Self::NotFound) |
/// | type `invalid_request_error`, unless the status is 5xx | [`InvalidRequest`](Self::InvalidRequest) |
/// | type `rate_limit_error` | [`RateLimit`](Self::RateLimit) |
/// | type `timeout_error` | [`Timeout`](Self::Timeout) |
/// | type `provider_error` | [`Provider`](Self::Provider) |
/// | type `server_error`, `service_unavailable_error`, `api_error`, `overloaded_error` | [`Server`](Self::Server) |
/// | another status of 4xx | [`InvalidRequest`](Self::InvalidRequest) |
/// | status 502 | [`Provider`](Self::Provider) |
/// | a status below 400 (a redirect that is not followed) | [`Protocol`](Self::Protocol) |
/// | anything else, such as another 5xx | [`Server`](Self::Server) |
///
/// A code counts where a type stands, too: some servers put one there. Within an answer a code that is a status, as in
/// `{"error": {"code": 429}}`, is the status. Errors that no server reported have the class of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorClass {
    /// The key is missing, wrong or expired.
    Authentication,
    /// The key may not do this.
    Permission,
    /// There is no such endpoint, model or other thing.
    NotFound,
    /// The request cannot be right as it is, as the server or the client itself says: change it.
    InvalidRequest,
    /// Something else is going on with the same thing; try again.
    Conflict,
    /// Too many requests or tokens in a short time; wait, then try again.
    RateLimit,
    /// What was paid for, or is allowed, is used up; trying again does not help.
    Quota,
    /// The provider behind the gateway failed; another model may be there.
    Provider,
    /// The gateway failed.
    Server,
    /// It took longer than a deadline of the client's or the server's.
    Timeout,
    /// No response: no connection, no trust in the certificate, or the connection broke.
    Connection,
    /// The server does not speak the protocol; the base URL may be wrong, or a proxy in between.
    Protocol,
    /// The answer ended before it was complete.
    Truncated,
    /// A documented bound of the client was reached.
    Limit,
    /// The model refuses to answer.
    Refusal,
    /// The answer was cut where it reached the greatest allowed length.
    Length,
    /// A filter took (some of) the answer away.
    ContentFilter,
    /// The answer has no content.
    EmptyAnswer,
    /// The answer, or the arguments of a tool call, are not JSON or do not fit the type.
    MalformedAnswer,
    /// A function of the program's own, which the model called, failed.
    Tool,
    /// The client was closed or aborted.
    Closed,
}

impl ErrorClass {
    /// The class's stable name, for logs and scripts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::InvalidRequest => "invalid_request",
            Self::Conflict => "conflict",
            Self::RateLimit => "rate_limit",
            Self::Quota => "quota",
            Self::Provider => "provider",
            Self::Server => "server",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Protocol => "protocol",
            Self::Truncated => "truncated",
            Self::Limit => "limit",
            Self::Refusal => "refusal",
            Self::Length => "length",
            Self::ContentFilter => "content_filter",
            Self::EmptyAnswer => "empty_answer",
            Self::MalformedAnswer => "malformed_answer",
            Self::Tool => "tool",
            Self::Closed => "closed",
        }
    }

    /// What a person can do about it, where the server's words seldom say so.
    pub(crate) const fn advice(self) -> Option<&'static str> {
        Some(match self {
            // Where it is known what was sent, `Credentials` know better.
            Self::Authentication => "check the API key",
            Self::Permission => "the key may not use this model or endpoint",
            Self::NotFound => "check the base URL and the model",
            Self::RateLimit => "send fewer requests at a time, or wait longer between them",
            Self::Quota => "the quota or the credit of the key is used up: raise it, or use another key",
            Self::Timeout => "try again later, or ask for less at a time",
            Self::Provider => {
                "the model's provider failed, not this program: try again later, or another model"
            }
            _ => return None,
        })
    }

    /// Of an error of a kind that no server reported.
    pub(super) const fn of_kind(kind: ErrorKind) -> Self {
        match kind {
            // Without a status or a report nothing more is known.
            ErrorKind::Http | ErrorKind::Server => Self::Server,
            ErrorKind::Truncated => Self::Truncated,
            ErrorKind::Connect | ErrorKind::Tls => Self::Connection,
            ErrorKind::TimeoutConnect
            | ErrorKind::TimeoutFirstEvent
            | ErrorKind::TimeoutIdle
            | ErrorKind::TimeoutTotal => Self::Timeout,
            ErrorKind::Protocol => Self::Protocol,
            ErrorKind::Limit => Self::Limit,
            ErrorKind::InvalidRequest => Self::InvalidRequest,
            ErrorKind::Answer => Self::MalformedAnswer,
            ErrorKind::Tool => Self::Tool,
            ErrorKind::Closed => Self::Closed,
        }
    }

    /// Of what a server reported; `status` is `None` within an answer.
    pub(super) fn of_report(status: Option<u16>, code: Option<&str>, error_type: Option<&str>) -> Self {
        let labels = || [code, error_type].into_iter().flatten();
        let status = status.or_else(|| embedded_status(code));
        labels()
            .find_map(of_code)
            .or_else(|| status.and_then(of_telling_status))
            .or_else(|| labels().find_map(of_type).filter(|&class| !is_contradicted(class, status)))
            .or_else(|| status.map(of_other_status))
            .unwrap_or(Self::Server)
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The status that a code within an answer is, as in `{"error": {"code": 429}}`.
fn embedded_status(code: Option<&str>) -> Option<u16> {
    let code = code.filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()))?;
    code.parse().ok().filter(|status| (400..600).contains(status))
}

fn of_code(code: &str) -> Option<ErrorClass> {
    Some(match code {
        "quota_exceeded"
        | "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_not_active"
        | "exceeded_current_quota_error" => ErrorClass::Quota,
        "invalid_api_key"
        | "missing_authorization"
        | "malformed_authorization"
        | "api_key_expired"
        | "authentication_error" => ErrorClass::Authentication,
        "model_not_found" | "endpoint_not_found" | "resource_not_found" => ErrorClass::NotFound,
        "missing_parameter"
        | "invalid_parameter_value"
        | "invalid_parameter_type"
        | "context_length_exceeded"
        | "invalid_messages_format"
        | "invalid_json" => ErrorClass::InvalidRequest,
        "rate_limit_exceeded" => ErrorClass::RateLimit,
        "provider_timeout"
        | "provider_service_unavailable"
        | "provider_api_error"
        | "provider_not_configured" => ErrorClass::Provider,
        "internal_error" | "configuration_error" | "service_overloaded" | "maintenance_mode" => {
            ErrorClass::Server
        }
        _ => return None,
    })
}

fn of_type(error_type: &str) -> Option<ErrorClass> {
    Some(match error_type {
        "permission_error" => ErrorClass::Permission,
        "not_found_error" => ErrorClass::NotFound,
        "invalid_request_error" => ErrorClass::InvalidRequest,
        "rate_limit_error" => ErrorClass::RateLimit,
        "timeout_error" => ErrorClass::Timeout,
        "provider_error" => ErrorClass::Provider,
        "server_error" | "service_unavailable_error" | "api_error" | "overloaded_error" => ErrorClass::Server,
        _ => return None,
    })
}

/// Whether the server puts the blame on the request by the type, but on itself by the status.
fn is_contradicted(class: ErrorClass, status: Option<u16>) -> bool {
    class == ErrorClass::InvalidRequest && status.is_some_and(|status| status >= 500)
}

/// A status that tells more than the type, which some servers set to `invalid_request_error` whatever it is.
const fn of_telling_status(status: u16) -> Option<ErrorClass> {
    Some(match status {
        401 => ErrorClass::Authentication,
        402 => ErrorClass::Quota,
        403 => ErrorClass::Permission,
        404 | 405 | 410 => ErrorClass::NotFound,
        408 | 504 => ErrorClass::Timeout,
        409 => ErrorClass::Conflict,
        413 | 422 => ErrorClass::InvalidRequest,
        429 => ErrorClass::RateLimit,
        _ => return None,
    })
}

const fn of_other_status(status: u16) -> ErrorClass {
    match status {
        ..400 => ErrorClass::Protocol,
        400..500 => ErrorClass::InvalidRequest,
        502 => ErrorClass::Provider,
        _ => ErrorClass::Server,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The errors that the gateway documents: status, type, codes, class.
    const DOCUMENTED: [(u16, &str, &[&str], ErrorClass); 11] = [
        (
            400,
            "invalid_request_error",
            &[
                "missing_parameter",
                "invalid_parameter_value",
                "invalid_parameter_type",
                "context_length_exceeded",
                "invalid_messages_format",
                "invalid_json",
            ],
            ErrorClass::InvalidRequest,
        ),
        (400, "invalid_request_error", &["model_not_found"], ErrorClass::NotFound),
        (
            401,
            "authentication_error",
            &["invalid_api_key", "missing_authorization", "malformed_authorization", "api_key_expired"],
            ErrorClass::Authentication,
        ),
        (403, "permission_error", &[], ErrorClass::Permission),
        (404, "not_found_error", &["endpoint_not_found", "resource_not_found"], ErrorClass::NotFound),
        (429, "rate_limit_error", &["rate_limit_exceeded"], ErrorClass::RateLimit),
        (429, "rate_limit_error", &["quota_exceeded", "insufficient_quota"], ErrorClass::Quota),
        (500, "server_error", &["internal_error", "configuration_error"], ErrorClass::Server),
        (
            502,
            "provider_error",
            &[
                "provider_timeout",
                "provider_service_unavailable",
                "provider_api_error",
                "provider_not_configured",
            ],
            ErrorClass::Provider,
        ),
        (503, "service_unavailable_error", &["service_overloaded", "maintenance_mode"], ErrorClass::Server),
        (500, "stream_error", &[], ErrorClass::Server),
    ];

    #[test]
    fn documented_errors_are_told_by_status_or_code_or_type() {
        for (status, error_type, codes, class) in DOCUMENTED {
            for &code in codes {
                let of = ErrorClass::of_report;
                assert_eq!(of(Some(status), Some(code), Some(error_type)), class, "{status} {code}");
                // Within an answer.
                assert_eq!(of(None, Some(code), Some(error_type)), class, "{code}");
                assert_eq!(of(None, Some(code), None), class, "{code}");
                // The code where the type stands.
                assert_eq!(of(Some(status), None, Some(code)), class, "{code}");
            }
            if !codes.contains(&"model_not_found") && class != ErrorClass::Quota {
                assert_eq!(ErrorClass::of_report(Some(status), None, Some(error_type)), class, "{status}");
                assert_eq!(ErrorClass::of_report(None, None, Some(error_type)), class, "{error_type}");
                assert_eq!(ErrorClass::of_report(Some(status), None, None), class, "{status}");
            }
        }
    }

    #[test]
    fn other_servers_are_told_as_well() {
        for (status, code, error_type, class) in [
            // One type for everything.
            (Some(401), Some("invalid_api_key"), Some("invalid_request_error"), ErrorClass::Authentication),
            (Some(401), None, Some("invalid_request_error"), ErrorClass::Authentication),
            (Some(404), Some("model_not_found"), Some("invalid_request_error"), ErrorClass::NotFound),
            (Some(429), None, Some("insufficient_quota"), ErrorClass::Quota),
            (Some(429), Some("rate_limit_exceeded"), Some("tokens"), ErrorClass::RateLimit),
            (Some(403), Some("insufficient_quota"), None, ErrorClass::Quota),
            (Some(403), None, Some("authentication_error"), ErrorClass::Authentication),
            (Some(503), None, Some("invalid_request_error"), ErrorClass::Server),
            (Some(502), None, Some("invalid_request_error"), ErrorClass::Provider),
            (Some(500), Some("invalid_json"), Some("invalid_request_error"), ErrorClass::InvalidRequest),
            (None, Some("503"), Some("invalid_request_error"), ErrorClass::Server),
            // One status for everything.
            (Some(500), None, Some("rate_limit_error"), ErrorClass::RateLimit),
            (Some(400), None, Some("authentication_error"), ErrorClass::Authentication),
            (Some(400), Some("20013"), None, ErrorClass::InvalidRequest),
            (Some(529), None, Some("overloaded_error"), ErrorClass::Server),
            // The status alone.
            (Some(302), None, None, ErrorClass::Protocol),
            (Some(402), None, None, ErrorClass::Quota),
            (Some(405), None, None, ErrorClass::NotFound),
            (Some(408), None, None, ErrorClass::Timeout),
            (Some(409), None, None, ErrorClass::Conflict),
            (Some(413), None, None, ErrorClass::InvalidRequest),
            (Some(418), None, None, ErrorClass::InvalidRequest),
            (Some(422), None, None, ErrorClass::InvalidRequest),
            (Some(501), None, None, ErrorClass::Server),
            (Some(504), None, None, ErrorClass::Timeout),
            (Some(999), None, None, ErrorClass::Server),
            // Within an answer.
            (None, Some("429"), None, ErrorClass::RateLimit),
            (None, Some("400"), None, ErrorClass::InvalidRequest),
            (None, Some("401"), Some("server_error"), ErrorClass::Authentication),
            (None, Some("502"), None, ErrorClass::Provider),
            (None, Some("502"), Some("stream_error"), ErrorClass::Provider),
            (None, Some("200"), None, ErrorClass::Server),
            (None, Some("+42"), None, ErrorClass::Server),
            (None, Some("20013"), None, ErrorClass::Server),
            (None, None, None, ErrorClass::Server),
        ] {
            assert_eq!(
                ErrorClass::of_report(status, code, error_type),
                class,
                "{status:?} {code:?} {error_type:?}"
            );
        }
    }
}
