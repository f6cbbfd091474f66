//! Responses that are no success.

use choreoai::{ErrorKind, TransportErrorKind};

use crate::support::*;

fn refused(reply: Reply) -> choreoai::Error {
    let script = Script::new([reply]);
    let client = script.builder().max_retries(0).build().unwrap();
    let (text, failure) = stream(&script, &client);
    assert_eq!(text, "");
    let failure = failure.unwrap();
    assert_eq!(failure.kind(), ErrorKind::Http);
    failure
}

#[test]
fn every_shape_of_error_body_is_understood() {
    for (body, message, code, error_type) in [
        (
            r#"{"error": {"message": "Incorrect API key", "type": "authentication_error", "code": "invalid_api_key"}}"#,
            "Incorrect API key",
            Some("invalid_api_key"),
            Some("authentication_error"),
        ),
        (r#"{"error": {"message": "no", "code": 1234}}"#, "no", Some("1234"), None),
        (r#"{"detail": "Not found"}"#, "Not found", None, None),
        (r#"{"error": "text"}"#, "text", None, None),
        (r#"{"message": "plain"}"#, "plain", None, None),
        ("data: {\"error\": {\"message\": \"in an event\"}}\n\n", "in an event", None, None),
        ("upstream connect error", "upstream connect error", None, None),
        (r#"{"detail": ""}"#, "the gateway answered 400 Bad Request", None, None),
        ("", "the gateway answered 400 Bad Request", None, None),
        ("\0 \0\0", "the gateway answered 400 Bad Request", None, None),
        ("<html><title>400 Bad Request</title>", "the gateway answered 400 Bad Request", None, None),
        ("<html><title>Just a moment</title>", "a web page that says \"Just a moment\"", None, None),
    ] {
        let error = refused(Reply::status(400).data(body));
        assert_eq!(error.message(), message, "{body}");
        assert_eq!((error.code(), error.error_type()), (code, error_type), "{body}");
        assert_eq!(error.status().unwrap(), 400);
        assert_eq!(error.body(), body.as_bytes());
        assert!(!error.is_body_shortened());
        assert!(!error.is_retryable());
    }
}

#[test]
fn what_a_cut_body_said_counts() {
    let body = r#"{"error": {"type": "invalid_request_error", "message": "no", "param": "n"#;
    for end in [Step::Fail(TransportErrorKind::Truncated), Step::Hang] {
        let error = refused(Reply::status(400).data(body).step(end));
        assert_eq!((error.message(), error.error_type()), ("no", Some("invalid_request_error")));
        assert!(error.is_body_shortened());
    }
    // Not cut, but broken: what came before counts likewise.
    assert_eq!(refused(Reply::status(400).data(r#"{"error": {"message": "no"}, oops"#)).message(), "no");
}

#[test]
fn one_clear_line() {
    let body = r#"{"error": {"message": "Incorrect API key\n provided", "code": "invalid_api_key"}}"#;
    for (reply, line) in [
        (
            Reply::status(401).data(body),
            "the gateway answered 401 Unauthorized: Incorrect API key provided (invalid_api_key); \
             check CHOREOAI_API_KEY",
        ),
        (Reply::status(500), "the gateway answered 500 Internal Server Error"),
        // LiteLLM gives the status as the code.
        (
            Reply::status(500)
                .data(r#"{"error": {"message": "no", "type": "internal_server_error", "code": "500"}}"#),
            "the gateway answered 500 Internal Server Error: no (internal_server_error)",
        ),
        (
            Reply::status(302).header("location", "https://elsewhere.example/v1"),
            "the gateway answered 302 Found; it redirects to \"https://elsewhere.example/v1\"; \
             set the base URL to where the gateway is",
        ),
    ] {
        assert_eq!(refused(reply).to_string(), line);
    }
}

#[test]
fn a_long_location_does_not_make_a_long_line() {
    let location = format!("https://elsewhere.example/{}", "x".repeat(20_000));
    let error = refused(Reply::status(302).header("location", &location));
    let line = error.to_string();
    assert!(
        line.starts_with("the gateway answered 302 Found; it redirects to \"https://elsewhere.example/xxx")
    );
    assert!(line.len() < 1000, "{}", line.len());
    assert_eq!(error.response().unwrap().headers()["location"], location);
}

#[test]
fn an_error_in_an_unknown_coding_is_not_quoted() {
    let error =
        refused(Reply::status(503).header("content-encoding", "br").data(&b"{\"detail\": \"x\"}"[..]));
    assert_eq!(error.to_string(), "the gateway answered 503 Service Unavailable");
    assert_eq!(&error.body()[..], b"{\"detail\": \"x\"}");
    assert_eq!(refused(Reply::status(599)).to_string(), "the gateway answered 599");
}

#[test]
fn an_endless_error_page_is_bounded_in_size_and_time() {
    let large = refused(Reply::status(500).data("x".repeat(20 << 20)));
    assert_eq!(large.body().len(), 64 << 10);
    assert!(large.is_body_shortened());
    assert!(large.to_string().len() < 1000);

    for (total, end) in [(None, 5), (Some(seconds(60)), 5), (Some(seconds(2)), 2)] {
        let script = Script::new([Reply::status(500).data("half a pa").step(Step::Hang)]);
        let client = script.builder().max_retries(0).total_timeout(total).build().unwrap();
        let (_, failure) = stream(&script, &client);
        let failure = failure.unwrap();
        assert_eq!((failure.kind(), &**failure.body()), (ErrorKind::Http, &b"half a pa"[..]));
        assert!(failure.is_body_shortened());
        assert_eq!(script.now(), seconds(end));
    }

    // A shorter deadline of the answer's bounds it too.
    let script = Script::new([Reply::status(500).data("half a pa").step(Step::Hang)]);
    let client = script.builder().max_retries(0).first_event_timeout(seconds(1)).build().unwrap();
    assert_eq!(stream(&script, &client).1.unwrap().kind(), ErrorKind::Http);
    assert_eq!(script.now(), seconds(1));
}

#[test]
fn headers_are_there() {
    let error = refused(
        Reply::status(429)
            .header("x-request-id", "req-9")
            .header("retry-after", "120")
            .header("x-ratelimit-remaining-requests", "0"),
    );
    assert_eq!(error.request_id(), Some("req-9"));
    assert_eq!(error.retry_after(), Some(seconds(120)));
    assert_eq!(error.response().unwrap().headers()["x-ratelimit-remaining-requests"], "0");
    assert!(error.is_retryable());
}

#[test]
fn a_redirect_within_the_origin_is_followed_and_no_other() {
    for (status, location, followed) in [
        (307, "/v2/chat/completions", Some("http://localhost:8000/v2/chat/completions")),
        (308, "http://localhost:8000/x", Some("http://localhost:8000/x")),
        (307, "http://LOCALHOST:8000/x", Some("http://LOCALHOST:8000/x")),
        (301, "/v2/chat/completions", None),
        (303, "/v2/chat/completions", None),
        (307, "http://localhost:8001/x", None),
        (307, "https://localhost:8000/x", None),
        (307, "http://evil.example/x", None),
        (307, "//evil.example/x", None),
        (307, "http://user@localhost:8000/x", None),
        (307, "http://localhost/x", None),
        (307, "http://localhost:99999/x", None),
        (307, "v2/chat/completions", None),
    ] {
        let script = Script::new([Reply::status(status).header("location", location), Reply::body(answer())]);
        let (_, failure) = stream(&script, &script.client());
        let played = script.played();
        let second = played.requests.get(1).map(|request| request.uri().to_string());
        assert_eq!(second.as_deref(), followed, "{status} {location}");
        assert_eq!(failure.is_none(), followed.is_some(), "{status} {location}");
    }
}

#[test]
fn an_origin_without_a_port_has_that_of_its_scheme() {
    for (location, followed) in [
        ("http://gateway.example:80/x", true),
        ("http://gateway.example:/x", true),
        ("http://gateway.example:99999/x", false),
        ("http://gateway.example:+80/x", false),
        ("http://gateway.example:443/x", false),
        ("https://gateway.example:80/x", false),
    ] {
        let script = Script::new([Reply::status(307).header("location", location), Reply::body(answer())]);
        let client = script.builder().base_url("http://gateway.example").build().unwrap();
        let (_, failure) = stream(&script, &client);
        assert_eq!(
            (script.played().requests.len() == 2, failure.is_none()),
            (followed, followed),
            "{location}"
        );
    }
}

#[test]
fn redirects_are_not_followed_for_ever() {
    let script = Script::new((0..4).map(|_| Reply::status(307).header("location", "/v1/chat/completions")));
    let (_, failure) = stream(&script, &script.client());
    let failure = failure.unwrap();
    assert_eq!((failure.status().unwrap().as_u16(), failure.attempts()), (307, 4));
}
