//! The demonstration seen by a plain socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use super::Options;
use crate::Gateway;

/// Status, head and unframed body; and whether the body was whole.
struct Reply {
    status: u16,
    head: String,
    body: String,
    whole: bool,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The data of all events but `[DONE]`, and whether that came last.
    fn events(&self) -> (Vec<Value>, bool) {
        let events = self.body.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
        let mut data: Vec<&str> = events.collect();
        let done = data.pop_if(|data| *data == "[DONE]").is_some();
        (data.iter().map(|data| serde_json::from_str(data).unwrap()).collect(), done)
    }
}

fn start(require_key: Option<&str>) -> Gateway {
    let delay = Duration::ZERO;
    super::start(Options { delay, require_key: require_key.map(str::to_owned), ..Options::default() })
        .unwrap()
}

fn send(gateway: &Gateway, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let mut stream = TcpStream::connect(gateway.addr()).unwrap();
    stream.set_read_timeout(Some(crate::gateway::PATIENCE)).unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: demo.test\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, mut rest) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let (mut body, mut whole) = (rest.to_owned(), true);
    if head.contains("transfer-encoding: chunked") {
        body.clear();
        whole = false;
        while let Some((size, after)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size, 16).unwrap();
            body.push_str(&after[..size]);
            rest = after[size..].strip_prefix("\r\n").unwrap();
            whole = size == 0;
        }
    } else {
        let said = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        whole &= said.is_none_or(|length| length == rest.len().to_string());
    }
    Reply { status, head: head.to_owned(), body, whole }
}

fn chat(gateway: &Gateway, prompt: &str, extra: Value) -> Reply {
    let mut body =
        json!({"model": "gpt-4", "stream": true, "messages": [{"role": "user", "content": prompt}]});
    for (name, value) in extra.as_object().unwrap() {
        body[name] = value.clone();
    }
    send(gateway, "POST", "/v1/chat/completions", "", &body.to_string())
}

/// All that `member` of the deltas of a choice says, joined.
fn joined(events: &[Value], choice: u32, member: &str) -> String {
    let choices = events.iter().flat_map(|event| event["choices"].as_array().into_iter().flatten());
    choices.filter(|c| c["index"] == choice).filter_map(|c| c["delta"][member].as_str()).collect()
}

const HELLO: &str = "Grüße \u{1f980}! You said: \"hello\".\nThis is all that a demonstration can say.";

#[test]
fn a_prompt_is_repeated_piece_by_piece() {
    let gateway = start(None);
    let reply = chat(&gateway, "hello", json!({"model": "gpt-9"}));
    assert_eq!((reply.status, reply.whole), (200, true));
    assert!(reply.head.contains("content-type: text/event-stream; charset=utf-8"));
    assert!(reply.head.contains("x-request-id: req-00000000"));
    assert!(reply.body.is_ascii() && reply.body.contains("Gr\\u00fc\\u00dfe "), "{}", reply.body);
    assert!(reply.body.contains("\\ud83e\\udd80"));
    let (events, done) = reply.events();
    assert!(done);
    assert_eq!(joined(&events, 0, "content"), HELLO);
    let pieces =
        events.iter().filter(|e| e["choices"][0]["delta"]["content"].as_str().is_some_and(|t| !t.is_empty()));
    assert!(pieces.count() >= 8);
    assert_eq!(events[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(events.last().unwrap()["choices"][0]["finish_reason"], "stop");
    assert!(events.iter().all(|event| event["model"] == "gpt-9" && event["usage"].is_null()));
}

#[test]
fn json_is_made_to_fit_its_schema() {
    let gateway = start(None);
    let schema =
        json!({"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}});
    let format = json!({"type": "json_schema", "json_schema": {"name": "person", "schema": schema}});
    let (events, done) = chat(&gateway, "hello", json!({"response_format": format})).events();
    assert!(done);
    let value: Value = serde_json::from_str(&joined(&events, 0, "content")).unwrap();
    assert!(value["name"].is_string() && value["age"].is_u64(), "{value}");
}

#[test]
fn whole_answers_say_the_same() {
    let gateway = start(None);
    let reply = chat(&gateway, "hello", json!({"stream": false, "n": 2})).json();
    for index in 0..2 {
        let choice = &reply["choices"][index];
        assert_eq!(choice["index"], index);
        assert_eq!(choice["message"]["content"], HELLO);
        assert_eq!(choice["finish_reason"], "stop");
    }
    assert_eq!(reply["object"], "chat.completion");
    assert_eq!(reply["usage"]["prompt_tokens"], 1);
    let reply = chat(&gateway, "hello", json!({"stream": false, "model": "claude-3"})).json();
    assert_eq!(reply["choices"][0]["finish_reason"], "end_turn");
}

#[test]
fn claude_streams_as_it_does_there() {
    let (events, done) = chat(&start(None), "hello", json!({"model": "claude-3"})).events();
    assert!(done);
    assert_eq!(joined(&events, 0, "content"), HELLO);
    assert!(events.iter().all(|event| event["choices"][0]["finish_reason"].is_null()));
    assert_ne!(events[0]["id"], events[1]["id"]);
}

#[test]
fn choices_are_interleaved_and_usage_comes_last_when_asked_for() {
    let extra = json!({"n": 3, "stream_options": {"include_usage": true}});
    let (mut events, done) = chat(&start(None), "hello", extra).events();
    assert!(done);
    let usage = events.pop().unwrap();
    assert_eq!(usage["choices"], json!([]));
    // Twelve pieces for each choice, and one word in the prompt.
    assert_eq!(usage["usage"], json!({"prompt_tokens": 1, "completion_tokens": 36, "total_tokens": 37}));
    let indices: Vec<_> = events.iter().map(|event| event["choices"][0]["index"].as_u64().unwrap()).collect();
    assert!(indices.chunks(3).all(|indices| indices == [0, 1, 2]), "{indices:?}");
    assert!((0..3).all(|choice| joined(&events, choice, "content") == HELLO));
}

#[test]
fn a_tool_is_called_with_arguments_that_fit_and_its_result_is_used() {
    let gateway = start(None);
    let parameters = json!({"type": "object", "properties": {
        "city": {"type": "string"},
        "unit": {"enum": ["celsius", "kelvin"]},
        "days": {"type": ["integer", "null"]},
    }});
    let tools = json!([
        {"type": "function", "function": {"name": "other"}},
        {"type": "function", "function": {"name": "weather", "parameters": parameters}},
    ]);
    let choice = json!({"type": "function", "function": {"name": "weather"}});
    let extra = json!({"tools": tools, "tool_choice": choice});
    let (events, done) = chat(&gateway, "Use the tool.", extra.clone()).events();
    assert!(done);
    let calls: Vec<_> =
        events.iter().filter_map(|event| event["choices"][0]["delta"]["tool_calls"].get(0)).collect();
    assert_eq!(calls[0]["function"]["name"], "weather");
    assert!(calls[0]["id"].is_string() && calls[1]["id"].is_null() && calls.len() > 3);
    let arguments: String = calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    let arguments: Value = serde_json::from_str(&arguments).unwrap();
    assert_eq!(arguments, json!({"city": "Zürich", "unit": "celsius", "days": 1}));
    assert_eq!(events.last().unwrap()["choices"][0]["finish_reason"], "tool_calls");

    let mut whole = extra;
    whole["stream"] = json!(false);
    let message = chat(&gateway, "tool", whole.clone()).json()["choices"][0]["message"].clone();
    assert_eq!(message["tool_calls"][0]["function"]["name"], "weather");
    assert!(message["content"].is_null());

    whole["messages"] = json!([
        {"role": "user", "content": [{"type": "text", "text": "Use the tool."}]},
        message,
        {"role": "tool", "tool_call_id": "call_00000000", "content": "21 degrees"},
    ]);
    let answer = chat(&gateway, "", whole).json();
    assert_eq!(answer["choices"][0]["finish_reason"], "stop");
    assert!(answer["choices"][0]["message"]["content"].as_str().unwrap().contains("\"21 degrees\""));

    let (events, _) = chat(&gateway, "a tool!", json!({})).events();
    assert_eq!(events[1]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"], "lookup");
}

#[test]
fn thinking_comes_before_the_answer() {
    let gateway = start(None);
    let (events, done) = chat(&gateway, "Think, please", json!({})).events();
    assert!(done);
    assert_eq!(joined(&events, 0, "reasoning_content"), "The prompt wants me to think, so I do.");
    assert!(joined(&events, 0, "content").contains("\"Think, please\""));
    let reply = chat(&gateway, "think", json!({"stream": false})).json();
    assert!(reply["choices"][0]["message"]["reasoning_content"].is_string());
}

#[test]
fn an_error_comes_after_some_text() {
    let gateway = start(None);
    let reply = chat(&gateway, "an error", json!({}));
    assert_eq!((reply.status, reply.whole), (200, true));
    let (mut events, done) = reply.events();
    assert!(!done);
    let error = events.pop().unwrap();
    assert_eq!(error["error"]["type"], "stream_error");
    assert!(joined(&events, 0, "content").starts_with("Grüße \u{1f980}! You said: "));
    let reply = chat(&gateway, "an error", json!({"stream": false}));
    assert_eq!(reply.status, 500);
    assert!(reply.json()["detail"].is_string());
}

#[test]
fn a_cut_comes_after_some_text_and_within_the_body() {
    let gateway = start(None);
    let reply = chat(&gateway, "cut it", json!({}));
    assert_eq!((reply.status, reply.whole), (200, false));
    let (events, done) = reply.events();
    assert!(!done);
    assert!(joined(&events, 0, "content").starts_with("Grüße \u{1f980}! You said: "));
    let reply = chat(&gateway, "cut it", json!({"stream": false}));
    assert_eq!((reply.status, reply.whole), (200, false));
    // Words, not parts of words.
    assert!(chat(&gateway, "execute the cutest errors of toolmakers", json!({})).events().1);
}

#[test]
fn the_other_endpoints() {
    let gateway = start(None);
    assert_eq!(send(&gateway, "GET", "/health", "", "").json()["status"], "healthy");
    let models = send(&gateway, "GET", "/v1/models", "", "").json();
    assert_eq!(models["data"][0]["id"], "gpt-4");
    assert_eq!(send(&gateway, "GET", "/v1/models/gpt-4", "", "").json()["id"], "gpt-4");
    assert_eq!(
        send(&gateway, "GET", "/v1/models/none", "", "").json()["error"]["code"],
        "resource_not_found"
    );
    for (path, named) in [("meta%2FLlama%203%c3%bc", "meta/Llama 3ü"), ("50%", "50%"), ("%zz%4", "%zz%4")] {
        let reply = send(&gateway, "GET", &format!("/v1/models/{path}"), "", "").json();
        assert_eq!(reply["error"]["message"], format!("there is no model {named:?} here"));
    }
    let redirect = send(&gateway, "GET", "/v1/models/", "", "");
    assert_eq!(redirect.status, 307);
    assert!(redirect.head.contains("location: http://demo.test/v1/models\r\n"), "{}", redirect.head);
    assert_eq!(send(&gateway, "GET", "/v1/models/gpt-4/", "", "").status, 307);
    assert_eq!(send(&gateway, "GET", "/v2/x", "", "").json()["error"]["code"], "endpoint_not_found");
    assert_eq!(send(&gateway, "HEAD", "/health", "", "").status, 405);
}

#[test]
fn embeddings_in_both_encodings() {
    let gateway = start(None);
    let embed = |body: Value| send(&gateway, "POST", "/v1/embeddings", "", &body.to_string()).json();
    let floats = embed(json!({"model": "text-embedding-3-small", "input": ["a b", "b a", "c", ""]}));
    let vector = |index: usize| floats["data"][index]["embedding"].as_array().unwrap().clone();
    assert_eq!(floats["data"].as_array().unwrap().len(), 4);
    assert_eq!(vector(0), vector(1));
    assert_ne!(vector(0), vector(2));
    let length: f64 = vector(0).iter().map(|x| x.as_f64().unwrap().powi(2)).sum();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
    let base64 = embed(json!({"model": "m", "input": "a b", "encoding_format": "base64"}));
    // 8 floats are 32 bytes are 44 characters.
    assert_eq!(base64["data"][0]["embedding"].as_str().unwrap().len(), 44);
    assert_eq!(base64["model"], "m");
    assert_eq!(embed(json!({"model": "m", "input": [1]}))["error"]["code"], "invalid_parameter_type");
}

#[test]
fn bad_requests_are_refused_in_the_right_shape() {
    let gateway = start(None);
    let post = |body: &str| send(&gateway, "POST", "/v1/chat/completions", "", body);
    let reply = post("{");
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &json!("invalid_json")));
    let reply = post("{\"model\": \"gpt-4\"}");
    assert_eq!(reply.status, 422);
    let detail = json!([{"type": "missing", "loc": ["body", "messages"], "msg": "Field required",
        "input": {"model": "gpt-4"}}]);
    assert_eq!(reply.json()["detail"], detail);
    assert_eq!(post("[]").json()["detail"].as_array().unwrap().len(), 2);
    let cases = [
        (json!({"messages": []}), "invalid_messages_format"),
        (json!({"messages": "hi"}), "invalid_messages_format"),
        (json!({"model": 4}), "invalid_parameter_type"),
        (json!({"n": 0}), "invalid_parameter_value"),
        (json!({"n": 17}), "invalid_parameter_value"),
    ];
    for (extra, code) in cases {
        let reply = chat(&gateway, "hello", extra.clone());
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &json!(code)), "{extra}");
    }
}

#[test]
fn a_key_is_wanted_when_configured() {
    let gateway = start(Some("secret"));
    let cases = [
        ("", "missing_authorization"),
        ("authorization: secret\r\n", "malformed_authorization"),
        ("authorization: Bearer other\r\n", "invalid_api_key"),
    ];
    for (headers, code) in cases {
        let reply = send(&gateway, "GET", "/v1/models", headers, "");
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (401, &json!(code)));
    }
    assert_eq!(send(&gateway, "GET", "/v1/models", "authorization: Bearer secret\r\n", "").status, 200);
    assert_eq!(send(&gateway, "GET", "/health", "", "").status, 200);
    let options = Options { require_key: Some("secret".to_owned()), ..Options::default() };
    assert!(!format!("{options:?}").contains("secret"));
}
