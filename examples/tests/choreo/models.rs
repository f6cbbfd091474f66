//! `choreo models`.

use choreoai_testkit::{Answer, Gateway, demo, wire};
use serde_json::json;

use crate::support::{Run, choreo, run};

fn models(gateway: &Gateway, args: &[&str]) -> Run {
    let url = gateway.base_url();
    run(["models", "--base-url", &url, "--api-key", "test-key"].iter().chain(args))
}

#[test]
fn a_model_a_line() {
    let gateway = Gateway::start(Answer::json(200, wire::models(&["gpt-4", "claude-3"]))).unwrap();
    assert_eq!(models(&gateway, &[]).expect(0).stdout, "gpt-4\nclaude-3\n");
    let run = models(&gateway, &["--output", "jsonl"]);
    let expected = [
        json!({"type": "model", "id": "gpt-4", "created": 1_750_000_000, "owned_by": "openai"}),
        json!({"type": "model", "id": "claude-3", "created": 1_750_000_000, "owned_by": "anthropic"}),
        json!({"type": "end", "verdict": "finished"}),
    ];
    assert_eq!(run.expect(0).lines(), expected);
    for request in gateway.requests() {
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/v1/models"));
        assert_eq!(request.header("authorization"), Some("Bearer test-key"));
    }
    assert!(gateway.violations().is_empty());
}

#[test]
fn no_models_are_no_lines() {
    let gateway = Gateway::start(Answer::json(200, wire::models(&[]))).unwrap();
    assert_eq!(models(&gateway, &[]).expect(0).stdout, "");
}

#[test]
fn one_model_by_its_name() {
    let gateway = demo::start(demo::Options::default()).unwrap();
    assert_eq!(models(&gateway, &["gpt-4"]).expect(0).stdout, "gpt-4\n");
    let run = models(&gateway, &["--output", "jsonl", "meta/none"]);
    let ending = run.expect(1).ending();
    assert_eq!((&ending["kind"], &ending["status"]), (&json!("http"), &json!(404)));
    assert_eq!((&ending["code"], &ending["attempts"]), (&json!("resource_not_found"), &json!(1)));
    assert!(ending["message"].as_str().unwrap().contains("\"meta/none\""), "{ending}");
}

#[test]
fn an_embedded_gateway_answers_when_none_is_named() {
    let run = run(["models"]);
    assert!(run.expect(0).stdout.lines().any(|line| line == "gpt-4"), "{run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
    assert!(run.stderr.contains("http://127.0.0.1:"), "{run:?}");
}

#[test]
fn failures() {
    let page = Answer::new(200).header("content-type", "text/html").body(wire::proxy_page(200, "OK"));
    let refusal = wire::error("Wrong key test-key.", "authentication_error", Some("invalid_api_key"), None);
    for (answer, kind) in [
        (Answer::json(401, refusal.clone()), "http"),
        (Answer::json(200, refusal), "server"),
        (page, "protocol"),
        (Answer::json(200, "{\"object\": \"list\"}"), "protocol"),
        (Answer::json(200, "{\"data\": ["), "truncated"),
        (Answer::json(200, wire::models(&["gpt-4"])).header("content-encoding", "gzip"), "protocol"),
    ] {
        let gateway = Gateway::start(answer).unwrap();
        let run = models(&gateway, &["--max-retries", "0", "--output", "jsonl"]);
        assert_eq!(run.expect(1).ending()["kind"], kind, "{run:?}");
        assert_eq!((run.lines().len(), run.stderr.lines().count()), (1, 1), "{run:?}");
        assert!(!run.stdout.contains("test-key") && !run.stderr.contains("test-key"), "{run:?}");
        let run = models(&gateway, &["--max-retries", "0"]);
        assert_eq!((run.expect(1).stdout.as_str(), run.stderr.lines().count()), ("", 1), "{run:?}");
    }
}

#[test]
fn without_a_key_nothing_is_sent() {
    let gateway = Gateway::start(Answer::json(200, wire::models(&[]))).unwrap();
    let run = Run::from(choreo(["models"]).env("CHOREOAI_BASE_URL", gateway.base_url()).output().unwrap());
    assert!(run.expect(1).stderr.contains("CHOREOAI_API_KEY"), "{run:?}");
    assert_eq!(gateway.connections(), 0);
}
