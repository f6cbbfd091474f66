//! What servers are known to send, through `choreo decode`, however it is cut.
//!
//! The expected answers are written by hand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Run, decode};

/// A body, and what it must give.
struct Row {
    name: String,
    body: Vec<u8>,
    /// All of `--output message`.
    message: Value,
    /// The last line of `--output jsonl`; of a failure that is not the server's own, without the message.
    ending: Value,
}

const CHUNK: &str = r#"{"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#;

#[test]
fn framing() {
    let hi = |name: &str, body: String| row(name, body, answer(text(0, "Hi", "stop")), finished());
    let nothing = |name: &str, body: &[u8], kind: &str| row(name, body, answer(json!([])), failed(kind));
    check(&[
        hi(
            "comments",
            format!(": OPENROUTER PROCESSING\n\n: keep-alive\n\ndata: {CHUNK}\n\ndata: [DONE]\n\n"),
        ),
        hi("a comment inside data", format!("data: : keepalive\n\ndata: {CHUNK}\n\ndata: [DONE]\n\n")),
        hi("blank data", format!("data:\n\ndata: {CHUNK}\n\ndata: \n\ndata: [DONE]\n\n")),
        hi("an event of only an id", format!("id: 1\n\ndata: {CHUNK}\n\nid: 2\n\ndata: [DONE]\n\n")),
        hi("an event of only a retry", format!("retry: 5\n\ndata: {CHUNK}\n\nretry: x\n\ndata: [DONE]\n\n")),
        hi("CRLF", format!("data: {CHUNK}\r\n\r\ndata: [DONE]\r\n\r\n")),
        hi("lone CR", format!("data: {CHUNK}\r\rdata: [DONE]\r\r")),
        hi("a byte order mark", format!("\u{feff}data: {CHUNK}\n\ndata: [DONE]\n\n")),
        hi("no space after the colon", format!("data:{CHUNK}\n\ndata:[DONE]\n\n")),
        hi("data in two lines", format!("data: {}\ndata: {}\n\n", &CHUNK[..11], &CHUNK[11..])),
        hi("a final event with no blank line", format!("data: {CHUNK}")),
        hi("a final event with one line end", format!("data: {CHUNK}\n")),
        hi("a sentinel with no blank line", format!("data: {CHUNK}\n\ndata: [DONE]")),
        hi("no sentinel, but a reason", format!("data: {CHUNK}\n\n")),
        row(
            "a sentinel, but no reason",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n\n",
            answer(text(0, "Hi", Value::Null)),
            json!({"type": "end", "verdict": "done"}),
        ),
        row(
            "neither",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n",
            answer(text(0, "Hi", Value::Null)),
            failed("truncated"),
        ),
        row(
            "a cut within the text",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\\u00",
            answer(text(0, "Hi", Value::Null)),
            failed("truncated"),
        ),
        row(
            "a cut within an error report",
            format!("data: {CHUNK}\n\ndata: {{\"error\":{{\"code\":400,\"message\":\"boo"),
            answer(text(0, "Hi", "stop")),
            reported("boo", json!({"code": "400"})),
        ),
        row(
            "an event of the type error",
            format!("data: {CHUNK}\n\nevent: error\ndata: {{\"code\":400,\"details\":\"x\"}}\n\n"),
            answer(text(0, "Hi", "stop")),
            reported("x", json!({"code": "400"})),
        ),
        row(
            "an event of the type error in bracketed text",
            "event: error\ndata: [503] busy\n\n",
            answer(json!([])),
            reported("[503] busy", json!({})),
        ),
        row(
            "a field of the name error",
            "error: {\"code\":400,\"message\":\"slot\",\"type\":\"t\"}\n\n",
            answer(json!([])),
            reported("slot", json!({"code": "400", "error_type": "t"})),
        ),
        hi("a field of the name error behind data", format!("data: {CHUNK}\nerror: {{\"code\":400}}\n\n")),
        row(
            "a failure in mid-stream",
            "data: {\"choices\": [{\"delta\": {\"content\": \"Hi\"}, \"index\": 0}]}\n\ndata: {\"error\": {\"message\": \"Lost.\", \"type\": \"stream_error\"}}\n\n",
            answer(text(0, "Hi", Value::Null)),
            reported("Lost.", json!({"error_type": "stream_error"})),
        ),
        hi("a bare completion", CHUNK.replace("delta", "message")),
        hi("a bare completion behind blank lines", format!("\n\r\n\n{}", CHUNK.replace("delta", "message"))),
        nothing("a bare JSON document of another kind", br#"{"status":"ok"}"#, "protocol"),
        nothing("a bare HTML page", b"<!doctype html><title>502</title>", "protocol"),
        nothing("bare text", b"upstream connect error", "protocol"),
        nothing("gzip", b"\x1f\x8b\x08\x00\x00\x00", "protocol"),
        nothing("an empty body", b"", "truncated"),
        nothing("comments alone", b": keep-alive\n\n", "truncated"),
        nothing("malformed JSON", b"data: {\"choices\":[}\n\n", "protocol"),
    ]);
}

#[test]
fn chunks() {
    let mut rows = vec![
        chunk_row(
            "Azure: no choices, then a choice with no delta",
            &[
                r#"{"choices":[],"created":0,"id":"","model":"","prompt_filter_results":[{"prompt_index":0}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
                r#"{"choices":[{"finish_reason":"stop","index":0,"content_filter_offsets":{"check_offset":1}}]}"#,
            ],
            answer(text(0, "Hi", "stop")),
        ),
        chunk_row(
            "content in parts",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm"}]},{"type":"text","text":"H"}]}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":[{"type":"text","text":"i"}]},"finish_reason":"stop"}]}"#,
            ],
            answer(json!([{
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "reasoning_content": "Hm"},
                "finish_reason": "stop",
            }])),
        ),
        chunk_row(
            "a refusal, audio, annotations",
            &[
                r#"{"choices":[{"index":0,"delta":{"refusal":"I can't","audio":{"id":"a","data":"AAAA"},"annotations":[{"type":"url_citation"}]},"finish_reason":"stop"}]}"#,
            ],
            answer(json!([{
                "index": 0,
                "message": {"role": "assistant", "content": null, "refusal": "I can't"},
                "finish_reason": "stop",
            }])),
        ),
        chunk_row(
            "delta before index, choices before id",
            &[
                r#"{"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop","index":3}],"model":"m","id":"x"}"#,
            ],
            with(answer(text(3, "Hi", "stop")), json!({"id": "x", "model": "m"})),
        ),
        chunk_row(
            "duplicated keys",
            &[
                r#"{"id":"x","id":"y","choices":[{"index":1,"delta":{"content":"H","content":"i"},"finish_reason":"length","finish_reason":"stop","index":0}]}"#,
            ],
            with(answer(text(0, "Hi", "stop")), json!({"id": "x"})),
        ),
        chunk_row(
            "a null role, the role on each chunk, no role",
            &[
                r#"{"choices":[{"index":0,"delta":{"role":null,"content":"H"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"role":"model","content":"i"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{"role":"model"}}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ],
            answer(
                json!([{"index": 0, "message": {"role": "model", "content": "Hi"}, "finish_reason": "stop"}]),
            ),
        ),
        chunk_row(
            "a time with a fraction, an integer id, a seed of more than 64 bits",
            &[
                r#"{"id":77,"created":1750.25,"seed":18446744073709551617,"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#,
            ],
            with(answer(text(0, "Hi", "stop")), json!({"id": "77", "created": 1750})),
        ),
        chunk_row(
            "a time that is a string",
            &[
                r#"{"created":"1750","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}"#,
            ],
            answer(text(0, "Hi", "stop")),
        ),
        chunk_row(
            "a null delta beside a message",
            &[
                r#"{"choices":[{"index":0,"delta":null,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}]}"#,
            ],
            answer(text(0, "Hi", "stop")),
        ),
        chunk_row(
            "choices interleaved, index 1 first",
            &[
                r#"{"choices":[{"delta":{"content":"B"},"index":1}]}"#,
                r#"{"choices":[{"delta":{"content":"A"},"index":0}]}"#,
                r#"{"choices":[{"delta":{"content":"b"},"finish_reason":"length","index":1}]}"#,
                r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"stop","index":0}]}"#,
            ],
            answer(json!([text(0, "Aa", "stop")[0], text(1, "Bb", "length")[0]])),
        ),
        chunk_row(
            "an index that is a string",
            &[r#"{"choices":[{"delta":{"content":"Hi"},"index":"1","finish_reason":"stop"}]}"#],
            answer(text(1, "Hi", "stop")),
        ),
        chunk_row(
            "indices that are none",
            &[
                r#"{"choices":[{"delta":{"content":"A"},"finish_reason":"stop"},{"delta":{"content":"B"},"index":-1,"finish_reason":"stop"},{"delta":{"content":"C"},"index":1.5,"finish_reason":"stop"}]}"#,
            ],
            answer(json!([text(0, "A", "stop")[0], text(1, "B", "stop")[0], text(2, "C", "stop")[0]])),
        ),
        chunk_row(
            "a reason on every chunk",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"H"},"finish_reason":""}]}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"i"},"finish_reason":"length"}]}"#,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ],
            answer(text(0, "Hi", "stop")),
        ),
        chunk_row(
            "log probabilities of 2 KiB a token",
            &[&format!(
                r#"{{"choices":[{{"index":0,"logprobs":{{"content":[{{"token":"Hi","logprob":-0.5,"top_logprobs":[{}0]}}]}},"delta":{{"content":"Hi"}},"finish_reason":"stop"}}]}}"#,
                r#"{"token":"x","bytes":[120],"logprob":-12.5},"#.repeat(44)
            )],
            answer(text(0, "Hi", "stop")),
        ),
        row(
            "Claude's: content only, the id changes, no reason",
            "data: {\"id\": \"a\", \"choices\": [{\"delta\": {\"content\": \"H\"}, \"index\": 0}]}\n\ndata: {\"id\": \"b\", \"choices\": [{\"delta\": {\"content\": \"i\"}, \"index\": 0}]}\n\ndata: [DONE]\n\n",
            with(answer(text(0, "Hi", Value::Null)), json!({"id": "a"})),
            json!({"type": "end", "verdict": "done"}),
        ),
        row(
            "Groq's error",
            format!(
                "data: {CHUNK}\n\ndata: {{\"choices\":[],\"x_groq\":{{\"error\":\"over capacity\"}}}}\n\n"
            ),
            answer(text(0, "Hi", "stop")),
            reported("over capacity", json!({})),
        ),
    ];
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
        "never heard of",
    ] {
        rows.push(chunk_row(
            &format!("the reason {reason}"),
            &[&CHUNK.replace("stop", reason)],
            answer(text(0, "Hi", reason)),
        ));
    }
    rows.push(row(
        "an empty reason",
        format!("data: {}\n\n", CHUNK.replace("stop", "")),
        answer(text(0, "Hi", Value::Null)),
        failed("truncated"),
    ));
    check(&rows);
}

#[test]
fn token_counts() {
    let usage = |prompt: u64, completion: u64| json!({"usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}});
    let hi = |name: &str, chunks: &[&str], counts: Value| {
        chunk_row(name, chunks, with(answer(text(0, "Hi", "stop")), counts))
    };
    let open = r#"{"choices":[{"index":0,"delta":{"content":"Hi"}}]}"#;
    let own = r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#;
    check(&[
        hi("an empty one", &[CHUNK, r#"{"choices":[],"usage":{}}"#], json!({})),
        hi("null", &[CHUNK, r#"{"choices":[],"usage":null}"#], json!({})),
        hi(
            "in the chunk with the reason",
            &[
                open,
                r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            ],
            usage(1, 2),
        ),
        hi("in a chunk of its own, behind the reason", &[CHUNK, own], usage(1, 2)),
        hi(
            "on every chunk",
            &[
                r#"{"choices":[{"index":0,"delta":{"content":"H"}}],"usage":{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1}}"#,
                r#"{"choices":[{"index":0,"delta":{"content":"i"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
            ],
            usage(1, 2),
        ),
        hi(
            "erased by nothing that comes later",
            &[CHUNK, own, r#"{"choices":[],"usage":null}"#, r#"{"choices":[],"usage":{}}"#],
            usage(1, 2),
        ),
        hi(
            "Groq's",
            &[
                CHUNK,
                r#"{"choices":[],"x_groq":{"id":"r","usage":{"queue_time":0.5,"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}}"#,
            ],
            usage(1, 2),
        ),
    ]);
}

#[test]
fn reasoning() {
    let hm = |name: &str, delta: &str| {
        let chunk = format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#);
        let message = json!({"role": "assistant", "content": "Hi", "reasoning_content": "Hm"});
        chunk_row(
            name,
            &[&chunk, CHUNK],
            answer(json!([{"index": 0, "message": message, "finish_reason": "stop"}])),
        )
    };
    check(&[
        hm("as reasoning_content", r#"{"reasoning_content":"Hm"}"#),
        hm("as reasoning", r#"{"reasoning":"Hm"}"#),
        hm(
            "as reasoning_details",
            r#"{"reasoning_details":[{"type":"reasoning.text","text":"Hm","index":0}]}"#,
        ),
        hm(
            "under several names at once",
            r#"{"content":"","reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm"}],"reasoning_content":"Hm"}"#,
        ),
    ]);
}

#[test]
fn tool_calls() {
    let calls = |name: &str, fragments: &[&str], expected: &[(&str, &str, &str)]| {
        let mut chunks: Vec<String> = fragments
            .iter()
            .map(|fragment| format!(r#"{{"choices":[{{"index":0,"delta":{{"tool_calls":{fragment}}}}}]}}"#))
            .collect();
        chunks.push(r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#.into());
        let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
        let calls: Vec<Value> = expected
            .iter()
            .map(|(id, name, arguments)| {
                json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
            })
            .collect();
        let message = json!({"role": "assistant", "content": null, "tool_calls": calls});
        chunk_row(
            name,
            &chunks,
            answer(json!([{"index": 0, "message": message, "finish_reason": "tool_calls"}])),
        )
    };
    let f = ("a", "f", r#"{"x":1}"#);
    let g = ("b", "g", r#"{"y":2}"#);
    check(&[
        calls(
            "in fragments, the later with empty ids and names",
            &[
                r#"[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]"#,
                r#"[{"index":0,"id":"","function":{"name":"","arguments":"{\"x\""}}]"#,
                r#"[{"index":0,"id":null,"function":{"name":null,"arguments":":1}"}}]"#,
            ],
            &[f],
        ),
        calls(
            "no index",
            &[
                r#"[{"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
                r#"[{"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}]"#,
            ],
            &[f, g],
        ),
        calls(
            "a null index, in fragments",
            &[
                r#"[{"index":null,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]"#,
                r#"[{"index":null,"function":{"arguments":":1}"}}]"#,
                r#"[{"index":null,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}]"#,
            ],
            &[f, g],
        ),
        calls(
            "two that share index 0",
            &[
                r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
                r#"[{"index":0,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}]"#,
            ],
            &[f, g],
        ),
        calls(
            "the id and the name on each fragment",
            &[
                r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]"#,
                r#"[{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}]"#,
            ],
            &[f],
        ),
        calls(
            "both whole in one fragment",
            &[
                r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":1}"}},{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y\":2}"}}]"#,
            ],
            &[f, g],
        ),
        calls(
            "interleaved",
            &[
                r#"[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","function":{"name":"g"}}]"#,
                r#"[{"index":1,"function":{"arguments":"{\"y\""}}]"#,
                r#"[{"index":0,"function":{"arguments":"{\"x\""}}]"#,
                r#"[{"index":1,"function":{"arguments":":2}"}},{"index":0,"function":{"arguments":":1}"}}]"#,
            ],
            &[f, g],
        ),
        calls(
            "the arguments as an object",
            &[r#"[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]"#],
            &[f],
        ),
        calls(
            "a thought signature",
            &[
                r#"[{"index":0,"id":"a","extra_content":{"google":{"thought_signature":"s=="}},"function":{"name":"f","arguments":"{\"x\":1}"}}]"#,
            ],
            &[f],
        ),
    ]);
}

#[test]
fn error_reports() {
    let reports: &[(&str, Value)] = &[
        (
            r#"{"error":{"message":"m","type":"t","code":"c","param":"p"}}"#,
            reported("m", json!({"code": "c", "error_type": "t"})),
        ),
        (r#"{"error":{"message":"m","code":429}}"#, reported("m", json!({"code": "429"}))),
        (r#"{"error":"text"}"#, reported("text", json!({}))),
        (r#"{"error":"x","error_type":"y"}"#, reported("x", json!({"error_type": "y"}))),
        (r#"[{"error":{"message":"m","code":"c"}}]"#, reported("m", json!({"code": "c"}))),
        (
            r#"{"object":"error","message":"m","type":"t","code":40303}"#,
            reported("m", json!({"code": "40303", "error_type": "t"})),
        ),
        (r#"{"code":20013,"message":"x","data":null}"#, reported("x", json!({"code": "20013"}))),
        (r#"{"detail":"text"}"#, reported("text", json!({}))),
        (
            r#"{"detail":[{"loc":["body","model"],"msg":"Field required","type":"missing"},{"loc":["body"],"msg":"Bad"}]}"#,
            reported("Field required; Bad", json!({})),
        ),
        (r#"{"message":"x"}"#, reported("x", json!({}))),
    ];
    let mut rows = Vec::new();
    for (report, ending) in reports {
        rows.push(row(&format!("as a body: {report}"), *report, answer(json!([])), ending.clone()));
        rows.push(row(
            &format!("behind an answer: {report}"),
            format!("data: {CHUNK}\n\ndata: {report}\n\ndata: [DONE]\n\n"),
            answer(text(0, "Hi", "stop")),
            ending.clone(),
        ));
    }
    check(&rows);
}

#[test]
fn megabytes_in_one_event() {
    let content = "Gr\u{fc}\u{df}e ".repeat(160 << 10);
    let escaped = content.replace('\u{fc}', "\\u00fc");
    check(&[chunk_row("a content", &[&CHUNK.replace("Hi", &escaped)], answer(text(0, &content, "stop")))]);
}

fn row(name: &str, body: impl Into<Vec<u8>>, message: Value, ending: Value) -> Row {
    Row { name: name.to_owned(), body: body.into(), message, ending }
}

/// A stream of these chunks, which is complete.
fn chunk_row(name: &str, chunks: &[&str], message: Value) -> Row {
    let events: String = chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
    row(name, events + "data: [DONE]\n\n", message, finished())
}

fn answer(choices: Value) -> Value {
    json!({"object": "chat.completion", "choices": choices})
}

fn text(index: u32, content: &str, reason: impl Into<Value>) -> Value {
    let message = json!({"role": "assistant", "content": content});
    json!([{"index": index, "message": message, "finish_reason": reason.into()}])
}

fn with(mut object: Value, members: Value) -> Value {
    let (Value::Object(object_members), Value::Object(more)) = (&mut object, members) else {
        unreachable!("both are objects")
    };
    object_members.extend(more);
    object
}

fn finished() -> Value {
    json!({"type": "end", "verdict": "finished"})
}

fn failed(kind: &str) -> Value {
    json!({"type": "error", "kind": kind})
}

fn reported(message: &str, labels: Value) -> Value {
    with(json!({"type": "error", "kind": "server", "message": message}), labels)
}

/// Runs the rows side by side. Each cut is made for each row, for one output or the other.
fn check(rows: &[Row]) {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(row) = rows.get(next.fetch_add(1, Ordering::Relaxed)) {
                    row.check();
                }
            });
        }
    });
}

impl Row {
    fn check(&self) {
        let Self { name, body, message, .. } = self;
        for cut in ["1", "3", "64"] {
            let run = decode(body, &["--output", "message", "--cut", cut]);
            self.check_status(&run, cut);
            assert_eq!(run.lines(), std::slice::from_ref(message), "{name}, cut {cut}");
        }
        let whole = decode(body, &["--output", "jsonl"]);
        self.check_lines(&whole);
        for cut in ["2", "7"] {
            let run = decode(body, &["--output", "jsonl", "--cut", cut]);
            self.check_status(&run, cut);
            assert_eq!(run.joined(), whole.joined(), "{name}, cut {cut}");
        }
    }

    fn check_status(&self, run: &Run, cut: &str) {
        let expected = i32::from(self.ending["type"] == "error");
        assert_eq!(run.status, Some(expected), "{}, cut {cut}: {run:?}", self.name);
    }

    /// The lines must say what the message says.
    fn check_lines(&self, run: &Run) {
        let name = &self.name;
        self.check_status(run, "none");
        let mut ending = run.ending();
        if ending["type"] == "error" && ending["kind"] != "server" {
            let said = ending.as_object_mut().and_then(|ending| ending.remove("message"));
            assert!(said.is_some_and(|said| said.as_str().is_some_and(|said| !said.is_empty())), "{name}");
        }
        assert_eq!(ending, self.ending, "{name}");

        let lines = run.lines();
        let of = |kind: &str, choice: &Value, member: &str| -> Vec<Value> {
            let is_meant = |line: &&Value| line["type"] == kind && line["choice"] == *choice;
            lines.iter().filter(is_meant).map(|line| line[member].clone()).collect()
        };
        let choices = self.message["choices"].as_array().unwrap();
        for choice in choices {
            let (index, message) = (&choice["index"], &choice["message"]);
            for (kind, member) in
                [("content", "content"), ("reasoning", "reasoning_content"), ("refusal", "refusal")]
            {
                let text = concatenated(&of(kind, index, "text"));
                assert_eq!(text, message[member].as_str().unwrap_or_default(), "{name}: {kind}");
            }
            let calls = message["tool_calls"].as_array().map_or(&[][..], Vec::as_slice);
            let arguments: usize =
                calls.iter().map(|call| call["function"]["arguments"].as_str().unwrap().len()).sum();
            assert_eq!(concatenated(&of("tool_call", index, "arguments")).len(), arguments, "{name}");
            let reasons = of("finish", index, "reason");
            assert_eq!(reasons.last().unwrap_or(&Value::Null), &choice["finish_reason"], "{name}");
        }
        let is_of_choice = |line: &&Value| line.get("choice").is_some();
        let is_expected = |line: &Value| choices.iter().any(|choice| choice["index"] == line["choice"]);
        assert!(lines.iter().filter(is_of_choice).all(is_expected), "{name}: {lines:?}");
        let usage = lines.iter().find(|line| line["type"] == "usage");
        for count in ["prompt_tokens", "completion_tokens", "total_tokens"] {
            assert_eq!(
                usage.map_or(&Value::Null, |usage| &usage[count]),
                &self.message["usage"][count],
                "{name}: {count}"
            );
        }
    }
}

fn concatenated(texts: &[Value]) -> String {
    texts.iter().filter_map(Value::as_str).collect()
}
