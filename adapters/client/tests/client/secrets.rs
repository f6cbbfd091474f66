//! The key stays inside.

use choreoai::{ClientBuilder, Error, ErrorKind};

use crate::support::*;

/// Everything that an error shows.
fn shown(error: &Error) -> String {
    use std::error::Error as _;
    let mut text = format!("{error} {error:?} {error:#?} {}", error.message());
    for part in [error.code(), error.error_type(), error.param(), error.request_id()].into_iter().flatten() {
        text.push_str(part);
    }
    text.push_str(&String::from_utf8_lossy(error.body()));
    text.push_str(&format!("{:?}", error.response()));
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("{cause} {cause:?}"));
        source = cause.source();
    }
    text
}

/// As UTF-16 looks to whoever was not told that it is.
fn wide(text: &str) -> String {
    text.chars().flat_map(|character| [character, '\0']).collect()
}

#[test]
fn an_echoed_key_is_redacted_wherever_it_stands() {
    let json = format!(
        r#"{{"error": {{"message": "bad key {KEY}", "type": "t-{KEY}", "code": "{KEY}", "param": "{KEY}"}}}}"#
    );
    let escaped = format!(r#"{{"detail": "bad key \u0073{}"}}"#, &KEY[1..]);
    let escaped_object = format!(r#"{{"error": {{"message": ["bad key \u0073{}"], "code": 5}}}}"#, &KEY[1..]);
    let html = format!("<html>Authorization: Bearer {KEY}</html>");
    let bodies = [
        json.clone(),
        format!("data: {escaped} or so"),
        escaped,
        escaped_object,
        html.clone(),
        format!("Bearer {KEY}"),
        format!("Bearer {}", &KEY[..KEY.len() - 1]),
        format!("data: {json}\n\n"),
        format!("{}data: {json}\n\n", content("Hello")),
        format!("{}{}", "x".repeat((64 << 10) - 7), KEY),
        format!("{}{KEY}", "x".repeat(1024 - 7)),
        format!("<{}{KEY}", "x".repeat(190)),
        format!("<{}{KEY}", " ".repeat(1024 - 8)),
        format!("<p>{} {KEY} and more</p>", "x".repeat(199 - KEY.len())),
        wide(&json),
        wide(&format!("plain {KEY}")),
        wide(&html),
        format!("\u{feff}{}", wide(&json)),
        format!(r#"{{"error": {{"message": "bad key {}\u200b{}"}}}}"#, &KEY[..4], &KEY[4..]),
        format!(r#"{{"error": {{"message": "{}{KEY}"}}}}"#, "x".repeat((16 << 10) - 7)),
        format!(r#"{{"error": {{"message": "bad key {}"#, &KEY[..KEY.len() - 1]),
        format!(r#"{{"error": {{"message": "bad key", "code": "{}"#, &KEY[..KEY.len() - 1]),
        format!(r#"{{"error": {{"message": "x", "code": "{}{KEY}"}}}}"#, "x".repeat(1024 - 7)),
    ];
    for body in bodies {
        for status in [200, 307, 400, 401, 429, 500] {
            let reply = || {
                Reply::status(status)
                    .header("x-request-id", KEY)
                    .header("x-echo", KEY)
                    .header("location", &format!("/?{KEY}x"))
                    .data(body.clone())
                    .step(Step::Hang)
            };
            let script = Script::new(std::iter::repeat_with(reply).take(4));
            let client = script.builder().max_retries(0).build().unwrap();
            let (_, failure) = stream(&script, &client);
            let failure = failure.expect("no answer");
            let text = shown(&failure);
            let visible = text.replace("\\0", "").replace("\\u{200b}", "");
            let visible = visible.replace(|c: char| !c.is_ascii_graphic(), "");
            let is_shown = visible.contains(&KEY[..6]) || visible.contains(&KEY[1..]);
            assert!(!is_shown, "{status} {body:.80}: {text:.2000}");
        }
    }
}

#[test]
fn the_client_does_not_show_the_key() {
    let script = Script::new([]);
    let builder: ClientBuilder<_, _> = script.builder().default_header("x-team", "s3cret");
    let shown_builder = format!("{builder:?}");
    let client = builder.build().unwrap();
    for text in [shown_builder, format!("{client:?}"), format!("{:?}", client.chat())] {
        assert!(!text.contains(KEY) && !text.contains("s3cret"), "{text}");
    }
}

#[test]
fn the_key_is_sent_as_a_sensitive_header() {
    let script = Script::new([Reply::body(answer())]);
    stream(&script, &script.client());
    let played = script.played();
    let header = &played.requests[0].headers()["authorization"];
    assert_eq!(header, &format!("Bearer {KEY}"));
    assert!(header.is_sensitive());
    assert!(!format!("{:?}", played.requests[0]).contains(KEY));
}

#[test]
fn an_authorization_of_the_caller_s_own_is_kept_likewise() {
    let script = Script::new([Reply::status(401).data("{\"detail\": \"dXNlcjpwYXNz is wrong\"}")]);
    let builder = choreoai::Client::builder_with(script.clone(), script.clock().clone());
    let client = builder.default_header("Authorization", "Basic dXNlcjpwYXNz").build().unwrap();
    let (_, failure) = stream(&script, &client);
    let failure = failure.unwrap();
    assert_eq!(failure.message(), "[redacted] is wrong");
    assert!(!shown(&failure).contains("dXNlcjpwYXNz"));
}

#[test]
fn a_secret_of_another_header_is_kept_likewise() {
    let body = "{\"detail\": \"team s3cr3t-team with sk-other-key-1234, plan gold-plated\"}";
    let reply = || Reply::status(401).header("x-echo", "Token s3cr3t-team").data(body);
    for with_key in [true, false] {
        let script = Script::new([reply()]);
        let builder = script
            .builder()
            .secret_header("x-team", "Token s3cr3t-team")
            .default_header("X-Api-Key", "sk-other-key-1234")
            .default_header("x-plan", "gold-plated");
        let client = if with_key { builder } else { builder.without_key() }.build().unwrap();
        let (_, failure) = stream(&script, &client);
        let failure = failure.unwrap();
        assert_eq!(failure.message(), "team [redacted] with [redacted], plan gold-plated");
        let shown = shown(&failure);
        assert!(!shown.contains("s3cr3t") && !shown.contains("sk-other"), "{shown}");
        assert_eq!(script.played().requests[0].headers()["x-team"], "Token s3cr3t-team");
    }
}

#[test]
fn what_was_not_accepted_is_named_as_it_was_given() {
    type Configure = fn(ClientBuilder<Script, Clock>) -> ClientBuilder<Script, Clock>;
    let cases: [(Configure, &str); 5] = [
        (|builder| builder, "check CHOREOAI_API_KEY"),
        (|builder| builder.secret_header("x-team", "s3cr3t-team"), "check CHOREOAI_API_KEY"),
        (|builder| builder.without_key(), "no API key was sent; set CHOREOAI_API_KEY"),
        (
            |builder| builder.without_key().secret_header("x-team", "s3cr3t-team"),
            "check the credentials in the headers that the client was given",
        ),
        (
            |builder| builder.without_key().default_header("Authorization", "Basic dXNlcjpwYXNz"),
            "check the credentials in the headers that the client was given",
        ),
    ];
    let report = r#"{"error": {"message": "No.", "type": "authentication_error"}}"#;
    for (configured, advice) in cases {
        // As the status of the response, and within an answer.
        for reply in [Reply::status(401).data(report), Reply::body(format!("data: {report}\n\n"))] {
            let script = Script::new([reply]);
            let client = configured(script.builder()).build().unwrap();
            let line = stream(&script, &client).1.unwrap().to_string();
            assert!(line.ends_with(&format!("(authentication_error); {advice}")), "{line}");
        }
        let script = Script::new([Reply::body(report)]);
        let client = configured(script.builder()).build().unwrap();
        let line = script.run(client.models().list()).unwrap_err().to_string();
        assert!(line.ends_with(&format!("(authentication_error); {advice}")), "{line}");
    }
}

#[test]
fn a_refused_key_is_not_repeated() {
    let error = Script::new([]).builder().api_key(format!("{KEY}\n")).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(!shown(&error).contains(KEY));
    assert_eq!(error.attempts(), 0);
}

#[test]
fn a_redirect_to_where_the_key_stands_is_not_followed() {
    for location in [format!("/{KEY}/v1"), format!("/v1?key={KEY}"), format!("/%73{}", &KEY[1..])] {
        let script = Script::new([Reply::status(307).header("location", &location), Reply::body(answer())]);
        let (_, failure) = stream(&script, &script.client());
        let failure = failure.expect("the redirect is the answer");
        assert_eq!((failure.kind(), failure.attempts()), (ErrorKind::Http, 1), "{location}");
        assert!(!shown(&failure).contains(&KEY[1..]), "{failure:?}");
    }
}
