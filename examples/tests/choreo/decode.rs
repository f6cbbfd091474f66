//! `choreo decode`.

use choreoai_testkit::wire::{self, Chunks, Dialect, Message, ToolPiece};
use serde_json::json;

use crate::support::decode;

const CUTS: [&str; 7] = ["1", "2", "3", "7", "64", "1000", "1000000"];

fn stream(data: &[String], ending: &str) -> Vec<u8> {
    let events: String = data.iter().map(|data| format!("data: {data}\n\n")).collect();
    (events + ending).into_bytes()
}

fn everything() -> Vec<String> {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let call = ToolPiece { index: 0, id: Some("call_a"), name: Some("f"), arguments: Some("{\"ä\":") };
    let rest = ToolPiece { arguments: Some("1}"), ..ToolPiece::default() };
    vec![
        chunks.role(1),
        chunks.role(0),
        chunks.content(1, "Zwei \u{1f980}"),
        chunks.reasoning(0, "Hm, \u{1d11e}."),
        chunks.content(0, "Grüße "),
        chunks.content(0, "\"\\\n"),
        chunks.tool_call(0, call),
        chunks.tool_call(0, rest),
        chunks.finish(1, "stop"),
        chunks.finish(0, "tool_calls"),
        chunks.usage(1, 2),
    ]
}

#[test]
fn every_cut_gives_the_same() {
    let whole_answer = wire::completion(
        Dialect::Gateway,
        "gpt-4",
        &[Message { content: Some("Grüße \u{1f980}"), finish_reason: Some("stop"), ..Message::default() }],
        (1, 2),
    );
    let complete = stream(&everything(), "data: [DONE]\n\n");
    for body in [
        complete.as_slice(),
        &complete[..complete.len() / 2],
        &stream(&everything(), &format!("data: {}\n\n", wire::stream_error("Lost."))),
        &stream(&everything()[..5], "data: {\"choices\": [}\n\n"),
        whole_answer.as_bytes(),
        b"<html>",
        b"",
    ] {
        for format in ["jsonl", "text", "message"] {
            let whole = decode(body, &["--output", format]);
            for cut in CUTS {
                let run = decode(body, &["--output", format, "--cut", cut]);
                assert_eq!((run.status, &run.stderr), (whole.status, &whole.stderr), "{format}, cut {cut}");
                if format == "jsonl" {
                    assert_eq!(run.joined(), whole.joined(), "cut {cut}");
                } else {
                    assert_eq!(run.stdout, whole.stdout, "{format}, cut {cut}");
                }
            }
        }
    }
}

#[test]
fn a_stream_and_a_whole_answer() {
    let run = decode(&stream(&everything(), "data: [DONE]\n\n"), &["--output", "jsonl"]);
    let expected = [
        json!({"type": "role", "choice": 1, "role": "assistant"}),
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "content", "choice": 1, "text": "Zwei \u{1f980}"}),
        json!({"type": "reasoning", "choice": 0, "text": "Hm, \u{1d11e}."}),
        json!({"type": "content", "choice": 0, "text": "Grüße \"\\\n"}),
        json!({"type": "tool_call", "choice": 0, "index": 0, "id": "call_a", "name": "f", "arguments": "{\"ä\":"}),
        json!({"type": "tool_call", "choice": 0, "index": 0, "arguments": "1}"}),
        json!({"type": "finish", "choice": 0, "reason": "tool_calls"}),
        json!({"type": "finish", "choice": 1, "reason": "stop"}),
        json!({"type": "usage", "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
        json!({"type": "end", "verdict": "finished"}),
    ];
    assert_eq!(run.expect(0).joined(), expected);

    let body =
        r#"{"id": "x", "model": "m", "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]}"#;
    assert_eq!(decode(body.as_bytes(), &[]).expect(0).stdout, "Hi\n");
    let expected = json!({
        "id": "x",
        "object": "chat.completion",
        "model": "m",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"},
        ],
    });
    assert_eq!(decode(body.as_bytes(), &["--output", "message"]).expect(0).lines(), [expected]);
}

#[test]
fn errors_have_no_status_and_no_attempts() {
    let error = r#"{"error": {"message": "No.", "type": "t", "code": 7}}"#;
    let expected =
        json!({"type": "error", "kind": "server", "code": "7", "error_type": "t", "message": "No."});
    assert_eq!(decode(error.as_bytes(), &["--output", "jsonl"]).expect(1).ending(), expected);
    for (body, kind) in [
        ("", "truncated"),
        ("data: {\"choices\": []}\n\n", "truncated"),
        ("{\"choices\": [", "truncated"),
        ("<html></html>", "protocol"),
        ("{\"choices\": 1x}", "protocol"),
        ("{\"choices\": []} {}", "protocol"),
        ("\u{1f}\u{8b}", "protocol"),
    ] {
        let run = decode(body.as_bytes(), &["--output", "jsonl"]);
        let ending = run.expect(1).ending();
        assert_eq!(ending["kind"], kind, "{body}: {ending}");
        assert_eq!(ending["message"].as_str().unwrap().contains("empty"), body.is_empty(), "{ending}");
        assert!(ending.get("status").is_none() && ending.get("attempts").is_none(), "{ending}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    }
}

#[test]
fn what_follows_done_is_ignored() {
    let data = Chunks::new(Dialect::Claude, "claude-3").text(&["Hi"], "");
    let run = decode(&stream(&data, "data: [DONE]\n\ndata: <html>\n\n"), &["--output", "jsonl"]);
    assert_eq!(run.expect(0).ending(), json!({"type": "end", "verdict": "done"}));
}

#[test]
fn a_text_that_is_cut_after_its_index_belongs_to_its_choice() {
    let body = br#"data: {"choices": [{"index": 1, "delta": {"content": "half"#;
    let run = decode(body, &["--output", "jsonl"]);
    assert_eq!(run.expect(1).joined()[0], json!({"type": "content", "choice": 1, "text": "half"}));

    let body = br#"data: {"choices": [{"index": 0, "delta": {"content": "half"#;
    let run = decode(body, &["--output", "text"]);
    assert_eq!(run.expect(1).stdout, "half\n");
}

#[test]
fn a_long_text_is_written_as_it_arrives_once_its_choice_is_known() {
    let text = "x".repeat(3 << 20);
    for (body, lines) in [
        (format!("{{\"choices\": [{{\"index\": 0, \"message\": {{\"content\": \"{text}\"}}}}]}}"), 4),
        (format!("{{\"choices\": [{{\"message\": {{\"content\": \"{text}\"}}, \"index\": 0}}]}}"), 2),
    ] {
        let run = decode(body.as_bytes(), &["--output", "jsonl"]);
        assert_eq!(run.expect(0).lines().len(), lines, "with the end");
        assert_eq!(run.joined()[0], json!({"type": "content", "choice": 0, "text": text}));
    }
}
