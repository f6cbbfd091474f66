//! What is written for an answer, in each format.

use choreoai_testkit::wire::{self, Chunks, Dialect, Message, ToolPiece};
use choreoai_testkit::{Answer, Gateway, Script};
use serde_json::{Value, json};

use crate::support::{Run, chat};

/// Choice 1 speaks first; choice 0 reasons, speaks, calls two tools at once and refuses.
fn everything() -> Vec<String> {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let piece = |index, arguments| ToolPiece { index, arguments: Some(arguments), ..ToolPiece::default() };
    let call = |index, id, name| ToolPiece { index, id: Some(id), name: Some(name), arguments: None };
    vec![
        chunks.role(1),
        chunks.content(1, "One"),
        chunks.role(0),
        chunks.reasoning(0, "Let me "),
        chunks.reasoning(0, "think."),
        chunks.content(0, "Grüße "),
        chunks.role(0),
        chunks.content(0, "\u{1f980}\n\"you\""),
        chunks.tool_call(0, call(0, "call_a", "weather")),
        chunks.tool_call(0, piece(0, "{\"city\":")),
        chunks.tool_call(0, piece(0, "\"Köln\"}")),
        chunks.tool_call(0, call(1, "call_b", "time")),
        chunks.tool_call(0, piece(1, "{}")),
        chunks.refusal(0, "No."),
        chunks.finish(1, "length"),
        chunks.finish(0, "tool_calls"),
        chunks.usage(3, 4),
    ]
}

fn answered(data: &[String], args: &[&str]) -> Run {
    let gateway = Gateway::start(Answer::sse(data).done()).unwrap();
    chat(&gateway, args)
}

#[test]
fn an_answer_that_says_nothing_is_told_to_people() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let run = answered(&[chunks.role(0), chunks.finish(0, "stop")], &["Hi"]);
    run.expect(0);
    assert_eq!(run.stdout, "\n");
    assert_eq!(
        run.stderr,
        "choreo: the answer is empty: it gives a reason to end, but no text and no tool call\n"
    );

    // Of another type than it should be: nothing of it can be read.
    let run = answered(&[r#"{"choices": {"delta": {"content": "Hello"}}}"#.to_owned()], &["Hi"]);
    run.expect(0);
    assert_eq!(run.stdout, "\n");
    assert_eq!(
        run.stderr,
        "choreo: the answer is empty: it gives no text, no tool call and no reason to end that could be read\n"
    );

    let run = answered(&everything(), &["Hi"]);
    assert!(!run.expect(0).stderr.contains("empty"), "{}", run.stderr);
}

#[test]
fn no_line_is_written_for_an_error_without_text() {
    let gateway = Gateway::start(Answer::sse(&[] as &[String])).unwrap();
    let run = chat(&gateway, &["Hi"]);
    assert_ne!(run.status, Some(0));
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("choreo: "), "{}", run.stderr);
}

#[test]
fn jsonl_of_a_stream() {
    let run = answered(&everything(), &["--output", "jsonl", "Hi"]);
    let expected = [
        json!({"type": "role", "choice": 1, "role": "assistant"}),
        json!({"type": "content", "choice": 1, "text": "One"}),
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "reasoning", "choice": 0, "text": "Let me "}),
        json!({"type": "reasoning", "choice": 0, "text": "think."}),
        json!({"type": "content", "choice": 0, "text": "Grüße "}),
        json!({"type": "content", "choice": 0, "text": "\u{1f980}\n\"you\""}),
        json!({"type": "tool_call", "choice": 0, "index": 0, "id": "call_a", "name": "weather"}),
        json!({"type": "tool_call", "choice": 0, "index": 0, "arguments": "{\"city\":"}),
        json!({"type": "tool_call", "choice": 0, "index": 0, "arguments": "\"Köln\"}"}),
        json!({"type": "tool_call", "choice": 0, "index": 1, "id": "call_b", "name": "time"}),
        json!({"type": "tool_call", "choice": 0, "index": 1, "arguments": "{}"}),
        json!({"type": "refusal", "choice": 0, "text": "No."}),
        json!({"type": "finish", "choice": 0, "reason": "tool_calls"}),
        json!({"type": "finish", "choice": 1, "reason": "length"}),
        json!({"type": "usage", "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}),
        json!({"type": "end", "verdict": "finished"}),
    ];
    assert_eq!(run.expect(0).lines(), expected);
    assert_eq!(run.stderr, "");
}

#[test]
fn text_of_a_stream() {
    let run = answered(&everything(), &["Hi"]);
    assert_eq!(run.expect(0).stdout, "Grüße \u{1f980}\n\"you\"\n");
    let expected = "reasoning: Let me think.\ntool call: weather (call_a) {\"city\":\"Köln\"}\n\
                    tool call: time (call_b) {}\nrefusal: No.\n";
    assert_eq!(run.stderr, expected);
}

#[test]
fn notes_of_other_choices_are_labelled() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let call = |arguments, id, name| ToolPiece { index: 0, id, name, arguments };
    let data = [
        chunks.reasoning(0, "Let me "),
        chunks.reasoning(0, "think."),
        chunks.reasoning(1, "Hm."),
        chunks.content(0, "Zero"),
        chunks.content(1, "One"),
        chunks.tool_call(1, call(None, Some("call_a"), Some("weather"))),
        chunks.tool_call(1, call(Some("{}"), None, None)),
        chunks.refusal(2, "No."),
        chunks.refusal(0, "Nor I."),
        chunks.finish(0, "stop"),
        chunks.finish(1, "tool_calls"),
        chunks.finish(2, "stop"),
    ];
    let run = answered(&data, &["--n", "3", "Hi"]);
    assert_eq!(run.expect(0).stdout, "Zero\n");
    let expected = "reasoning: Let me think.\nchoice 1 reasoning: Hm.\n\
                    choice 1 tool call: weather (call_a) {}\nchoice 2 refusal: No.\nrefusal: Nor I.\n";
    assert_eq!(run.stderr, expected);
}

#[test]
fn message_of_a_stream() {
    let run = answered(&everything(), &["--output", "message", "Hi"]);
    let expected = json!({
        "id": "chatcmpl-00000000",
        "object": "chat.completion",
        "created": 1_750_000_000,
        "model": "gpt-4",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Grüße \u{1f980}\n\"you\"",
                    "refusal": "No.",
                    "reasoning_content": "Let me think.",
                    "tool_calls": [
                        {
                            "id": "call_a",
                            "type": "function",
                            "function": {"name": "weather", "arguments": "{\"city\":\"Köln\"}"},
                        },
                        {"id": "call_b", "type": "function", "function": {"name": "time", "arguments": "{}"}},
                    ],
                },
                "finish_reason": "tool_calls",
            },
            {"index": 1, "message": {"role": "assistant", "content": "One"}, "finish_reason": "length"},
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    });
    assert_eq!(run.expect(0).lines(), [expected]);
    assert_eq!(run.stderr, "");
}

#[test]
fn content_and_finish_reason_of_a_message_are_null_where_unknown() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let data = [chunks.reasoning(0, "Hm.")];
    let run = answered(&data, &["--output", "message", "Hi"]);
    let [message] = run.expect(0).lines().try_into().unwrap();
    let expected = json!([{
        "index": 0,
        "message": {"role": "assistant", "content": null, "reasoning_content": "Hm."},
        "finish_reason": null,
    }]);
    assert_eq!(message["choices"], expected);
    assert!(message.get("usage").is_none(), "{message}");
}

#[test]
fn a_done_without_a_reason_is_told_apart() {
    let data = Chunks::new(Dialect::Claude, "claude-3").text(&["Hel", "lo"], "");
    let run = answered(&data, &["--output", "jsonl", "Hi"]);
    let expected = [
        json!({"type": "content", "choice": 0, "text": "Hel"}),
        json!({"type": "content", "choice": 0, "text": "lo"}),
        json!({"type": "end", "verdict": "done"}),
    ];
    assert_eq!(run.expect(0).lines(), expected);
}

/// The last reason that is not empty and the last usage that is not null, each once; a role when it changes.
#[test]
fn what_is_repeated_on_every_chunk_is_written_once() {
    let chunk = |role: &str, text: &str, reason: Value, usage: Value| {
        let delta = json!({"role": role, "content": text});
        json!({"choices": [{"index": 0, "delta": delta, "finish_reason": reason}], "usage": usage})
            .to_string()
    };
    let usage = |total: u32| json!({"total_tokens": total});
    let data = [
        chunk("assistant", "a", json!(""), usage(1)),
        chunk("assistant", "b", json!("length"), usage(2)),
        chunk("tool", "c", json!("stop"), usage(3)),
        chunk("assistant", "d", json!(""), Value::Null),
    ];
    let expected = [
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "content", "choice": 0, "text": "a"}),
        json!({"type": "content", "choice": 0, "text": "b"}),
        json!({"type": "role", "choice": 0, "role": "tool"}),
        json!({"type": "content", "choice": 0, "text": "c"}),
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "content", "choice": 0, "text": "d"}),
        json!({"type": "finish", "choice": 0, "reason": "stop"}),
        json!({"type": "usage", "total_tokens": 3}),
        json!({"type": "end", "verdict": "finished"}),
    ];
    assert_eq!(answered(&data, &["--output", "jsonl", "Hi"]).expect(0).lines(), expected);
}

#[test]
fn a_whole_answer_is_written_in_the_same_shapes() {
    let calls = [("call_a", "weather", "{}")];
    let first = Message {
        content: Some("Hällo"),
        reasoning: Some("Hm."),
        refusal: Some("No."),
        tool_calls: &calls,
        finish_reason: Some("stop"),
    };
    let second = Message { content: Some("Ho"), finish_reason: Some("length"), ..Message::default() };
    let body = wire::completion(Dialect::Gateway, "gpt-4", &[first, second], (3, 4));
    let gateway = Gateway::start(Answer::json(200, body)).unwrap();

    let run = chat(&gateway, &["--no-stream", "--output", "jsonl", "Hi"]);
    let expected = [
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "role", "choice": 1, "role": "assistant"}),
        json!({"type": "reasoning", "choice": 0, "text": "Hm."}),
        json!({"type": "content", "choice": 0, "text": "Hällo"}),
        json!({"type": "refusal", "choice": 0, "text": "No."}),
        json!({"type": "tool_call", "choice": 0, "id": "call_a", "name": "weather", "arguments": "{}"}),
        json!({"type": "content", "choice": 1, "text": "Ho"}),
        json!({"type": "finish", "choice": 0, "reason": "stop"}),
        json!({"type": "finish", "choice": 1, "reason": "length"}),
        json!({"type": "usage", "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}),
        json!({"type": "end", "verdict": "finished"}),
    ];
    assert_eq!(run.expect(0).lines(), expected);

    let run = chat(&gateway, &["--no-stream", "Hi"]);
    assert_eq!(run.expect(0).stdout, "Hällo\n");
    assert_eq!(run.stderr, "reasoning: Hm.\nrefusal: No.\ntool call: weather (call_a) {}\n");

    // A server that does not stream though it was asked to is understood as well.
    let whole = chat(&gateway, &["--no-stream", "--output", "message", "Hi"]);
    let streamed = chat(&gateway, &["--output", "message", "Hi"]);
    assert_eq!(whole.expect(0).lines()[0]["choices"][1]["message"]["content"], "Ho");
    assert_eq!(whole.stdout, streamed.expect(0).stdout);
}

#[test]
fn attempts_that_were_retried_leave_no_trace_in_the_output() {
    let data = Chunks::new(Dialect::Gateway, "gpt-4").text(&["Hi"], "stop");
    let busy = Answer::json(503, wire::detail("busy")).header("retry-after-ms", "1");
    let script = Script::sequence([busy.clone(), busy, Answer::sse(data).done()]);
    let gateway = Gateway::start(script).unwrap();
    let run = chat(&gateway, &["Hi"]);
    assert_eq!(run.expect(0).stdout, "Hi\n");
    assert_eq!(run.stderr, "");
    assert_eq!(gateway.requests().len(), 3);
}
