//! `choreo batch`: what is asked, and what is written.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use choreoai_testkit::wire::{self, Dialect, Message};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome, RecordedRequest, Script};
use serde_json::{Value, json};

use crate::support::{Run, Running, choreo, file, run};

/// What the user says in a request.
pub(crate) fn said(request: &RecordedRequest) -> String {
    let body = request.json().unwrap();
    body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned()
}

/// An answer that repeats what was said.
pub(crate) fn echo(request: &RecordedRequest) -> Answer {
    let text = format!("<{}>", said(request));
    let message = Message { content: Some(&text), finish_reason: Some("stop"), ..Message::default() };
    Answer::json(200, wire::completion(Dialect::Gateway, "gpt-4", &[message], (3, 4)))
}

/// What is written for an echo.
pub(crate) fn echoed(line: u64, message: &str) -> Value {
    json!({
        "line": line,
        "message": message,
        "response": format!("<{message}>"),
        "model": "gpt-4",
        "finish_reason": "stop",
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    })
}

pub(crate) fn batch_args<'a>(url: &'a str, args: &[&'a str]) -> Vec<&'a str> {
    [&["batch", "--base-url", url, "--api-key", "test-key", "--max-retries", "0"], args].concat()
}

pub(crate) fn batch(gateway: &Gateway, args: &[&str]) -> Run {
    run(batch_args(&gateway.base_url(), args))
}

#[test]
fn lines_of_text() {
    let questions = file("lines-of-text.txt", "\u{feff}one\r\n\n \t\n  two \r\nGrüße \"\\\n{\"message\": 1}");
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let run = batch(&gateway, &[&questions]);
    let expected =
        [echoed(1, "one"), echoed(4, "  two "), echoed(5, "Grüße \"\\"), echoed(6, "{\"message\": 1}")];
    assert_eq!(run.expect(0).lines(), expected);
    assert_eq!(run.stderr, "");
    let body = gateway.requests()[0].json().unwrap();
    assert_eq!(
        body,
        json!({"model": "gpt-4", "messages": [{"role": "user", "content": said(&gateway.requests()[0])}]})
    );
}

#[test]
fn objects_say_otherwise_than_the_options() {
    let questions = [
        r#"{"message": "a"}"#,
        r#"{"id": "x", "message": "b", "system": "t", "model": "n", "temperature": 0, "max_tokens": 6, "extra": {"seed": 1}}"#,
        r#"{"id": 7, "message": "c\u0000"}"#,
    ];
    let questions = file("objects.jsonl", &questions.join("\n"));
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let options = [
        "--concurrency",
        "1",
        "--model",
        "m",
        "--system",
        "s",
        "--temperature",
        "1",
        "--max-tokens",
        "5",
        "--extra",
        r#"{"user": "u"}"#,
        &questions,
    ];
    let lines = batch(&gateway, &options).expect(0).lines();
    let ids: Vec<&Value> = lines.iter().map(|line| &line["id"]).collect();
    assert_eq!(ids, [&Value::Null, &json!("x"), &json!(7)]);
    assert_eq!(lines[2]["response"], "<c\0>");
    let bodies: Vec<Value> = gateway.requests().iter().map(|request| request.json().unwrap()).collect();
    let messages = |system: &str, user: &str| json!([{"role": "system", "content": system}, {"role": "user", "content": user}]);
    assert_eq!(
        bodies[..2],
        [
            json!({"model": "m", "messages": messages("s", "a"), "temperature": 1.0, "max_tokens": 5, "user": "u"}),
            json!({"model": "n", "messages": messages("t", "b"), "temperature": 0.0, "max_tokens": 6, "seed": 1}),
        ]
    );
}

#[test]
fn the_format_is_told_by_the_name_or_by_the_option() {
    let line = "{\"message\": \"a\"}\n";
    for (name, format, message) in [
        ("format.txt", None, "{\"message\": \"a\"}"),
        ("format.ndjson", None, "a"),
        ("format.jsonl", Some("text"), "{\"message\": \"a\"}"),
        ("format-too.txt", Some("jsonl"), "a"),
    ] {
        let questions = file(name, line);
        let gateway = Gateway::start(Script::new(echo)).unwrap();
        let mut args = vec![&*questions];
        args.extend(format.iter().flat_map(|format| ["--format", format]));
        assert_eq!(batch(&gateway, &args).expect(0).lines(), [echoed(1, message)], "{name}");
    }
}

#[test]
fn answers_are_written_in_order_and_as_soon_as_that_allows() {
    let gate = Gate::new();
    let held = gate.clone();
    let script = Script::new(move |request| {
        let answer = echo(request);
        if said(request) == "2" { Answer::raw([]).gate(&held).step(whole(&answer)) } else { answer }
    });
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    let mut command = choreo(batch_args(&url, &["--concurrency", "2", "-"]));
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    // What has come is asked while standard input stays open.
    running.child.stdin.as_mut().unwrap().write_all(b"1\n2\n3\n4\n5\n").unwrap();
    let requests = gateway.wait_for_requests(5);
    assert_eq!(requests.iter().filter(|request| said(request) == "2").count(), 1);
    gate.open();
    let run = running.end();
    let expected: Vec<Value> = (1..=5).map(|line| echoed(line, &line.to_string())).collect();
    assert_eq!(run.expect(0).lines(), expected);
}

/// An answer as one step, for behind a gate that holds back its head, too.
pub(crate) fn whole(answer: &Answer) -> choreoai_testkit::Step {
    let body = answer.body_bytes();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    choreoai_testkit::Step::Send([head.as_bytes(), &body].concat())
}

/// Lets another process come to its end, in which time one that would send more requests sends them.
fn time_for_more() {
    run(["--version"]).expect(0);
}

/// Each answer that is let go brings one request more, and no other.
#[test]
fn no_more_are_asked_at_once_than_told() {
    let gates: Vec<Gate> = (0..10).map(|_| Gate::new()).collect();
    let held = gates.clone();
    let script = Script::new(move |request| {
        let gate = &held[said(request).parse::<usize>().unwrap()];
        Answer::raw([]).gate(gate).step(whole(&echo(request)))
    });
    let questions: String = (0..10).map(|number| format!("{number}\n")).collect();
    let questions = file("at-once.txt", &questions);
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    let running = Running::start(choreo(batch_args(&url, &["--concurrency", "3", &questions])));
    for asked in 3..=10 {
        gateway.wait_for_requests(asked);
        time_for_more();
        assert_eq!(gateway.requests().len(), asked);
        gates[asked - 3].open();
    }
    gates.iter().for_each(Gate::open);
    assert_eq!(running.end().expect(0).lines().len(), 10);
}

/// Lines wait for one before them that is slow: only so many.
#[test]
fn a_slow_answer_lets_only_so_many_overtake_it() {
    let gate = Gate::new();
    let held = gate.clone();
    let script = Script::new(move |request| {
        let answer = echo(request);
        if said(request) == "0" { Answer::raw([]).gate(&held).step(whole(&answer)) } else { answer }
    });
    let questions: String = (0..100).map(|number| format!("{number}\n")).collect();
    let questions = file("slow.txt", &questions);
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    let running = Running::start(choreo(batch_args(&url, &["--concurrency", "2", &questions])));
    // 8 for each of the two. The last of them is answered, and nothing follows it until the first one is.
    gateway.wait_for_requests(16);
    gateway.wait_for_outcome(15);
    time_for_more();
    assert_eq!(gateway.requests().len(), 16);
    gate.open();
    let run = running.end();
    let expected: Vec<Value> = (0..100).map(|number| echoed(number + 1, &number.to_string())).collect();
    assert_eq!(run.expect(0).lines(), expected);
}

#[test]
fn a_line_that_fails_leaves_the_others_alone() {
    let script = Script::new(|request| match &*said(request) {
        "refused" => {
            Answer::json(404, wire::error("No such model.", "not_found_error", Some("model_not_found"), None))
        }
        "cut" => Answer::new(200)
            .header("content-length", "1000")
            .body(r#"{"choices": [{"index": 0, "message": {"content": "Hal"#)
            .close(),
        _ => echo(request),
    });
    let questions = file(
        "failing.jsonl",
        "{\"message\": \"a\"}\n{\"message\": \"refused\", \"id\": \"x\"}\n{\"message\": \"cut\"}\n{\"message\": \"b\"}\n{\"message\": \"c\", \"temperature\": 9}\n",
    );
    let gateway = Gateway::start(script).unwrap();
    let run = batch(&gateway, &["--concurrency", "1", &questions]);
    let lines = run.expect(1).lines();
    assert_eq!((&lines[0], &lines[3]), (&echoed(1, "a"), &echoed(4, "b")));
    let refused = json!({
        "line": 2,
        "id": "x",
        "message": "refused",
        "error": {
            "kind": "http",
            "message": "No such model.",
            "status": 404,
            "code": "model_not_found",
            "error_type": "not_found_error",
            "attempts": 1,
        },
    });
    assert_eq!(lines[1], refused);
    assert_eq!((&lines[2]["error"]["kind"], &lines[2]["partial"]), (&json!("truncated"), &json!("Hal")));
    assert!(lines[2].get("response").is_none());
    assert_eq!(lines[4]["error"]["kind"], "invalid_request");
    assert_eq!(gateway.requests().len(), 4);
    let told = "choreo: 2 of 5 lines are answered; the first failure is of line 2: ";
    assert!(run.stderr.starts_with(told) && run.stderr.lines().count() == 1, "{run:?}");
}

#[test]
fn lines_that_cannot_be_used_are_named() {
    let long = "x".repeat((1 << 20) + 1);
    let allowed = "y".repeat(1 << 20);
    let text = [b"a\xff\nb\0\n", long.as_bytes(), b"\n", allowed.as_bytes(), b"\n"].concat();
    let path = file("hostile.txt", "");
    fs::write(&path, text).unwrap();
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let run = batch(&gateway, &[&path]);
    let lines = run.expect(1).lines();
    for (line, told) in lines.iter().zip([
        "line 1: it is not UTF-8 at byte 2",
        "line 2: it holds a NUL: is this a file of text?",
        "line 3: it is longer than 1048576 bytes",
    ]) {
        assert_eq!(line["error"], json!({"kind": "invalid_request", "message": told}));
    }
    assert_eq!(lines[3], echoed(4, &allowed));
    assert!(
        run.stderr.contains("1 of 4 lines are answered; the first failure is of line 1: "),
        "{}",
        run.stderr
    );

    let path = file("hostile.jsonl", "{\"message\": \"a\"}\n{\"message\": \n\n{\"massage\": \"a\"}\n");
    let lines = batch(&gateway, &[&path]).expect(1).lines();
    assert_eq!(lines.len(), 3);
    assert_eq!((&lines[1]["line"], &lines[2]["line"]), (&json!(2), &json!(4)));
    let told = lines[2]["error"]["message"].as_str().unwrap();
    assert!(told.starts_with("line 4: it is no question: unknown field `massage`"), "{told}");
}

#[test]
fn what_was_called_for_besides_text_is_written() {
    let calls = [("call_a", "weather", "{}")];
    let message = Message {
        refusal: Some("No."),
        tool_calls: &calls,
        finish_reason: Some("tool_calls"),
        ..Message::default()
    };
    let answer = Answer::json(200, wire::completion(Dialect::Gateway, "gpt-4", &[message], (3, 4)));
    let gateway = Gateway::start(answer).unwrap();
    let [line] = batch(&gateway, &[&file("calls.txt", "a")]).expect(0).lines().try_into().unwrap();
    assert_eq!((&line["response"], &line["refusal"]), (&json!(""), &json!("No.")));
    let call =
        json!([{"id": "call_a", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]);
    assert_eq!(line["tool_calls"], call);
}

#[test]
fn nothing_to_ask_and_nothing_to_read() {
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    assert_eq!(batch(&gateway, &[&file("empty.txt", "\n\r\n")]).expect(0).stdout, "");
    for (args, told) in [
        (&["/no/such/file"][..], "cannot read /no/such/file: "),
        (&["/"], "cannot read /: "),
        (&["--concurrency", "0", "-"], "--concurrency: 0 is not from 1 to 1000"),
        (&["--output", "/no/such/directory/out", "-"], "cannot write /no/such/directory/out: "),
    ] {
        let run = batch(&gateway, args);
        assert!(run.expect(1).stderr.starts_with(&format!("choreo: {told}")), "{run:?}");
    }
    assert_eq!(gateway.requests().len(), 0);
    run(["batch", "--resume", "-"]).expect(2);
    run(["batch"]).expect(2);
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let gate = Gate::new();
    let held = gate.clone();
    let script = Script::new(move |request| match &*said(request) {
        "1" => Answer::raw([]).gate(&held).step(whole(&echo(request))),
        "2" => Answer::raw([]).stall(),
        _ => echo(request),
    });
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    let mut command = choreo(batch_args(&url, &["--concurrency", "2", "-"]));
    command.stdin(Stdio::piped());
    let mut running = Running::start(command);
    // More than a pipe holds, should another process keep the reader's end open for a moment.
    let text = "x".repeat(1 << 19);
    running.child.stdin.take().unwrap().write_all(format!("1\n2\n{text}\n").as_bytes()).unwrap();
    gateway.wait_for_requests(2);
    drop(running.child.stdout.take());
    gate.open();
    let second = gateway.requests().iter().position(|request| said(request) == "2").unwrap();
    assert_eq!(gateway.wait_for_outcome(second), Outcome::PeerClosed);
    let run = running.end();
    assert_eq!((run.status, &*run.stderr), (Some(1), ""));
}
