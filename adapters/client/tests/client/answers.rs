//! What an answer holds besides its text, and what is made of it.

use std::error::Error as _;

use choreoai::{
    ChatCompletion, ChatRequest, Count, Error, ErrorClass, ErrorKind, FragmentKind, ResponseFormat, Tool,
    ToolCallExt,
};
use serde_json::{Value, json};

use crate::support::*;

fn create(reply: Reply, request: &ChatRequest) -> Result<ChatCompletion, Error> {
    let script = Script::new([reply]);
    script.run(script.client().chat().create(request))
}

/// A whole answer of one choice, of these members.
fn whole(message: Value, finish_reason: &str) -> String {
    json!({"choices": [{"index": 0, "message": message, "finish_reason": finish_reason}]}).to_string()
}

fn said(content: &str, finish_reason: &str) -> ChatCompletion {
    create(Reply::body(whole(json!({"content": content}), finish_reason)), &request()).unwrap()
}

#[test]
fn unknown_members_are_kept_where_they_stood() {
    let body = r#"{"id": "c", "provider": "x", "choices": [
        {"index": 0, "content_filter_results": {"hate": {"filtered": false}}, "finish_reason": "stop",
         "message": {"content": "Hi", "annotations": [{"type": "url_citation"}], "audio": null}},
        {"index": 1, "message": {"content": "Ho", "mood": 1.50}, "finish_reason": "stop"}]}"#;
    let answer = create(Reply::body(body), &request().keep_extra(true)).unwrap();
    assert_eq!(answer.extra().iter().collect::<Vec<_>>(), [("provider", "\"x\"")]);
    assert_eq!(
        answer.choice_extra(0).get("content_filter_results"),
        Some(r#"{"hate": {"filtered": false}}"#)
    );
    assert!(answer.choice_extra(1).is_empty());
    assert_eq!(answer.message_extra(0).get("annotations"), Some(r#"[{"type": "url_citation"}]"#));
    assert_eq!(answer.message_extra(0).get("audio"), Some("null"));
    assert_eq!(answer.message_extra(1).iter().collect::<Vec<_>>(), [("mood", "1.50")]);
    assert!(answer.message_extra(2).is_empty());

    let plain = create(Reply::body(body), &request()).unwrap();
    assert!(plain.extra().is_empty() && plain.message_extra(0).is_empty());
}

#[test]
fn a_member_that_comes_piece_by_piece_is_kept_in_all_its_pieces() {
    let event = |audio: &str| {
        format!(
            "data: {{\"choices\": [{{\"delta\": {{\"audio\": {audio}}}, \"index\": 0}}], \"o\": \"x\"}}\n\n"
        )
    };
    let body = [
        &event("null"),
        &event("{\"id\": \"a\"}"),
        &event("{\"data\": \"QQ\"}"),
        &event("{\"data\": \"QQ\"}"),
        &event("null"),
        STOP,
        DONE,
    ];
    let request = request().audio("alloy", "wav");
    let answer = create(Reply::body(body.concat()), &request).unwrap();
    let pieces = answer.message_extra(0).values("audio").collect::<Vec<_>>();
    // Two pieces of a recording may well be the same.
    assert_eq!(pieces, ["null", "{\"id\": \"a\"}", "{\"data\": \"QQ\"}", "{\"data\": \"QQ\"}"]);
    assert_eq!(answer.extra().values("o").collect::<Vec<_>>(), ["\"x\""]);
}

#[test]
fn a_part_of_an_answer_is_not_parsed() {
    let cut = Reply::body(r#"{"choices": [{"index": 0, "message": {"content": "12"#);
    let mut error = create(cut, &request()).unwrap_err();
    let partial = error.take_partial().unwrap();
    assert_eq!(partial.text(), "12");
    let error = partial.parse::<u64>().unwrap_err();
    assert_eq!((error.kind(), error.class()), (ErrorKind::Answer, ErrorClass::Truncated));
    // `[DONE]` is an end, even without a reason.
    let whole = create(Reply::body([&content("12"), DONE].concat()), &request()).unwrap();
    assert_eq!(whole.parse::<u64>().unwrap(), 12);
}

#[test]
fn a_signature_of_a_tool_call_is_sent_back() {
    let signed = r#"{"google": {"thought_signature": "c2lnbmVk"}}"#;
    let call = format!(
        r#"data: {{"choices": [{{"delta": {{"tool_calls": [{{"extra_content": {signed}, "id": "call-1", "index": 0,
        "type": "function", "function": {{"name": "now", "arguments": "{{}}"}}}}]}}, "index": 0, "finish_reason": "tool_calls"}}]}}"#
    )
    .replace('\n', " ");
    let body = [&*call, "\n\n", DONE].concat();
    let by_setter = request().tool(Tool::function("now"));
    let by_extra = request().extra(r#"{"tools": [{"type": "function", "function": {"name": "now"}}]}"#);
    for request in [by_setter, by_extra] {
        let script = Script::new([Reply::body(body.clone()), Reply::body(answer())]);
        let client = script.client();
        script.run(async {
            let answer = client.chat().create(&request).await.unwrap();
            assert_eq!(answer.tool_calls()[0].extra["extra_content"], signed);
            let next = request.push(&answer).tool_result("call-1", "noon");
            client.chat().create(&next).await.unwrap();
        });
        let sent: Value = serde_json::from_slice(script.played().requests[1].body()).unwrap();
        let expected = json!({
            "id": "call-1",
            "type": "function",
            "function": {"name": "now", "arguments": "{}"},
            "extra_content": {"google": {"thought_signature": "c2lnbmVk"}},
        });
        assert_eq!(sent["messages"][1]["tool_calls"], json!([expected]));
    }
}

#[test]
fn log_probabilities_of_a_stream_come_together() {
    let event = |token: &str| {
        let logprobs = json!({"content": [{"token": token, "logprob": -0.5, "bytes": token.as_bytes(),
            "top_logprobs": [{"token": "x", "logprob": -2.0, "bytes": [120]}]}], "refusal": null});
        format!(
            "data: {}\n\n",
            json!({"choices": [{"delta": {"content": token}, "index": 0, "logprobs": logprobs}]})
        )
    };
    let body = [&event("Hel"), &event("lo"), STOP, DONE].concat();
    let request = request().logprobs(true).top_logprobs(1);
    let answer = create(Reply::body(body), &request).unwrap();
    let logprobs = answer.logprobs(0).unwrap().unwrap();
    let tokens = logprobs.content.iter().map(|token| (&*token.token, token.logprob)).collect::<Vec<_>>();
    assert_eq!(tokens, [("Hel", -0.5), ("lo", -0.5)]);
    assert_eq!(logprobs.content[1].bytes.as_deref(), Some(&b"lo"[..]));
    assert_eq!(logprobs.content[1].top_logprobs[0].token, "x");
    assert!(logprobs.refusal.is_empty());
    assert!(answer.logprobs(1).unwrap().is_none());

    let own = r#"{"choices": [{"index": 0, "message": {"content": "x"}, "logprobs": {"content": "own"}, "finish_reason": "stop"}]}"#;
    let answer = create(Reply::body(own), &request).unwrap();
    assert_eq!(answer.logprobs(0).unwrap_err().class(), ErrorClass::MalformedAnswer);
    assert_eq!(answer.choice(0).unwrap().logprobs, [r#"{"content": "own"}"#]);
}

#[test]
fn usage_comes_with_its_details() {
    let body = r#"{"choices": [{"index": 0, "message": {"content": "x"}, "finish_reason": "stop"}], "usage": {
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 1},
        "completion_tokens_details": {"reasoning_tokens": 3, "audio_tokens": 2, "accepted_prediction_tokens": 0}}}"#;
    let answer = create(Reply::body(body), &request()).unwrap();
    let usage = answer.usage().unwrap();
    assert_eq!(
        usage.iter().collect::<Vec<_>>(),
        [
            (Count::Prompt, 10),
            (Count::Completion, 5),
            (Count::Total, 15),
            (Count::Cached, 4),
            (Count::Reasoning, 3),
            (Count::PromptAudio, 1),
            (Count::CompletionAudio, 2),
            (Count::AcceptedPrediction, 0),
        ]
    );
}

#[test]
fn the_body_is_kept_byte_for_byte_if_asked_for() {
    let body = format!("\r\n{}\n ", whole(json!({"content": "Grüße \u{1f980}", "x": 1.0}), "stop"));
    let bytewise = body.bytes().fold(Reply::status(200), |reply, byte| reply.data(vec![byte]));
    let request = request().keep_raw_body(true);
    for reply in [Reply::body(body.clone()), bytewise] {
        let answer = create(reply, &request).unwrap();
        assert_eq!(answer.raw_body().unwrap(), body.as_bytes());
    }
    assert!(said("x", "stop").raw_body().is_none());

    // Of a stream, as far as it was read; with an error, as far as it came.
    let begun = [ROLE, &content("Hello")].concat();
    let script = Script::new([Reply::body(answer()), Reply::body(begun.clone())]);
    let client = script.client();
    script.run(async {
        let mut stream = client.chat().stream(&request).await.unwrap();
        while next(&mut stream).await.is_some() {}
        // The blank line after `[DONE]` is not waited for.
        assert_eq!(stream.raw_body().unwrap(), answer().trim_end().as_bytes());
        let failure = client.chat().create(&request).await.unwrap_err();
        assert_eq!(failure.partial().unwrap().raw_body().unwrap(), begun.as_bytes());
    });
}

#[test]
fn the_head_is_there_with_success_error_and_stream() {
    let with_head = |reply: Reply| {
        reply
            .header("x-request-id", "req-1")
            .header("x-ratelimit-remaining-requests", "59")
            .header("x-ratelimit-reset-tokens", "6m0s")
            .header("openai-processing-ms", "1250")
    };
    let cut = [ROLE, &content("Hello")].concat();
    let script = Script::new([
        with_head(Reply::body(answer())),
        with_head(Reply::body(answer())),
        with_head(Reply::status(400)),
        with_head(Reply::body(cut)),
    ]);
    let client = script.client();
    let check = |head: Option<&choreoai::ResponseHead>, status: u16| {
        let head = head.unwrap();
        assert_eq!((head.status().as_u16(), head.request_id(), head.attempts()), (status, Some("req-1"), 1));
        assert_eq!(head.rate_limit().requests.remaining, Some(59));
        assert_eq!(head.rate_limit().tokens.reset, Some(seconds(360)));
        assert_eq!(head.processing_time(), Some(std::time::Duration::from_millis(1250)));
    };
    script.run(async {
        check(client.chat().create(&request()).await.unwrap().response(), 200);
        check(client.chat().stream(&request()).await.unwrap().response(), 200);
        check(client.chat().create(&request()).await.unwrap_err().response(), 400);
        check(client.chat().create(&request()).await.unwrap_err().response(), 200);
    });
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct City {
    name: String,
    people: u64,
}

fn basel() -> City {
    City { name: "Basel".to_owned(), people: 178_000 }
}

#[test]
fn content_as_the_callers_type() {
    for content in [
        r#"{"name": "Basel", "people": 178000}"#,
        " \n{\"people\": 178000, \"name\": \"\\u0042asel\", \"more\": []}\n",
        "```json\n{\"name\": \"Basel\", \"people\": 178000}\n```",
        "\n```\n{\"name\": \"Basel\", \"people\": 178000}```\n",
    ] {
        assert_eq!(said(content, "stop").parse::<City>().unwrap(), basel(), "{content}");
    }
    let schema = r#"{"type": "object"}"#;
    let request = request().response_format(ResponseFormat::json_schema("city", schema));
    let content = r#"{"name": "Basel", "people": 178000}"#;
    let script = Script::new([Reply::body(whole(json!({"content": content}), "stop"))]);
    let parsed = script.run(script.client().chat().parse::<City>(&request)).unwrap();
    assert_eq!(parsed.value, basel());
    assert_eq!(parsed.completion.text(), content);
    let sent: Value = serde_json::from_slice(script.played().requests[0].body()).unwrap();
    assert_eq!(sent["response_format"]["json_schema"]["schema"], json!({"type": "object"}));
}

#[test]
fn what_is_not_the_callers_type_is_told_apart_and_kept() {
    let half = r#"{"name": "Bas"#;
    let call = json!({"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]});
    for (message, reason, class, words) in [
        (
            json!({"content": null, "refusal": "I can't."}),
            "stop",
            ErrorClass::Refusal,
            "refuses to answer: I can't.",
        ),
        (json!({"content": half, "refusal": null}), "length", ErrorClass::Length, "greatest allowed length"),
        (json!({"content": half}), "max_tokens", ErrorClass::Length, "allow more tokens"),
        (json!({"content": ""}), "length", ErrorClass::Length, "length"),
        (json!({"content": half}), "content_filter", ErrorClass::ContentFilter, "filter"),
        (json!({"content": ""}), "stop", ErrorClass::EmptyAnswer, "no content"),
        (json!({"content": " \n"}), "stop", ErrorClass::EmptyAnswer, "no content"),
        (call, "tool_calls", ErrorClass::EmptyAnswer, "calls tools"),
        (json!({"content": half}), "stop", ErrorClass::MalformedAnswer, "its JSON is cut short"),
        (json!({"content": "Sure! {}"}), "stop", ErrorClass::MalformedAnswer, "it is not JSON"),
        (
            json!({"content": r#"{"name": "Basel", "people": -1}"#}),
            "stop",
            ErrorClass::MalformedAnswer,
            "not of the form that is wanted: invalid value: integer `-1`, expected u64",
        ),
        (json!({"content": "```\n{}\n``` "}), "stop", ErrorClass::MalformedAnswer, "missing field `name`"),
    ] {
        let script = Script::new([Reply::body(whole(message.clone(), reason)).header("x-request-id", "r")]);
        let mut error = script.run(script.client().chat().parse::<City>(&request())).unwrap_err();
        assert_eq!((error.kind(), error.class()), (ErrorKind::Answer, class), "{message}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.source().is_some(), class == ErrorClass::MalformedAnswer, "{message}");
        assert_eq!((error.request_id(), error.attempts()), (Some("r"), 1));
        let partial = error.take_partial().unwrap();
        assert_eq!(partial.text(), message["content"].as_str().unwrap_or_default());
        assert_eq!(partial.finish_reason(), Some(reason));
    }
    let error = said("{}", "stop").parse_choice::<City>(1).unwrap_err();
    assert_eq!(error.class(), ErrorClass::EmptyAnswer);
    assert_eq!(said(half, "stop").parse::<City>().unwrap_err().body(), half.as_bytes());
}

#[test]
fn arguments_as_the_callers_type() {
    let call = |arguments: Value| {
        let call = json!({"id": "1", "function": {"name": "look_up", "arguments": arguments}});
        let body = whole(json!({"content": null, "tool_calls": [call]}), "tool_calls");
        create(Reply::body(body), &request()).unwrap().tool_calls()[0].clone()
    };
    let text = r#"{"name": "Basel", "people": 178000}"#;
    assert_eq!(call(json!(text)).parse_arguments::<City>().unwrap(), basel());
    assert_eq!(call(json!({"name": "Basel", "people": 178_000})).parse_arguments::<City>().unwrap(), basel());
    for none in ["", " \n", "{}"] {
        assert_eq!(call(json!(none)).parse_arguments::<Value>().unwrap(), json!({}), "{none:?}");
    }
    let error = call(json!("{\"name\": 1}")).parse_arguments::<City>().unwrap_err();
    assert_eq!((error.kind(), error.class()), (ErrorKind::Answer, ErrorClass::MalformedAnswer));
    assert_eq!(error.body(), &b"{\"name\": 1}"[..]);
    assert!(
        error.to_string().starts_with(
            "the argument of the call of \"look_up\" cannot be used: it is JSON, but not of the form that is wanted: \
             invalid type: integer `1`"
        ),
        "{error}"
    );
}

#[test]
fn a_chunk_hands_on_what_is_not_known() {
    let event = "data: {\"choices\": [{\"delta\": {\"content\": \"x\", \"new\": [1]}, \"index\": 0}], \"top\": 2}\n\n";
    let script = Script::new([Reply::body([event, STOP, DONE].concat())]);
    let client = script.client();
    script.run(async {
        let mut stream = client.chat().stream(&request().keep_extra(true)).await.unwrap();
        let chunk = next(&mut stream).await.unwrap().unwrap();
        let extras = chunk.fragments().filter_map(|fragment| match fragment.kind {
            FragmentKind::Extra(member) => Some((fragment.choice, member.name, member.value)),
            _ => None,
        });
        assert_eq!(extras.collect::<Vec<_>>(), [(Some(0), "new", "[1]"), (None, "top", "2")]);
    });
}

#[test]
fn the_text_can_be_taken_out() {
    let two = json!({"choices": [
        {"index": 1, "message": {"content": "Ho"}, "finish_reason": "stop"},
        {"index": 0, "message": {"content": "Hi"}, "finish_reason": "stop"},
    ]});
    assert_eq!(create(Reply::body(two.to_string()), &request()).unwrap().into_text(), "Hi");
    let only_refusal = whole(json!({"content": null, "refusal": "No."}), "stop");
    assert_eq!(create(Reply::body(only_refusal), &request()).unwrap().into_text(), "");
    assert_eq!(ChatCompletion::default().into_text(), "");
}
