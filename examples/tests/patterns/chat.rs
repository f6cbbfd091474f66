//! Conversations, tools, typed answers, embeddings.

use std::process::Stdio;

use choreoai_testkit::wire::{self, Message};
use choreoai_testkit::{Gateway, Script};
use serde_json::json;

use crate::support::{Run, Running, against, demo, message, program, whole, with_input};

#[test]
fn chat_loop() {
    let run = with_input(program!("chat_loop"), "My name is Ada\n\nWhat is my name?\n");
    assert_eq!(run.status, Some(0), "{run:?}");
    let (first, second) = (demo("My name is Ada"), demo("What is my name?"));
    assert!(run.stdout.starts_with(&format!("{first}\n{second}\n(5 messages, ")), "{run:?}");

    // A question without an answer leaves nothing behind.
    let run = with_input(program!("chat_loop"), "How is cloth cut?\nWhat is my name?\n");
    assert_eq!(run.status, Some(1), "{run:?}");
    assert!(run.stdout.contains(&format!("\n{second}\n(3 messages, ")), "{run:?}");
    assert_eq!(run.stderr.lines().last(), Some("error: questions without an answer: 1"), "{run:?}");

    // An answer is there before the next question, and both are sent with it.
    let gateway = Gateway::start(choreoai_testkit::demo::script(Default::default())).unwrap();
    let mut program = against(&gateway, program!("chat_loop"));
    program.stdin(Stdio::piped());
    let mut running = Running::start(program);
    for (question, answer) in [("My name is Ada", &first), ("What is my name?", &second)] {
        running.say(question);
        for line in answer.lines() {
            assert_eq!(running.line(), line);
        }
    }
    assert!(running.rest().starts_with("(5 messages, "));
    let last = gateway.requests()[1].json().unwrap();
    assert_eq!(
        last["messages"],
        json!([
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "My name is Ada"},
            {"role": "assistant", "content": first},
            {"role": "user", "content": "What is my name?"},
        ])
    );
}

#[test]
fn tool_calling() {
    assert_eq!(
        Run::embedded(program!("tool_calling")),
        "Grüße \u{1f980}! The tool says: \"sunshine in Zürich\".\nSo that is the answer to what you wanted to know.\n\
         the tool was asked for [\"Zürich\"]; 5 messages\n"
    );

    // The function's failure is told to the model, who goes on.
    let calls = [("call_1", "weather", r#"{"city": "Atlantis"}"#)];
    let call =
        message(&Message { tool_calls: &calls, finish_reason: Some("tool_calls"), ..Message::default() });
    let gateway = Gateway::start(Script::sequence([call, whole("It has sunk.")])).unwrap();
    let run = Run::of(against(&gateway, program!("tool_calling")));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(run.stdout, "It has sunk.\nthe tool was asked for [\"Atlantis\"]; 5 messages\n");
    let requests = gateway.requests();
    assert_eq!(requests[0].json().unwrap()["tools"][0]["function"]["name"], "weather");
    let told = &requests[1].json().unwrap()["messages"][3];
    assert_eq!(told["tool_call_id"], "call_1");
    assert_eq!(told["content"], "error: there is no station in Atlantis");
}

#[test]
fn structured_output() {
    assert_eq!(Run::embedded(program!("structured_output")), "Zürich has 1 inhabitants\n");

    let refusal = Message { refusal: Some("No."), finish_reason: Some("stop"), ..Message::default() };
    let gateway = Gateway::start(message(&refusal)).unwrap();
    let run = Run::of(against(&gateway, program!("structured_output")));
    assert_eq!((run.status, &*run.stdout), (Some(0), "the model refuses to say\n"), "{run:?}");
    let format = &gateway.requests()[0].json().unwrap()["response_format"];
    assert_eq!(format["json_schema"]["schema"]["required"], json!(["name", "inhabitants"]));

    let gateway = Gateway::start(whole(r#"{"name": "Basel", "inhabitants": "many"}"#)).unwrap();
    let run = Run::of(against(&gateway, program!("structured_output")));
    assert_eq!((run.status, &*run.stdout), (Some(1), ""), "{run:?}");
    assert!(run.stderr.contains("not of the form that is wanted"), "{run:?}");
}

#[test]
fn embeddings_search() {
    let output = Run::embedded(program!("embeddings_search"));
    let lines = output.lines().map(|line| line.split_once(' ').unwrap());
    let (scores, texts): (Vec<f32>, Vec<_>) =
        lines.map(|(score, text)| (score.parse::<f32>().unwrap(), text)).unzip();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores.len() == 3, "{output}");
    assert_eq!(texts[0], "an executor polls a future when its waker is called", "{output}");

    // By the angle, not the length.
    let script = Script::new(|request| {
        let vectors = match request.json().unwrap()["input"].as_array() {
            Some(_) => vec![vec![9.0, 9.0], vec![0.0, 1.0], vec![0.5, 0.1], vec![-1.0, 0.0]],
            None => vec![vec![2.0, 0.0]],
        };
        choreoai_testkit::Answer::json(200, wire::embeddings("m", &vectors, wire::Encoding::Base64, 1))
    });
    let gateway = Gateway::start(script).unwrap();
    let run = Run::of(against(&gateway, program!("embeddings_search")));
    assert_eq!(
        run.stdout,
        "0.981 an executor polls a future when its waker is called\n\
         0.707 a future does nothing until it is polled\n\
         0.000 the borrow checker finds dangling references\n"
    );
}
