//! Values that differ from server to server, where all else is the same.

use crate::harness::{Transcript, Wants, check, check_cuts, check_with, run};
use choreoai_core::ErrorKind;
use choreoai_core::chat::Verdict;

#[test]
fn reasons_to_finish() {
    for reason in [
        "stop",
        "length",
        "tool_calls",
        "function_call",
        "content_filter",
        "eos",
        "error",
        "model_length",
        "end_turn",
        "abort",
        "a reason that nobody has heard of, and which is longer than the scratch is",
    ] {
        let body = format!("data: {{\"choices\":[{{\"index\":0,\"finish_reason\":\"{reason}\"}}]}}\n\n");
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        let expected = ["choice", &format!("finish: {reason}"), "choice 0 ends", "chunk ends"];
        assert_eq!(whole.log, expected);
        assert_eq!(whole.verdict, Ok(Verdict::Finished), "{reason}");
        check_cuts(Wants::default(), reason, body.as_bytes(), &whole);
    }
    for no_reason in ["null", "\"\"", "0", "false", "[]", "{}"] {
        let body = format!("data: {{\"choices\":[{{\"index\":0,\"finish_reason\":{no_reason}}}]}}\n\n");
        let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
        let kind = whole.verdict.map_err(|error| error.kind());
        assert_eq!(kind, Err(ErrorKind::Truncated), "{no_reason}");
        check_cuts(Wants::default(), no_reason, body.as_bytes(), &whole);
    }
}

#[test]
fn on_every_chunk() {
    check(&[
        Transcript {
            name: "the role, the reason and the token counts",
            body: br#"data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":""}],"usage":{"prompt_tokens":1,"completion_tokens":1}}

data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"b"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}

data: {"choices":[{"index":0,"delta":{"role":null},"finish_reason":null}],"usage":null}

data: {"choices":[],"usage":{}}

"#,
            events: "
                choice
                role: assistant
                content a
                finish:
                choice 0 ends
                usage prompt=1 completion=1
                chunk ends
                choice
                role: assistant
                content b
                finish: stop
                choice 0 ends
                usage prompt=1 completion=2
                chunk ends
                choice
                choice 0 ends
                chunk ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "a tool call's id and name",
            body: br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}]},"finish_reason":"tool_calls"}]}

"#,
            events: "
                choice
                call
                call id: a
                call name: f
                arguments {
                call 0 ends
                choice 0 ends
                chunk ends
                choice
                call
                call id: a
                call name: f
                arguments }
                call 0 ends
                finish: tool_calls
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
        Transcript {
            name: "index 0, of two tool calls",
            body: br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}},{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}

"#,
            events: "
                choice
                call
                call id: a
                call name: f
                arguments {}
                call 0 ends
                call
                call id: b
                call name: g
                arguments {}
                call 0 ends
                finish: tool_calls
                choice 0 ends
                chunk ends",
            verdict: Ok(Verdict::Finished),
        },
    ]);
}

/// As an unasked-for document, and as an event behind an answer.
#[test]
fn reports_of_every_shape() {
    for (report, events) in [
        (
            r#"{"error":{"message":"m","type":"t","code":"c","param":"p"}}"#,
            &["error message: m", "error type: t", "error code: c", "error param: p"][..],
        ),
        (r#"{"error":{"message":"m","code":429}}"#, &["error message: m", "error code: 429"]),
        (r#"{"error":"x"}"#, &["error message: x"]),
        (r#"{"error":"x","error_type":"y"}"#, &["error message: x", "error type: y"]),
        (r#"{"error_type":"y","error":"x"}"#, &["error type: y", "error message: x"]),
        (r#"[{"error":{"message":"m"}}]"#, &["error message: m"]),
        (r#"{"object":"error","message":"m","code":"c"}"#, &["error message: m", "error code: c"]),
        (r#"{"code":20013,"message":"x","data":null}"#, &["error code: 20013", "error message: x"]),
        (r#"{"detail":"x"}"#, &["error message: x"]),
        (
            r#"{"detail":[{"loc":["body","n"],"msg":"a","type":"t"},{"loc":["body"],"msg":"b"}]}"#,
            &["error param: body.n", "error message: a; b"],
        ),
        (r#"{"message":"x"}"#, &["error message: x"]),
    ] {
        let expected: Vec<&str> = events.iter().copied().chain(["error ends", "chunk ends"]).collect();
        let answer = "data: {\"choices\":[{\"index\":0,\"finish_reason\":\"stop\"}]}\n\n";
        for (before, body) in [(0, report.to_owned()), (4, format!("{answer}data: {report}\n\n"))] {
            let whole = run::<64>(Wants::default(), &[body.as_bytes()]);
            assert_eq!(whole.log[before..], expected, "{body}");
            assert_eq!(whole.verdict.map_err(|error| error.kind()), Err(ErrorKind::Server), "{body}");
            check_cuts(Wants::default(), report, body.as_bytes(), &whole);
        }
    }
}

#[test]
fn log_probabilities_of_two_kibibytes() {
    let token = r#"{"token":"x\u00e9","bytes":[120,195,169],"logprob":-12.5}"#;
    let logprobs = format!(
        r#"{{"content":[{{"token":"Hi","top_logprobs":[{token}{}]}}]}}"#,
        format!(",{token}").repeat(35)
    );
    assert!(logprobs.len() > 2048);
    let body = format!(
        "data: {{\"choices\":[{{\"index\":0,\"logprobs\":{logprobs},\"delta\":{{\"content\":\"Hi\"}},\"finish_reason\":\"stop\"}}]}}\n\n"
    );
    let rest = ["content Hi", "finish: stop", "choice 0 ends", "chunk ends"];
    for wanted in [false, true] {
        let wants = Wants { logprobs: wanted, ..Wants::default() };
        let whole = run::<64>(wants, &[body.as_bytes()]);
        let mut expected = vec!["choice".to_owned()];
        expected.extend(wanted.then(|| format!("logprobs: {logprobs}")));
        expected.extend(rest.map(str::to_owned));
        assert_eq!(whole.log, expected);
        assert_eq!(whole.verdict, Ok(Verdict::Finished));
        check_cuts(wants, "log probabilities", body.as_bytes(), &whole);
    }
}

#[test]
fn a_thought_signature_beside_unknown_members() {
    check_with(
        Wants { extra: true, ..Wants::default() },
        &[Transcript {
            name: "before and after the function",
            body: br#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"extra_content":{"google":{"thought_signature":"Cg\u003d\u003d"}},"function":{"name":"f","arguments":"{}"},"id":"a","signature":null}]},"finish_reason":"stop"}]}

"#,
            events: r#"
                choice
                call
                extra name in ToolCall: extra_content
                extra value in ToolCall: {"google":{"thought_signature":"Cg\u003d\u003d"}}
                call name: f
                arguments {}
                call id: a
                extra name in ToolCall: signature
                extra value in ToolCall: null
                call ends
                finish: stop
                choice 0 ends
                chunk ends"#,
            verdict: Ok(Verdict::Finished),
        }],
    );
}
