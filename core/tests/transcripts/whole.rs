//! Bodies that are one JSON document, asked for or not.

use crate::harness::{Transcript, check};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

#[test]
fn completions() {
    check(&[
        Transcript {
            name: "a whole completion, after blank lines",
            body: b"\n\r\n  {\n  \"id\": \"chatcmpl-1\",\r\n  \"object\": \"chat.completion\",\n  \"created\": 12,\n  \"model\": \"gpt-4\",\n  \"choices\": [\n    {\n      \"index\": 0,\n      \"message\": {\"role\": \"assistant\", \"content\": \"Hello\\n\", \"refusal\": null},\n      \"finish_reason\": \"stop\"\n    }\n  ],\n  \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\": 2, \"total_tokens\": 3}\n}\n",
            events: "
                id: chatcmpl-1
                created 12
                model: gpt-4
                choice
                role: assistant
                content Hello\\n
                finish: stop
                choice 0 ends
                usage prompt=1 completion=2 total=3
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "no reason",
            body: br#"{"choices":[{"message":{"content":"x"}}]}"#,
            events: "
                choice
                content x
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Done),
        },
        Transcript {
            name: "cut",
            body: br#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]"#,
            events: "
                choice
                content x
                finish: stop
                choice 0 ends",
            verdict: Err(ErrorKind::Truncated),
        },
        Transcript {
            name: "two documents",
            body: b"{\"choices\":[{\"message\":{\"content\":\"x\"},\"finish_reason\":\"stop\"}]}\n{}",
            events: "
                choice
                content x
                finish: stop
                choice 0 ends
                chunk ends",
            verdict: Err(ErrorKind::TrailingData),
        },
        Transcript {
            name: "JSON, but no completion",
            body: br#"{"status":"ok"}"#,
            events: "chunk ends",
            verdict: Err(ErrorKind::NotCompletion),
        },
        Transcript {
            name: "a completion with no choices",
            body: br#"{"object":"chat.completion","choices":[]}"#,
            events: "chunk ends",
            verdict: Err(ErrorKind::NotCompletion),
        },
        Transcript {
            name: "an array",
            body: br#"["DONE"]"#,
            events: "chunk ends",
            verdict: Err(ErrorKind::NotCompletion),
        },
        Transcript {
            name: "the sentinel alone",
            body: b"[DONE]",
            events: "",
            verdict: Err(ErrorKind::UnexpectedByte),
        },
    ]);
}

#[test]
fn other_bodies() {
    check(&[
        Transcript {
            name: "HTML",
            body: b"\n<!doctype html><title>502</title>",
            events: "",
            verdict: Err(ErrorKind::NotEventStream),
        },
        Transcript {
            name: "plain text",
            body: b"upstream connect error",
            events: "",
            verdict: Err(ErrorKind::NotEventStream),
        },
        Transcript {
            name: "lines of text",
            body: b"Bad gateway\ntry again: later\n\n",
            events: "",
            verdict: Err(ErrorKind::NotEventStream),
        },
        Transcript {
            name: "gzip",
            body: b"\x1f\x8b\x08\x00\x00",
            events: "",
            verdict: Err(ErrorKind::CompressedBody),
        },
        Transcript {
            name: "bytes that start like a byte order mark",
            body: b"\xef\xbbdata: {\n\n",
            events: "",
            verdict: Err(ErrorKind::NotEventStream),
        },
    ]);
}
