//! Every kind of error, and what is written when one comes.

use std::net::SocketAddr;

use choreoai_testkit::wire::{self, Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, Script, Step};
use serde_json::{Value, json};
use socket2::{Domain, Socket, Type};

use crate::support::{Run, chat, run};

/// What `--output jsonl` ends with, after a check of the status and of standard error.
fn failure(run: &Run) -> Value {
    let ending = run.expect(1).ending();
    assert_eq!(ending["type"], "error", "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    assert!(ending["message"].as_str().is_some_and(|message| !message.is_empty()), "{ending}");
    ending
}

fn failure_of(script: impl Into<Script>, args: &[&str]) -> Value {
    let gateway = Gateway::start(script).unwrap();
    failure(&chat(&gateway, &[&["--output", "jsonl", "--max-retries", "0", "Hi"], args].concat()))
}

fn begun() -> Answer {
    Answer::event_stream().event(Chunks::new(Dialect::Gateway, "gpt-4").content(0, "Hi"))
}

#[test]
fn http() {
    let body = wire::error("Wrong key.", "authentication_error", Some("invalid_api_key"), None);
    let expected = json!({
        "type": "error",
        "kind": "http",
        "status": 401,
        "code": "invalid_api_key",
        "error_type": "authentication_error",
        "message": "Wrong key.",
        "attempts": 1,
    });
    assert_eq!(failure_of(Answer::json(401, body), &[]), expected);

    let integer = r#"{"code": 20013, "message": "x", "data": null}"#;
    let expected = json!({"type": "error", "kind": "http", "status": 400, "code": "20013", "message": "x", "attempts": 1});
    assert_eq!(failure_of(Answer::json(400, integer), &[]), expected);

    for body in [wire::detail(""), wire::proxy_page(404, "Not Found"), String::new()] {
        let ending = failure_of(Answer::json(404, body), &[]);
        assert_eq!((&ending["kind"], &ending["status"]), (&json!("http"), &json!(404)));
        assert!(ending.get("code").is_none() && ending.get("error_type").is_none(), "{ending}");
    }
}

#[test]
fn attempts_are_counted() {
    let busy = Answer::json(503, wire::detail("busy")).header("retry-after-ms", "1");
    let gateway = Gateway::start(busy).unwrap();
    let ending = failure(&chat(&gateway, &["--output", "jsonl", "--max-retries", "3", "Hi"]));
    assert_eq!((&ending["status"], &ending["attempts"]), (&json!(503), &json!(4)));
    assert_eq!(gateway.requests().len(), 4);
}

#[test]
fn server() {
    let answer = begun().event(wire::stream_error("Lost the provider."));
    let expected = json!({
        "type": "error",
        "kind": "server",
        "status": 200,
        "error_type": "stream_error",
        "message": "Lost the provider.",
        "attempts": 1,
    });
    assert_eq!(failure_of(answer, &[]), expected);
    let whole = wire::error("No.", "x", None, None);
    assert_eq!(failure_of(Answer::json(200, whole.clone()), &[])["kind"], "server");
    assert_eq!(failure_of(Answer::json(200, whole), &["--no-stream"])["kind"], "server");
}

#[test]
fn truncated() {
    let chunk = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "Hi");
    for answer in [
        begun(),
        begun().close(),
        begun().reset(),
        begun().body("data: {\"choi").close(),
        Answer::new(200).close_delimited().body(format!("data: {chunk}\n\n")),
        Answer::new(200).header("content-length", "1000").body(format!("data: {chunk}\n\n")).close(),
        Answer::json(200, ""),
        Answer::event_stream(),
        Answer::json(200, r#"{"choices": [{"message": {"content": "H"#),
    ] {
        assert_eq!(failure_of(answer.clone(), &[])["kind"], "truncated", "{answer:?}");
        assert_eq!(failure_of(answer.clone(), &["--no-stream"])["kind"], "truncated", "{answer:?}");
    }
}

#[test]
fn connect() {
    // Bound, so that nobody else gets the port, and not listening.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    let closed = socket.local_addr().unwrap().as_socket().unwrap();
    // No resolver takes a label of more than 63 characters, so none is asked over the network; and nothing is warned of
    // that stays within this machine.
    let unknown = format!("http://{}.localhost", "x".repeat(64));
    for url in [format!("http://{closed}"), unknown] {
        let args =
            ["chat", "--base-url", &url, "--api-key", "k", "--max-retries", "0", "--output", "jsonl", "Hi"];
        let ending = failure(&run(args));
        assert_eq!((&ending["kind"], &ending["attempts"]), (&json!("connect"), &json!(1)), "{ending}");
        assert!(ending.get("status").is_none(), "{ending}");
    }
}

#[test]
fn timeouts() {
    let stalled = || Script::new(|_| Answer::raw([Step::Stall]));
    let soon = "0.05";
    for (script, option, kind) in [
        (stalled(), "--first-event-timeout", "timeout_first_event"),
        (stalled(), "--total-timeout", "timeout_total"),
        (
            Answer::event_stream().body(": hello\n\n").stall().into(),
            "--first-event-timeout",
            "timeout_first_event",
        ),
        (begun().stall().into(), "--idle-timeout", "timeout_idle"),
        (begun().stall().into(), "--total-timeout", "timeout_total"),
    ] {
        assert_eq!(failure_of(script, &[option, soon])["kind"], kind, "{option}");
    }
    // The TCP connection stands, but the TLS handshake gets no answer.
    let gateway = Gateway::start(stalled().on_connect(|_| Some(Answer::raw([Step::Stall])))).unwrap();
    let url = gateway.base_url().replace("http:", "https:");
    let ca = choreoai_testkit::tls::Authority::new().unwrap().pem();
    let ca = crate::support::file("timeouts.pem", &ca);
    let args =
        ["chat", "--base-url", &url, "--api-key", "k", "--ca-file", &ca, "--max-retries", "0", "--output"];
    let run = run(args.iter().chain(&["jsonl", "--connect-timeout", soon, "Hi"]));
    assert_eq!(failure(&run)["kind"], "timeout_connect");
}

#[test]
fn protocol() {
    for answer in [
        begun().event("{\"choices\": [tru]}"),
        Answer::json(200, "{\"choices\": }"),
        Answer::new(200).header("content-type", "text/html").body(wire::proxy_page(200, "OK")),
        Answer::new(200).header("content-type", "text/plain").body("It works!"),
        Answer::json(200, "{\"status\": \"healthy\"}"),
        Answer::event_stream().header("content-encoding", "gzip").body("\x1f\u{8b}"),
        Answer::raw([Step::Send(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), Step::Close]),
    ] {
        assert_eq!(failure_of(answer.clone(), &[])["kind"], "protocol", "{answer:?}");
    }
}

#[test]
fn limit() {
    let endless = b"HTTP/1.1 200 OK\r\nx: ".iter().copied().chain(std::iter::repeat_n(b'x', 1 << 20));
    assert_eq!(failure_of(Answer::raw([Step::Send(endless.collect())]), &[])["kind"], "limit");
    let deep = format!("{{\"x\": {}", "[".repeat(200));
    assert_eq!(failure_of(begun().event(deep), &[])["kind"], "limit");
}

/// The index of a choice comes after its text; the text is not lost when it does not come, nor taken for choice 0's.
#[test]
fn text_of_a_choice_that_was_cut_before_its_index() {
    let chunk = Chunks::new(Dialect::Gateway, "gpt-4").content(0, "there");
    let (cut, _) = chunk.split_at(chunk.find("\"index\"").unwrap());
    let gateway = Gateway::start(begun().body(format!("data: {cut}")).close()).unwrap();

    let run = chat(&gateway, &["--output", "jsonl", "Hi"]);
    assert_eq!(failure(&run)["kind"], "truncated");
    let expected =
        [json!({"type": "content", "choice": 0, "text": "Hi"}), json!({"type": "content", "text": "there"})];
    assert_eq!(run.lines()[..2], expected);

    let run = chat(&gateway, &["Hi"]);
    assert_eq!(run.expect(1).stdout, "Hi\n");
    assert!(run.stderr.contains("there\n"), "{run:?}");

    let run = chat(&gateway, &["--output", "message", "Hi"]);
    let [message] = run.expect(1).lines().try_into().unwrap();
    let expected = json!([
        {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": null},
        {"message": {"role": "assistant", "content": "there"}, "finish_reason": null},
    ]);
    assert_eq!(message["choices"], expected);
}

#[test]
fn what_was_known_is_written_before_the_error() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let data = [chunks.role(0), chunks.content(0, "Hi"), chunks.finish(0, "stop"), chunks.usage(1, 2)];
    let answer = Answer::sse(data).event(wire::stream_error("Too late."));
    let gateway = Gateway::start(answer).unwrap();
    let run = chat(&gateway, &["--output", "jsonl", "Hi"]);
    assert_eq!(failure(&run)["kind"], "server");
    let expected = [
        json!({"type": "role", "choice": 0, "role": "assistant"}),
        json!({"type": "content", "choice": 0, "text": "Hi"}),
        json!({"type": "finish", "choice": 0, "reason": "stop"}),
        json!({"type": "usage", "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}),
    ];
    assert_eq!(run.lines()[..4], expected);
    assert_eq!(run.lines().len(), 5);
}

#[test]
fn an_error_in_text_and_message() {
    let answer = begun().event(wire::stream_error("Lost the provider."));
    for mode in [&[][..], &["--no-stream"]] {
        let gateway = Gateway::start(answer.clone()).unwrap();
        let run = chat(&gateway, &[mode, &["Hi"]].concat());
        assert_eq!(run.expect(1).stdout, "Hi\n");
        assert!(run.stderr.starts_with("choreo: ") && run.stderr.contains("Lost the provider."), "{run:?}");
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");

        let run = chat(&gateway, &[mode, &["--output", "message", "Hi"]].concat());
        let [message] = run.expect(1).lines().try_into().unwrap();
        assert_eq!(message["choices"][0]["message"]["content"], "Hi");
        assert!(run.stderr.contains("Lost the provider."), "{run:?}");
    }
    // Nothing came at all.
    let gateway = Gateway::start(Answer::json(404, wire::detail("What?"))).unwrap();
    assert_eq!(chat(&gateway, &["Hi"]).expect(1).stdout, "");
    let run = chat(&gateway, &["--output", "message", "Hi"]);
    assert_eq!(run.expect(1).lines(), [json!({"object": "chat.completion", "choices": []})]);
}

#[test]
fn a_key_that_the_server_repeats_is_not_written() {
    let body = wire::error("bad key test-key", "authentication_error", Some("test-key"), None);
    let gateway = Gateway::start(Answer::json(401, body)).unwrap();
    for format in ["text", "jsonl", "message"] {
        let run = chat(&gateway, &["--output", format, "Hi"]);
        run.expect(1);
        assert!(!run.stdout.contains("test-key") && !run.stderr.contains("test-key"), "{run:?}");
    }
}
