//! What an error tells, for every way to fail.

use std::error::Error as _;

use choreoai::{ChatRequest, Error, ErrorClass, ErrorKind, TransportErrorKind};

use crate::support::*;

fn failure(replies: impl IntoIterator<Item = Reply>) -> Error {
    let script = Script::new(replies);
    let client = script.builder().max_retries(0).build().unwrap();
    stream(&script, &client).1.unwrap()
}

#[test]
fn every_kind_of_failure_without_a_status_of_its_own() {
    let begun = || Reply::body([ROLE, &content("Hello")].concat());
    let error = "data: {\"error\": {\"message\": \"m\", \"type\": \"stream_error\"}}\n\n";
    // Kind, class, status, whether the same may succeed later, whether there is a source.
    for (reply, kind, class, status, retryable, source) in [
        (
            Reply::fail(TransportErrorKind::Connect),
            ErrorKind::Connect,
            ErrorClass::Connection,
            None,
            true,
            true,
        ),
        (Reply::fail(TransportErrorKind::Io), ErrorKind::Connect, ErrorClass::Connection, None, true, true),
        (Reply::fail(TransportErrorKind::Tls), ErrorKind::Tls, ErrorClass::Connection, None, false, true),
        (
            Reply::fail(TransportErrorKind::ConnectTimeout),
            ErrorKind::TimeoutConnect,
            ErrorClass::Timeout,
            None,
            true,
            true,
        ),
        (
            Reply::fail(TransportErrorKind::Protocol),
            ErrorKind::Protocol,
            ErrorClass::Protocol,
            None,
            false,
            true,
        ),
        (Reply::fail(TransportErrorKind::Limit), ErrorKind::Limit, ErrorClass::Limit, None, false, true),
        (
            Reply::fail(TransportErrorKind::InvalidRequest),
            ErrorKind::InvalidRequest,
            ErrorClass::InvalidRequest,
            None,
            false,
            true,
        ),
        (
            Reply::fail(TransportErrorKind::Truncated),
            ErrorKind::Truncated,
            ErrorClass::Truncated,
            None,
            true,
            true,
        ),
        (Reply::hang(), ErrorKind::TimeoutFirstEvent, ErrorClass::Timeout, None, true, false),
        (
            Reply::status(200).step(Step::Hang),
            ErrorKind::TimeoutFirstEvent,
            ErrorClass::Timeout,
            Some(200),
            true,
            false,
        ),
        (begun().step(Step::Hang), ErrorKind::TimeoutIdle, ErrorClass::Timeout, Some(200), true, false),
        (begun(), ErrorKind::Truncated, ErrorClass::Truncated, Some(200), true, true),
        (
            begun().step(Step::Fail(TransportErrorKind::Io)),
            ErrorKind::Truncated,
            ErrorClass::Truncated,
            Some(200),
            true,
            true,
        ),
        (begun().data("data: {]\n\n"), ErrorKind::Protocol, ErrorClass::Protocol, Some(200), false, true),
        (Reply::body("<html>"), ErrorKind::Protocol, ErrorClass::Protocol, Some(200), false, true),
        (begun().data(error), ErrorKind::Server, ErrorClass::Server, Some(200), true, false),
        (Reply::body(error), ErrorKind::Server, ErrorClass::Server, Some(200), true, false),
    ] {
        let reply = if status.is_some() { reply.header("x-request-id", "req-5") } else { reply };
        let error = failure([reply]);
        assert_eq!((error.kind(), error.class()), (kind, class), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{error}");
        assert_eq!(error.request_id(), status.map(|_| "req-5"), "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error}");
        assert_eq!(error.is_timeout(), class == ErrorClass::Timeout, "{error}");
        assert_eq!(error.source().is_some(), source, "{error}");
        assert_eq!(error.attempts(), 1, "{error}");
        assert_eq!(error.code(), None);
        assert!(!error.message().is_empty());
        assert!(format!("{error:?}").contains(&format!("class: {class:?}")), "{error:?}");
    }
}

#[test]
fn a_total_timeout_and_what_is_not_sent() {
    let script = Script::new([Reply::hang()]);
    let client =
        script.builder().max_retries(0).first_event_timeout(None).total_timeout(seconds(3)).build().unwrap();
    let (_, error) = stream(&script, &client);
    let error = error.unwrap();
    assert_eq!((error.kind(), error.class()), (ErrorKind::TimeoutTotal, ErrorClass::Timeout));
    assert!(error.is_retryable());

    let error = script.run(client.chat().create(&ChatRequest::new("gpt-4"))).unwrap_err();
    assert_eq!((error.kind(), error.class()), (ErrorKind::InvalidRequest, ErrorClass::InvalidRequest));
    assert_eq!((error.attempts(), error.is_retryable(), error.status()), (0, false, None));
}

#[test]
fn every_class_says_what_to_do() {
    let error = |code: &str| format!("{{\"error\": {{\"message\": \"M.\", \"code\": \"{code}\"}}}}");
    for (status, code, class, retryable, line) in [
        (
            401,
            "invalid_api_key",
            ErrorClass::Authentication,
            false,
            "the gateway answered 401 Unauthorized: M. (invalid_api_key); check CHOREOAI_API_KEY",
        ),
        (
            403,
            "denied",
            ErrorClass::Permission,
            false,
            "the gateway answered 403 Forbidden: M. (denied); the key may not use this model or endpoint",
        ),
        (
            404,
            "model_not_found",
            ErrorClass::NotFound,
            false,
            "the gateway answered 404 Not Found: M. (model_not_found); check the base URL and the model",
        ),
        (
            400,
            "context_length_exceeded",
            ErrorClass::InvalidRequest,
            false,
            "the gateway answered 400 Bad Request: M. (context_length_exceeded)",
        ),
        (409, "busy", ErrorClass::Conflict, true, "the gateway answered 409 Conflict: M. (busy)"),
        (
            429,
            "rate_limit_exceeded",
            ErrorClass::RateLimit,
            true,
            "the gateway answered 429 Too Many Requests: M. (rate_limit_exceeded); \
             send fewer requests at a time, or wait longer between them",
        ),
        (
            429,
            "insufficient_quota",
            ErrorClass::Quota,
            false,
            "the gateway answered 429 Too Many Requests: M. (insufficient_quota); \
             the quota or the credit of the key is used up: raise it, or use another key",
        ),
        (
            502,
            "provider_timeout",
            ErrorClass::Provider,
            true,
            "the gateway answered 502 Bad Gateway: M. (provider_timeout); \
             the model's provider failed, not this program: try again later, or another model",
        ),
        (
            503,
            "maintenance_mode",
            ErrorClass::Server,
            true,
            "the gateway answered 503 Service Unavailable: M. (maintenance_mode)",
        ),
        (
            504,
            "slow",
            ErrorClass::Timeout,
            true,
            "the gateway answered 504 Gateway Timeout: M. (slow); try again later, or ask for less at a time",
        ),
    ] {
        let error = failure([Reply::status(status).data(error(code))]);
        assert_eq!((error.kind(), error.class()), (ErrorKind::Http, class), "{code}");
        assert_eq!((error.code(), error.is_retryable()), (Some(code), retryable));
        assert_eq!(error.to_string(), line);
    }
    let silent = failure([Reply::status(422)]);
    assert_eq!(
        silent.to_string(),
        "the gateway answered 422 Unprocessable Entity; \
         it does not say why; check the model and what the request asks for"
    );
    let script = Script::new([Reply::status(401)]);
    let client = script.builder().without_key().build().unwrap();
    assert_eq!(
        stream(&script, &client).1.unwrap().to_string(),
        "the gateway answered 401 Unauthorized; no API key was sent; set CHOREOAI_API_KEY"
    );
}

#[test]
fn an_error_within_an_answer_has_the_class_of_what_it_reports() {
    for (report, class, retryable) in [
        (r#"{"message": "m", "code": 429}"#, ErrorClass::RateLimit, true),
        (r#"{"message": "m", "code": "401"}"#, ErrorClass::Authentication, false),
        (r#"{"message": "m", "code": 400}"#, ErrorClass::InvalidRequest, false),
        (r#"{"message": "m", "code": 502}"#, ErrorClass::Provider, true),
        (r#"{"message": "m", "type": "authentication_error"}"#, ErrorClass::Authentication, false),
        (r#"{"message": "m", "type": "invalid_request_error"}"#, ErrorClass::InvalidRequest, false),
        (r#"{"message": "m", "type": "rate_limit_error"}"#, ErrorClass::RateLimit, true),
        (
            r#"{"message": "m", "type": "rate_limit_error", "code": "quota_exceeded"}"#,
            ErrorClass::Quota,
            false,
        ),
        (r#"{"message": "m", "code": "provider_timeout"}"#, ErrorClass::Provider, true),
        (r#"{"message": "m", "code": "provider_not_configured"}"#, ErrorClass::Provider, false),
        (r#"{"message": "m", "type": "stream_error"}"#, ErrorClass::Server, true),
    ] {
        let event = format!("data: {{\"error\": {report}}}\n\n");
        for body in [event.clone(), [&content("Hello"), &*event].concat()] {
            let error = failure([Reply::body(body)]);
            assert_eq!((error.kind(), error.class()), (ErrorKind::Server, class), "{report}");
            assert_eq!(error.is_retryable(), retryable, "{report}");
        }
    }
}

#[test]
fn a_gateway_that_is_not_there_says_what_to_check() {
    let script = Script::new([Reply::fail(TransportErrorKind::Connect)]);
    let client = script.builder().max_retries(0).build().unwrap();
    let error = script.run(client.chat().create(&request())).unwrap_err();
    assert_eq!(error.class(), ErrorClass::Connection);
    assert!(error.to_string().ends_with("; check the base URL, the network and any proxy"), "{error}");
}
