//! `GET /v1/models`, and what any answer that is read as a whole has in common.

use choreoai::{Error, ErrorKind, ModelList, TransportErrorKind};

use crate::support::*;

/// As the gateway writes it.
const LIST: &str = r#"{"object": "list", "data": [{"id": "gpt-4", "object": "model", "created": 1750000000, "owned_by": "openai"}, {"id": "claude-3", "object": "model", "created": null, "owned_by": null}]}"#;

fn list(script: &Script) -> Result<ModelList, Error> {
    let client = script.client();
    script.run(client.models().list())
}

fn fails(reply: Reply) -> Error {
    let script = Script::new([reply]);
    let client = script.builder().max_retries(0).build().unwrap();
    script.run(client.models().list()).unwrap_err()
}

#[test]
fn the_list() {
    let script = Script::new([Reply::body(LIST).header("x-request-id", "req-1")]);
    let list = list(&script).unwrap();
    let said: Vec<_> =
        list.models().iter().map(|model| (model.id(), model.created(), model.owned_by())).collect();
    assert_eq!(said, [("gpt-4", Some(1_750_000_000), Some("openai")), ("claude-3", None, None)]);
    assert!(list.extra().is_empty() && list.models().iter().all(|model| model.extra().is_empty()));
    assert_eq!((list.request_id(), list.response().unwrap().attempts()), (Some("req-1"), 1));
    assert_eq!(
        list.into_iter().map(|model| model.id().to_owned()).collect::<Vec<_>>(),
        ["gpt-4", "claude-3"]
    );

    let played = script.played();
    let request = &played.requests[0];
    assert_eq!(
        (request.method().as_str(), request.uri()),
        ("GET", &"http://localhost:8000/v1/models".parse().unwrap())
    );
    assert!(request.body().is_empty() && !request.headers().contains_key("content-type"));
    assert_eq!(request.headers()["accept"], "application/json");
    assert_eq!(request.headers()["authorization"], format!("Bearer {KEY}"));
}

#[test]
fn however_it_arrives() {
    for cut in 0..=LIST.len() {
        let (a, b) = LIST.split_at(cut);
        let script = Script::new([Reply::body(a).data(b)]);
        assert_eq!(list(&script).unwrap().models().len(), 2, "cut at {cut}");
    }
    let bytewise = LIST.bytes().fold(Reply::status(200), |reply, byte| reply.data(vec![byte]));
    assert_eq!(list(&Script::new([bytewise])).unwrap().models().len(), 2);
    // Some servers send blank lines while they work.
    let blank = Reply::body("\n\n \r\n").data("\t").data(format!("\n {LIST}\n\n"));
    assert_eq!(list(&Script::new([blank])).unwrap().models().len(), 2);
}

#[test]
fn unknown_members_are_kept() {
    let body = r#"{"data": [{"id": "m", "created": 1750.25, "context": {"length": [8192]}, "owned_by": 7, "id": "n"}], "has_more": false, "object": "list"}"#;
    let list = list(&Script::new([Reply::body(body)])).unwrap();
    assert_eq!(list.extra().iter().collect::<Vec<_>>(), [("has_more", "false")]);
    let [model] = list.models() else { panic!("{list:?}") };
    assert_eq!((model.id(), model.created(), model.owned_by()), ("n", None, None));
    let extra = [("context", r#"{"length": [8192]}"#), ("created", "1750.25"), ("owned_by", "7")];
    assert_eq!(model.extra().iter().collect::<Vec<_>>(), extra);
    assert!(self::list(&Script::new([Reply::body(r#"{"data": []}"#)])).unwrap().models().is_empty());
}

#[test]
fn a_list_may_stand_alone() {
    let models = |body: &'static str| list(&Script::new([Reply::body(body)]));
    let alone = models(r#" [{"id": "a", "object": "model"}, {"id": "b", "x": 1}]"#).unwrap();
    assert_eq!(alone.models().iter().map(choreoai::Model::id).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(alone.models()[1].extra().get("x"), Some("1"));
    assert!(alone.extra().is_empty() && models("[]").unwrap().models().is_empty());

    let error = models(r#"[{"id": "a"}, {"name": "b"}]"#).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
    assert_eq!(error.message(), "the answer cannot be used: `data[1]` is not an object with an `id`");
    let error = models(r#"[{"error": {"message": "No.", "code": "model_not_found"}}]"#).unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Server, Some("model_not_found")));
    assert_eq!(models(r#"[{"id": "a"}"#).unwrap_err().kind(), ErrorKind::Truncated);
    assert_eq!(models(r#"[{"id": "a"}] x"#).unwrap_err().kind(), ErrorKind::Protocol);

    // One model is no list.
    let script = Script::new([Reply::body(r#"[{"id": "a"}]"#)]);
    let client = script.client();
    let error = script.run(client.models().retrieve("a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn one_model() {
    for (id, path) in [
        ("gpt-4", "/v1/models/gpt-4"),
        ("meta-llama/Llama-3", "/v1/models/meta-llama%2FLlama-3"),
        ("a?b#c d\r\nX: 1", "/v1/models/a%3Fb%23c%20d%0D%0AX%3A%201"),
        ("../../admin", "/v1/models/..%2F..%2Fadmin"),
    ] {
        let script = Script::new([
            Reply::body(r#"{"id": "gpt-4", "created": 1, "x": [ ]}"#).header("x-request-id", "req-1")
        ]);
        let client = script.client();
        let model = script.run(client.models().retrieve(id)).unwrap();
        assert_eq!((model.id(), model.created(), model.extra().get("x")), ("gpt-4", Some(1), Some("[ ]")));
        assert_eq!(model.request_id(), Some("req-1"));
        assert_eq!(model.response().unwrap().status(), 200);
        assert_eq!(script.played().requests[0].uri().path_and_query().unwrap().as_str(), path);
    }
    for id in ["", ".", ".."] {
        let script = Script::new([]);
        let client = script.client();
        let error = script.run(client.models().retrieve(id)).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{id:?}");
    }
}

#[test]
fn redirects_within_the_origin_are_followed() {
    for status in [301, 302, 303, 307, 308] {
        for location in ["/v1/models", "http://LOCALHOST:8000/v1/models"] {
            let moved = Reply::status(status).header("location", location);
            let list = list(&Script::new([moved, Reply::body(LIST)])).unwrap();
            assert_eq!(list.response().unwrap().attempts(), 2);
        }
        for location in
            ["https://localhost:8000/v1/models", "http://elsewhere.example/", "//elsewhere.example/"]
        {
            let error = list(&Script::new([Reply::status(status).header("location", location)])).unwrap_err();
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Http, 1), "{status} {location}");
        }
    }
    let moved = || Reply::status(302).header("location", "/v1/models");
    assert_eq!(list(&Script::new([moved(), moved(), moved(), moved()])).unwrap_err().attempts(), 4);
}

#[test]
fn failures_before_the_answer_are_retried() {
    let script = Script::new([
        Reply::fail(TransportErrorKind::Connect),
        Reply::status(503).header("retry-after-ms", "10").data("busy"),
        Reply::body(LIST),
    ]);
    assert_eq!(list(&script).unwrap().response().unwrap().attempts(), 3);
}

#[test]
fn an_answer_that_does_not_begin_is_asked_for_again() {
    for silent in
        [Reply::hang(), Reply::status(200).step(Step::Hang), Reply::body("\n\n").step(Step::Flood("\n"))]
    {
        let script = Script::new([silent, Reply::body(LIST)]);
        let client = script.builder().first_event_timeout(seconds(2)).build().unwrap();
        assert_eq!(script.run(client.models().list()).unwrap().response().unwrap().attempts(), 2);
        assert!(script.now() >= seconds(2) && script.now() < seconds(3), "{:?}", script.now());
    }
}

#[test]
fn an_answer_that_has_begun_is_not_asked_for_again() {
    let half = || Reply::body(&LIST[..30]);
    for (reply, kind, retryable) in [
        (half().step(Step::Fail(TransportErrorKind::Truncated)), ErrorKind::Truncated, true),
        (half().step(Step::Fail(TransportErrorKind::Io)), ErrorKind::Truncated, true),
        (half(), ErrorKind::Truncated, true),
        (half().step(Step::Hang), ErrorKind::TimeoutIdle, true),
        (half().step(Step::Flood(" ")), ErrorKind::TimeoutTotal, true),
    ] {
        let script = Script::new([reply]);
        let client = script.builder().idle_timeout(seconds(2)).total_timeout(seconds(9)).build().unwrap();
        let error = script.run(client.models().list()).unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (kind, 1, retryable), "{error}");
        assert!(error.body().starts_with(&LIST.as_bytes()[..30]));
        assert_eq!((error.status().unwrap().as_u16(), script.played().dropped), (200, 1));
    }
}

#[test]
fn what_is_no_list_is_an_error() {
    for (body, kind, message) in [
        ("", ErrorKind::Truncated, "the response ended before the answer began: its body is empty"),
        (" \n", ErrorKind::Truncated, "the response ended before the answer began: its body is empty"),
        (r#"{"data": ["#, ErrorKind::Truncated, "the answer ended before it was complete"),
        (
            "<!doctype html>\n<p>It works!",
            ErrorKind::Protocol,
            "the answer is not what was asked for: it is not a JSON object (line 1, column 1); \
             it begins: <!doctype html> <p>It works!",
        ),
        (
            "It works!",
            ErrorKind::Protocol,
            "the answer is not what was asked for: it is not a JSON object (line 1, column 1); it begins: It works!",
        ),
        (
            r#"{"status": "healthy"}"#,
            ErrorKind::Protocol,
            "the answer is not what was asked for: `data` is missing; it begins: {\"status\": \"healthy\"}",
        ),
        (
            r#"{"data": null}"#,
            ErrorKind::Protocol,
            "the answer is not what was asked for: `data` is missing; it begins: {\"data\": null}",
        ),
        (
            r#"{"data": {"id": "m"}}"#,
            ErrorKind::Protocol,
            "the answer cannot be used: `data` is not an array of at most 65536 models",
        ),
        (
            r#"{"data": [{"id": "m"}, {"id": ""}]}"#,
            ErrorKind::Protocol,
            "the answer cannot be used: `data[1]` is not an object with an `id`",
        ),
        (
            r#"{"data": ["m"]}"#,
            ErrorKind::Protocol,
            "the answer cannot be used: `data[0]` is not an object with an `id`",
        ),
    ] {
        let error = fails(Reply::body(body));
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message), "{body}");
        assert_eq!(&**error.body(), body.trim_start().as_bytes());
        assert_eq!(error.is_retryable(), kind == ErrorKind::Truncated);
    }
    let error = fails(Reply::body(&b"{\"data\": [{\"id\": \"\xff\"}]}"[..]));
    assert!(error.message().contains("it is not UTF-8 at byte 18"), "{error}");
    let error = fails(Reply::body(LIST).header("content-encoding", "gzip"));
    assert_eq!(error.kind(), ErrorKind::Protocol);
}

#[test]
fn an_error_in_a_success_is_the_server_s_word() {
    for (body, message, retryable) in [
        (r#"{"error": {"message": "No.", "type": "x", "code": "invalid_api_key"}}"#, "No.", false),
        (r#"{"error": "busy"}"#, "busy", true),
        (r#"{"detail": "Not here."}"#, "Not here.", true),
        (r#"{"message": "What?", "code": 7}"#, "What?", true),
        (r#"[{"error": {"message": "In a list."}}]"#, "In a list.", true),
        (r#"{"data": [{"id": "m"}], "error": {"message": "Not all."}}"#, "Not all.", true),
    ] {
        let error = fails(Reply::body(body));
        assert_eq!((error.kind(), error.message()), (ErrorKind::Server, message), "{body}");
        assert_eq!((error.is_retryable(), error.status().unwrap().as_u16()), (retryable, 200), "{body}");
    }
    // Nothing is said to have gone wrong.
    for body in [r#"{"data": [], "error": null}"#, r#"{"data": [], "error": {}}"#] {
        assert!(list(&Script::new([Reply::body(body)])).is_ok(), "{body}");
    }
}

#[test]
fn a_long_answer_is_refused_at_its_bound() {
    let flood = "x".repeat(1 << 16).leak();
    let script = Script::new([Reply::body("\"").step(Step::Flood(flood))]);
    let error = list(&script).unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "the answer has more than 8388608 bytes"));
    assert_eq!((error.body().len(), error.is_body_shortened()), (1024, true));
    // Deep, and full of members: neither the stack nor the memory gives way.
    let deep = format!("{{\"data\": {}1{}}}", "[".repeat(1 << 20), "]".repeat(1 << 20));
    assert_eq!(fails(Reply::body(deep)).kind(), ErrorKind::Protocol);
    let wide = (0..10_000).map(|number| format!(", \"{number}\": 0")).collect::<String>();
    assert_eq!(fails(Reply::body(format!("{{\"data\": []{wide}}}"))).kind(), ErrorKind::Protocol);
    let many = format!("{{\"data\": [{}{{}}]}}", "{\"id\": \"m\"},".repeat(64 << 10));
    assert_eq!(fails(Reply::body(many)).kind(), ErrorKind::Protocol);
}

#[test]
fn the_key_is_in_no_error() {
    let long = format!("{}{KEY}{}", "x".repeat(1010), "y".repeat(2000));
    for body in [
        format!("you sent {KEY}!"),
        format!(r#"{{"error": {{"message": "bad key {KEY}", "code": "{KEY}"}}}}"#),
        format!(r#"{{"data": ["{KEY}"]}}"#),
        long,
    ] {
        let error = fails(Reply::body(body));
        let shown =
            format!("{error} {error:?} {} {}", error.message(), String::from_utf8_lossy(error.body()));
        assert!(!shown.contains(KEY) && !shown.contains(&KEY[..8]), "{shown}");
    }
}

#[test]
fn a_dropped_call_is_cancelled() {
    let script = Script::new([Reply::body(&LIST[..30]).step(Step::Hang)]);
    let client = script.client();
    script.run(async {
        let models = client.models();
        let mut call = Box::pin(models.list());
        std::future::poll_fn(|cx| {
            assert!(call.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    });
    assert_eq!(script.played().dropped, 1);
}
