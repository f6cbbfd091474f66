//! What is sent.

use choreoai::{ChatRequest, ErrorKind, FragmentKind};

use crate::support::*;

#[test]
fn a_stream_and_a_whole_answer_ask_for_what_they_are() {
    let script = Script::new([Reply::body(answer()), Reply::body(answer())]);
    let client = script.client();
    stream(&script, &client);
    script.run(client.chat().create(&request().include_usage(true))).unwrap();
    let played = script.played();
    for (sent, accept, body) in [
        (
            &played.requests[0],
            "text/event-stream",
            r#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}],"stream":true}"#,
        ),
        (
            &played.requests[1],
            "application/json",
            r#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}"#,
        ),
    ] {
        assert_eq!(sent.method(), "POST");
        assert_eq!(sent.uri(), "http://localhost:8000/v1/chat/completions");
        assert_eq!(sent.headers()["accept"], accept);
        assert_eq!(sent.headers()["accept-encoding"], "identity");
        assert_eq!(sent.headers()["content-type"], "application/json");
        assert_eq!(sent.headers()["user-agent"], concat!("choreoai-rust/", env!("CARGO_PKG_VERSION")));
        let json: serde_json::Value = serde_json::from_slice(sent.body()).unwrap();
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(body).unwrap());
    }
}

#[test]
fn an_empty_key_sends_no_authorization() {
    for keyless in [true, false] {
        let script = Script::new([Reply::body(answer())]);
        let builder = if keyless { script.builder().without_key() } else { script.builder().api_key("") };
        stream(&script, &builder.build().unwrap());
        assert!(!script.played().requests[0].headers().contains_key("authorization"));
    }
}

#[test]
fn default_headers_are_sent() {
    let script = Script::new([Reply::body(answer())]);
    let client = script
        .builder()
        .default_header("X-Team", "old")
        .default_header("x-team", "compiler")
        .default_header("User-Agent", "mine/1")
        .build()
        .unwrap();
    stream(&script, &client);
    let played = script.played();
    assert_eq!(played.requests[0].headers()["x-team"], "compiler");
    assert_eq!(played.requests[0].headers()["user-agent"], "mine/1");
}

#[test]
fn a_request_that_cannot_be_right_is_not_sent() {
    for (request, words) in [
        (ChatRequest::new("gpt-4"), "messages"),
        (ChatRequest::new("").user("Hi"), "model"),
        (request().temperature(9.0), "temperature"),
        (request().temperature(f64::NAN), "temperature"),
        (request().extra("[1]"), "additional members"),
        (request().extra("{\"a\": }"), "additional members"),
        (request().tool(choreoai::Tool::raw("{")), "tool"),
    ] {
        let script = Script::new([]);
        let client = script.client();
        let error = script.run(client.chat().create(&request)).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(script.played().requests.is_empty());
    }
}

#[test]
fn what_was_asked_for_is_handed_on() {
    let body = r#"data: {"choices": [{"delta": {"content": "a", "tool_calls": [{"index": 0, "id": "c", "extra_content": {"sig": 1}}]}, "index": 0, "logprobs": {"content": []}}]}

data: [DONE]

"#;
    let extra = r#"{"sig": 1}"#;
    let logprobs = r#"{"content": []}"#;
    for (request, expected) in [
        (request(), (false, false)),
        (request().logprobs(true), (true, false)),
        (request().logprobs(false), (false, false)),
        (request().extra(r#"{"logprobs": true}"#), (true, false)),
        (request().tool(choreoai::Tool::function("f")), (false, true)),
        (request().keep_extra(true), (false, true)),
    ] {
        let script = Script::new([Reply::body(body), Reply::body(body)]);
        let client = script.client();
        let chunk = script.run(async {
            let mut stream = client.chat().stream(&request).await.unwrap();
            next(&mut stream).await.unwrap().unwrap()
        });
        let has_logprobs =
            chunk.fragments().any(|fragment| fragment.kind == FragmentKind::Logprobs(logprobs));
        let has_extra = chunk.fragments().any(
            |fragment| matches!(fragment.kind, FragmentKind::Extra(member) if member.name == "extra_content" && member.value == extra),
        );
        assert_eq!((has_logprobs, has_extra), expected, "{request:?}");

        let completion = script.run(client.chat().create(&request)).unwrap();
        let kept = completion.tool_calls()[0].extra.get("extra_content").map(String::as_str);
        assert_eq!(kept, expected.1.then_some(extra));
        assert_eq!(completion.choices()[0].logprobs.len(), usize::from(expected.0));
    }
}
