//! From bytes to whole answers.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use crate::chat::assemble::{Assembler, Choice, Completion, FixedAssembler, FixedErrorReport, ToolCall};
use crate::chat::{Decoder, Event};

struct Outcome {
    completion: Completion,
    content: String,
    arguments: Vec<String>,
    message: Option<String>,
}

fn decode<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> Outcome {
    let mut decoder = Decoder::new().with_extra().with_logprobs();
    let mut assembler = Assembler::default();
    let mut fixed = FixedAssembler::<256, 4, 256>::new();
    let mut report = FixedErrorReport::<64>::new();
    let mut take = |event: Event<'_>| {
        assembler.push(&event).unwrap();
        fixed.push(&event).unwrap();
        report.push(&event);
    };
    for mut part in parts {
        while let Some(event) = decoder.next_event(&mut part) {
            take(event.unwrap());
        }
    }
    decoder.end();
    while let Some(Ok(event)) = decoder.next_event(&mut &[][..]) {
        take(event);
    }
    Outcome {
        completion: assembler.into_completion(),
        content: fixed.content().whole().unwrap().to_string(),
        arguments: fixed
            .tool_calls()
            .unwrap()
            .map(|call| call.arguments.whole().unwrap().to_string())
            .collect(),
        message: report.message().map(|message| message.whole().unwrap().to_string()),
    }
}

/// The answer, which must be the same at every two-way split and byte by byte.
fn answer(body: &str) -> Outcome {
    let body = body.as_bytes();
    let at_once = decode([body]);
    let same = |other: Outcome, what: &str| {
        assert_eq!(other.completion, at_once.completion, "{what}");
        assert_eq!(other.content, at_once.content, "{what}");
        assert_eq!(other.arguments, at_once.arguments, "{what}");
        assert_eq!(other.message, at_once.message, "{what}");
    };
    if cfg!(miri) {
        // Which is too slow for more ways than these.
        same(decode(body.chunks(body.len().div_ceil(40).max(1))), "in at most 40 pieces");
        return at_once;
    }
    same(decode(body.chunks(1)), "byte by byte");
    for cut in 0..=body.len() {
        let (head, tail) = body.split_at(cut);
        same(decode([head, tail]), &format!("cut at {cut}"));
    }
    at_once
}

fn text(text: &str) -> Option<String> {
    Some(text.to_string())
}

fn stream(chunks: &[&str]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect()
}

#[test]
fn two_choices_interleaved_with_their_index_last() {
    let body = stream(&[
        r#"{"id": "a", "choices": [{"delta": {"content": "Gr\u00fc", "role": "assistant"}, "finish_reason": null, "index": 1}], "model": "m"}"#,
        r#"{"id": "b", "choices": [{"delta": {"content": "Hel"}, "finish_reason": null, "index": 0}], "usage": null}"#,
        r#"{"id": "c", "choices": [{"delta": {"content": "\u00dfe \ud83d\ude00"}, "index": 1}, {"delta": {"content": "lo"}, "finish_reason": "stop", "index": 0}]}"#,
        r#"{"id": "d", "choices": [{"delta": {}, "finish_reason": "length", "index": 1}], "usage": {"total_tokens": 9}}"#,
        "[DONE]",
    ]);
    let outcome = answer(&body);
    let completion = outcome.completion;
    assert_eq!(completion.id, text("a"));
    assert_eq!(completion.model, text("m"));
    assert_eq!(completion.usage.unwrap().total_tokens(), Some(9));
    let expected = [
        Choice { index: Some(0), content: text("Hello"), finish_reason: text("stop"), ..Choice::default() },
        Choice {
            index: Some(1),
            role: text("assistant"),
            content: text("Grüße 😀"),
            finish_reason: text("length"),
            ..Choice::default()
        },
    ];
    assert_eq!(completion.choices, expected);
    assert_eq!(completion.unbound, None);
    assert_eq!(outcome.content, "Hello");
}

#[test]
fn tool_calls_that_share_an_index_with_a_signature_each() {
    let body = stream(&[
        r#"{"choices": [{"delta": {"tool_calls": [{"extra_content": {"google": {"thought_signature": "c2ln"}}, "function": {"arguments": "{\"x\": 1}", "name": "f"}, "id": "", "index": 0, "type": "function"}]}, "index": 0}]}"#,
        r#"{"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "{\"x\": 2}", "name": "f"}, "id": "", "index": 0, "type": "function"}]}, "finish_reason": "tool_calls", "index": 0}]}"#,
    ]);
    let outcome = answer(&body);
    let call = |arguments: &str| ToolCall {
        index: Some(0),
        name: "f".to_string(),
        arguments: arguments.to_string(),
        ..ToolCall::default()
    };
    let mut first = call("{\"x\": 1}");
    first
        .extra
        .insert("extra_content".to_string(), "{\"google\": {\"thought_signature\": \"c2ln\"}}".to_string());
    assert_eq!(outcome.completion.choices[0].tool_calls, [first, call("{\"x\": 2}")]);
    assert_eq!(outcome.arguments, ["{\"x\": 1}", "{\"x\": 2}"]);
}

#[test]
fn a_completion_in_one_document() {
    let body = r#"{"id": "x", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi",
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                       {"id": "b", "type": "function", "function": {"name": "g", "arguments": "[]"}}]},
        "logprobs": {"content": []}, "finish_reason": "end_turn"}], "created": 1750.25}"#;
    let outcome = answer(body);
    let choice = &outcome.completion.choices[0];
    assert_eq!(choice.content, text("Hi"));
    assert_eq!(choice.finish_reason, text("end_turn"));
    assert_eq!(choice.logprobs, ["{\"content\": []}"]);
    let calls: Vec<_> = choice.tool_calls.iter().map(|call| (&call.id[..], &call.name[..])).collect();
    assert_eq!(calls, [("a", "f"), ("b", "g")]);
    assert_eq!(outcome.arguments, ["{}", "[]"]);
}

#[test]
fn a_stream_cut_before_the_index() {
    let whole = r#"{"choices": [{"delta": {"content": "sure"}, "index": 0}]}"#;
    let body = stream(&[whole]) + r#"data: {"choices": [{"delta": {"content": "who"}, "finish_reason": "st"#;
    let outcome = answer(&body);
    assert_eq!(outcome.completion.choices[0].content, text("sure"));
    assert_eq!(outcome.completion.unbound.unwrap().content, text("who"));
    assert_eq!(outcome.content, "sure");
}

#[test]
fn an_error_in_the_middle() {
    let body = stream(&[
        r#"{"choices": [{"delta": {"content": "so far"}, "index": 0}]}"#,
        r#"{"error": {"message": "upstream \u00fcberlastet", "type": "stream_error", "code": 502}}"#,
    ]);
    let outcome = answer(&body);
    assert_eq!(outcome.completion.choices[0].content, text("so far"));
    let error = outcome.completion.error.unwrap();
    assert_eq!(error.message, text("upstream überlastet"));
    assert_eq!(error.error_type, text("stream_error"));
    assert_eq!(error.code, text("502"));
    assert!(!error.truncated);
    assert_eq!(outcome.message, text("upstream überlastet"));
}
