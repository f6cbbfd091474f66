use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::{ErrorKind, ToolCall};

fn sent(request: &ChatRequest) -> Value {
    serde_json::from_slice(&request.encode(true).unwrap()).unwrap()
}

/// What the request sends besides model, messages and `stream`.
fn member(request: ChatRequest) -> Value {
    let mut sent = sent(&request.user("Hi"));
    let members = sent.as_object_mut().unwrap();
    for name in ["model", "messages", "stream"] {
        members.remove(name).unwrap();
    }
    sent
}

fn new() -> ChatRequest {
    ChatRequest::new("gpt-4")
}

#[test]
fn messages_are_sent_in_their_order() {
    let mut call = ToolCall::default();
    call.id = "call_1".to_owned();
    call.name = "add".to_owned();
    call.arguments = "{\"a\":1}".to_owned();
    call.extra = BTreeMap::from([("extra_content".to_owned(), "{\"sig\":\"x\"}".to_owned())]);
    let request = new()
        .system("Be brief.")
        .user("1 + 1?")
        .push(Message::assistant("").tool_calls([&call]))
        .tool_result("call_1", "2")
        .assistant("2")
        .message("critic", "Really?")
        .push(Message::user("Yes").name("Ada").extra("{\"weight\": 1}"))
        .user_parts([
            ContentPart::text("What is this?"),
            ContentPart::image_url("https://example.com/a.png"),
            ContentPart::InputAudio { data: "UklGRg==".to_owned(), format: "wav".to_owned() },
            ContentPart::Raw("{\"type\": \"video\"}".to_owned()),
        ])
        .push(Message::user("").raw_content("[null]"));
    let expected = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "1 + 1?"},
        {"role": "assistant", "content": "", "tool_calls": [{
            "id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{\"a\":1}"},
            "extra_content": {"sig": "x"},
        }]},
        {"role": "tool", "content": "2", "tool_call_id": "call_1"},
        {"role": "assistant", "content": "2"},
        {"role": "critic", "content": "Really?"},
        {"role": "user", "content": "Yes", "name": "Ada", "weight": 1},
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
            {"type": "video"},
        ]},
        {"role": "user", "content": [null]},
    ]);
    assert_eq!(sent(&request)["messages"], expected);
}

#[test]
fn every_member_is_sent() {
    let schema = "{\"type\": \"object\"}";
    for (request, expected) in [
        (new(), json!({})),
        (new().temperature(0.2), json!({"temperature": 0.2})),
        (new().top_p(0.5), json!({"top_p": 0.5})),
        (new().max_tokens(7), json!({"max_tokens": 7})),
        (new().max_completion_tokens(7), json!({"max_completion_tokens": 7})),
        (new().n(2), json!({"n": 2})),
        (new().include_usage(true), json!({"stream_options": {"include_usage": true}})),
        (new().stop("\n"), json!({"stop": "\n"})),
        (new().stop("a").stop("b"), json!({"stop": ["a", "b"]})),
        (new().presence_penalty(-1.5), json!({"presence_penalty": -1.5})),
        (new().frequency_penalty(1.0), json!({"frequency_penalty": 1.0})),
        (new().logit_bias(50256, -100.0), json!({"logit_bias": {"50256": -100.0}})),
        (new().logprobs(true).top_logprobs(3), json!({"logprobs": true, "top_logprobs": 3})),
        (new().seed(i64::MIN), json!({"seed": i64::MIN})),
        (new().end_user("ada"), json!({"user": "ada"})),
        (
            new().tool(Tool::function("add").description("Adds").parameters(schema).strict(true)),
            json!({"tools": [{"type": "function", "function": {
                "name": "add", "description": "Adds", "parameters": {"type": "object"}, "strict": true,
            }}]}),
        ),
        (new().tool(Tool::raw("{\"type\": \"x\"}")), json!({"tools": [{"type": "x"}]})),
        (new().tool_choice(ToolChoice::Required), json!({"tool_choice": "required"})),
        (
            new().tool_choice(ToolChoice::Function("add".to_owned())),
            json!({"tool_choice": {"type": "function", "function": {"name": "add"}}}),
        ),
        (new().parallel_tool_calls(false), json!({"parallel_tool_calls": false})),
        (
            new().response_format(ResponseFormat::JsonObject),
            json!({"response_format": {"type": "json_object"}}),
        ),
        (
            new().response_format(ResponseFormat::json_schema("s", schema)),
            json!({"response_format": {"type": "json_schema", "json_schema": {
                "name": "s", "schema": {"type": "object"}, "strict": true,
            }}}),
        ),
        (new().reasoning_effort("low"), json!({"reasoning_effort": "low"})),
        (new().metadata("a", "1").metadata("b", "2"), json!({"metadata": {"a": "1", "b": "2"}})),
        (new().store(true), json!({"store": true})),
        (new().service_tier("flex"), json!({"service_tier": "flex"})),
        (
            new().modality("text").modality("audio").audio("alloy", "wav"),
            json!({"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}),
        ),
        (new().prediction("fn main"), json!({"prediction": {"type": "content", "content": "fn main"}})),
        (new().web_search_options("{\"a\": {}}"), json!({"web_search_options": {"a": {}}})),
        (
            new().temperature(0.2).extra("{\"temperature\": 1, \"top_k\": 4}"),
            json!({"temperature": 1, "top_k": 4}),
        ),
    ] {
        assert_eq!(member(request), expected);
    }
}

#[test]
fn an_answer_is_sent_back_as_it_came() {
    let body = br#"{"choices": [{"index": 0, "message": {"role": "assistant", "content": "Let me see", "tool_calls": [{"id": "c1",
        "type": "function", "function": {"name": "f", "arguments": "{}"}, "extra_content": {"google": {"thought_signature": "s="}}}]},
        "finish_reason": "tool_calls"}]}"#;
    let mut decoder = crate::ChunkDecoder::new().with_extra();
    let mut assembly = crate::Assembly::new();
    let mut input = &body[..];
    while let Some(chunk) = decoder.next_chunk(&mut input) {
        assembly.push(&chunk.unwrap()).unwrap();
    }
    let completion = assembly.finish();
    let request = new().user("?").push(&completion);
    assert_eq!(
        sent(&request)["messages"][1],
        json!({"role": "assistant", "content": "Let me see", "tool_calls": [{
            "id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"},
            "extra_content": {"google": {"thought_signature": "s="}},
        }]})
    );
}

#[test]
fn json_that_is_none_is_named() {
    for (request, name) in [
        (new().user("Hi").extra("{"), "additional members"),
        (new().user("Hi").web_search_options("[]"), "web_search_options"),
        (new().user("Hi").tool(Tool::raw("[]")), "a tool"),
        (new().user("Hi").tool(Tool::function("f").parameters("}")), "the parameters of a tool"),
        (new().push(Message::user("").raw_content("x")), "the content of a message"),
        (new().push(Message::user("").extra("1")), "the additional members of a message"),
    ] {
        let error = request.encode(true).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(
            error.to_string().starts_with(&format!("{name} cannot be sent: "))
                || error.to_string().starts_with(&format!("the {name} cannot be sent: "))
                || error.to_string().starts_with(&format!("`{name}` cannot be sent: ")),
            "{error}"
        );
    }
}
