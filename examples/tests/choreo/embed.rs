//! `choreo embed`.

use choreoai_testkit::wire::{self, Encoding};
use choreoai_testkit::{Answer, Gateway};
use serde_json::{Value, json};

use crate::support::{Run, run};

fn embed(gateway: &Gateway, args: &[&str]) -> Run {
    let url = gateway.base_url();
    run(["embed", "--base-url", &url, "--api-key", "test-key"].iter().chain(args))
}

fn vectors(encoding: Encoding, vectors: &[&[f32]]) -> Answer {
    let vectors: Vec<Vec<f32>> = vectors.iter().map(|vector| vector.to_vec()).collect();
    Answer::json(200, wire::embeddings("m", &vectors, encoding, 3))
}

#[test]
fn a_vector_a_line() {
    for encoding in [Encoding::Base64, Encoding::Float] {
        let gateway = Gateway::start(vectors(encoding, &[&[1.0, -0.5], &[0.1, 0.25]])).unwrap();
        let run = embed(&gateway, &["one", "two"]);
        assert_eq!(run.expect(0).stdout, "[1, -0.5]\n[0.1, 0.25]\n");
        let run = embed(&gateway, &["--output", "jsonl", "one", "two"]);
        let expected = [
            json!({"type": "embedding", "index": 0, "vector": [1.0, -0.5]}),
            json!({"type": "embedding", "index": 1, "vector": [0.1, 0.25]}),
            json!({"type": "usage", "prompt_tokens": 3, "total_tokens": 3}),
            json!({"type": "end", "verdict": "finished"}),
        ];
        assert_eq!(run.expect(0).lines(), expected);
    }
}

#[test]
fn what_is_sent() {
    for (args, expected) in [
        (
            &["a text"][..],
            json!({"model": "text-embedding-3-small", "input": "a text", "encoding_format": "base64"}),
        ),
        (
            &["--model", "m", "--dimensions", "2", "--float", "--extra", r#"{"user": "u"}"#, "--", "-1"],
            json!({"model": "m", "input": "-1", "encoding_format": "float", "dimensions": 2, "user": "u"}),
        ),
    ] {
        let gateway = Gateway::start(vectors(Encoding::Float, &[&[1.0, 0.0]])).unwrap();
        embed(&gateway, args).expect(0);
        let [request] = gateway.requests().try_into().unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/v1/embeddings"));
        assert_eq!(request.json().unwrap(), expected);
    }
}

#[test]
fn an_embedded_gateway_answers_when_none_is_named() {
    let args = ["embed", "--output", "jsonl", "Grüße", "Grüße", "another"];
    let (first, second) = (run(args), run(args));
    assert_eq!(first.expect(0).stdout, second.expect(0).stdout);
    let lines = first.lines();
    let vector = |index: usize| lines[index]["vector"].as_array().unwrap();
    assert_eq!(vector(0), vector(1));
    assert_ne!(vector(0), vector(2));
    let length: f64 = vector(0).iter().filter_map(Value::as_f64).map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-6, "{length}");
    assert_eq!(first.stderr.lines().count(), 1, "{first:?}");
}

#[test]
fn failures() {
    let refusal = wire::error("No such model.", "invalid_request_error", Some("model_not_found"), None);
    for (answer, args, kind) in [
        (Answer::json(400, refusal), &["a"][..], "http"),
        (vectors(Encoding::Float, &[&[1.0]]), &["a", "b"], "protocol"),
        (vectors(Encoding::Float, &[&[]]), &["a"], "protocol"),
        (vectors(Encoding::Base64, &[&[f32::NAN]]), &["a"], "protocol"),
        (vectors(Encoding::Base64, &[&[1.0]]), &["--dimensions", "0", "a"], "invalid_request"),
        (vectors(Encoding::Base64, &[&[1.0]]), &["--model", "", "a"], "invalid_request"),
    ] {
        let gateway = Gateway::start(answer).unwrap();
        let run = embed(&gateway, &[&["--output", "jsonl"], args].concat());
        assert_eq!(run.expect(1).ending()["kind"], kind, "{run:?}");
        assert_eq!((run.lines().len(), run.stderr.lines().count()), (1, 1), "{run:?}");
        assert_eq!(embed(&gateway, args).expect(1).stdout, "");
    }
    run(["embed"]).expect(2);
}
