//! What is sent.

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, RecordedRequest};
use serde_json::{Value, json};

use crate::support::{Run, chat, choreo, file, run};

fn gateway() -> Gateway {
    let data = Chunks::new(Dialect::Gateway, "gpt-4").text(&["Hi"], "stop");
    Gateway::start(Answer::sse(data).done()).unwrap()
}

fn only_request(gateway: &Gateway) -> RecordedRequest {
    let [request] = gateway.requests().try_into().unwrap();
    assert!(gateway.violations().is_empty());
    request
}

/// The body of the request that these arguments make.
fn body(args: &[&str]) -> Value {
    let gateway = gateway();
    chat(&gateway, args).expect(0);
    only_request(&gateway).json().unwrap()
}

#[test]
fn the_least_that_can_be_asked() {
    let expected = json!({"model": "gpt-4", "messages": [{"role": "user", "content": "Hi"}], "stream": true});
    assert_eq!(body(&["Hi"]), expected);
}

#[test]
fn everything_that_can_be_asked() {
    let weather = file("weather.json", " {\"type\": \"function\", \"function\": {\"name\": \"weather\"}}\n");
    let time = file("time.json", r#"{"type": "function", "function": {"name": "time", "strict": true}}"#);
    let sent = body(&[
        "Last",
        "--message",
        "assistant:Second: yes",
        "--system",
        "-First",
        "--message",
        "user:",
        "--model",
        "claude-3",
        "--temperature",
        "0.25",
        "--max-tokens",
        "7",
        "--n",
        "2",
        "--stop",
        "--",
        "--stop",
        "\n",
        "--tool",
        &weather,
        "--tool",
        &time,
        "--extra",
        r#"{"temperature": 1, "seed": 12345678901234567890, "stream_options": {"include_usage": true}}"#,
    ]);
    let expected = json!({
        "model": "claude-3",
        "messages": [
            {"role": "system", "content": "-First"},
            {"role": "assistant", "content": "Second: yes"},
            {"role": "user", "content": ""},
            {"role": "user", "content": "Last"},
        ],
        "temperature": 1,
        "max_tokens": 7,
        "n": 2,
        "stop": ["--", "\n"],
        "stream": true,
        "tools": [
            {"type": "function", "function": {"name": "weather"}},
            {"type": "function", "function": {"name": "time", "strict": true}},
        ],
        "seed": 12345678901234567890_u64,
        "stream_options": {"include_usage": true},
    });
    assert_eq!(sent, expected);
}

#[test]
fn a_whole_answer_is_asked_for_without_stream() {
    let gateway = gateway();
    chat(&gateway, &["--no-stream", "Hi"]).expect(0);
    assert_ne!(only_request(&gateway).json().unwrap()["stream"], true);
}

#[test]
fn the_version_in_a_base_url_is_not_doubled() {
    for (suffix, path) in [
        ("", "/v1/chat/completions"),
        ("/", "/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/v1/", "/v1/chat/completions"),
        ("/team/v1", "/team/v1/chat/completions"),
        ("/team", "/team/v1/chat/completions"),
    ] {
        let gateway = gateway();
        let url = format!("{}{suffix}", gateway.base_url());
        run(["chat", "--base-url", &url, "--api-key", "k", "Hi"]).expect(0);
        let request = only_request(&gateway);
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", path), "{suffix}");
    }
}

#[test]
fn the_key_comes_from_the_argument_or_the_environment() {
    for (args, variable, sent) in [
        (&["--api-key", "from-argument"][..], None, Some("Bearer from-argument")),
        (&[], Some("from-environment"), Some("Bearer from-environment")),
        (&["--api-key", "from-argument"], Some("from-environment"), Some("Bearer from-argument")),
        (&["--api-key", ""], Some("from-environment"), None),
        (&["--api-key="], None, None),
    ] {
        let gateway = gateway();
        let mut command = choreo(["chat", "Hi"].iter().chain(args));
        command.env("CHOREOAI_BASE_URL", gateway.base_url());
        if let Some(key) = variable {
            command.env("CHOREOAI_API_KEY", key);
        }
        Run::from(command.output().unwrap()).expect(0);
        assert_eq!(only_request(&gateway).header("authorization"), sent, "{args:?} {variable:?}");
    }
}

#[test]
fn the_base_url_of_the_argument_wins() {
    let gateway = gateway();
    let args = ["chat", "--base-url", &gateway.base_url(), "--api-key", "k", "Hi"];
    let run = Run::from(choreo(args).env("CHOREOAI_BASE_URL", "http://127.0.0.1:1").output().unwrap());
    assert_eq!(run.expect(0).stdout, "Hi\n");
    assert_eq!(run.stderr, "");
}

#[test]
fn without_a_key_nothing_is_sent() {
    for key in [None, Some("")] {
        let gateway = gateway();
        let mut command = choreo(["chat", "--output", "jsonl", "--base-url", &gateway.base_url(), "Hi"]);
        if let Some(key) = key {
            command.env("CHOREOAI_API_KEY", key);
        }
        let run = Run::from(command.output().unwrap());
        assert_eq!(run.expect(1).ending()["kind"], "invalid_request");
        assert!(run.stderr.contains("CHOREOAI_API_KEY"), "{run:?}");
        assert_eq!(gateway.connections(), 0);
    }
}

#[test]
fn without_a_base_url_an_embedded_gateway_answers() {
    for variable in [None, Some("")] {
        // A key in the environment is neither wanted nor in the way, however odd.
        let mut command = choreo(["chat", "--output", "jsonl", "ping \"x\""]);
        command.env("CHOREOAI_API_KEY", "sk-not\na-key");
        if let Some(url) = variable {
            command.env("CHOREOAI_BASE_URL", url);
        }
        let run = Run::from(command.output().unwrap());
        run.expect(0);
        let text = run.content(&json!(0));
        for part in ["\u{1f980}", "ü", "\"", "\n", "ping \"x\""] {
            assert!(text.contains(part), "{part:?} is not in {text:?}");
        }
        let pieces = run.lines().iter().filter(|line| line["type"] == "content").count();
        assert!(pieces >= 8, "{pieces} pieces");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
        assert!(run.stderr.contains("http://127.0.0.1:"), "{run:?}");
        assert!(!run.stderr.contains("sk-not"), "{run:?}");
    }
}

#[test]
fn a_way_without_encryption_is_warned_of_once() {
    let gateway = gateway();
    assert_eq!(chat(&gateway, &["Hi"]).expect(0).stderr, "");
    // An address that is not a loopback one, and leads to this machine all the same.
    let url = gateway.base_url().replace("127.0.0.1", "0.0.0.0");
    let run = run(["chat", "--base-url", &url, "--api-key", "test-key", "Hi"]);
    let expected = format!("choreo: {url} is reached without encryption: ");
    assert!(run.expect(0).stderr.starts_with(&expected) && run.stderr.lines().count() == 1, "{run:?}");
}
