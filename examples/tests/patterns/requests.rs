//! One request, and several.

use choreoai_testkit::{Gateway, Script};

use crate::support::{Groups, Run, Running, against, demo, program, question, whole};

#[test]
fn single_request() {
    let answer = demo("Write a haiku about Rust");
    assert_eq!(Run::embedded(program!("single_request")), format!("{answer}\n(23 tokens)\n"));
}

#[test]
fn sequential_requests() {
    let output = Run::embedded(program!("sequential_requests"));
    let haiku = demo("Write a haiku about Rust");
    assert!(output.starts_with(&format!("{haiku}\n\nGr")), "{output}");

    // Each request has the answer before it, on the one connection.
    let script = Script::new(|request| whole(&question(request).to_uppercase()));
    let gateway = Gateway::start(script).unwrap();
    let run = Run::of(against(&gateway, program!("sequential_requests")));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(
        run.stdout,
        "WRITE A HAIKU ABOUT RUST\n\nTRANSLATE INTO FRENCH: WRITE A HAIKU ABOUT RUST\n\n\
         GIVE A TITLE TO: WRITE A HAIKU ABOUT RUST\n"
    );
    assert_eq!((gateway.requests().len(), gateway.connections()), (3, 1));
}

const QUESTIONS: [&str; 3] = ["What is a future?", "What is a waker?", "What is an executor?"];

#[test]
fn concurrent_requests() {
    let output = Run::embedded(program!("concurrent_requests"));
    let mut expected: String =
        QUESTIONS.iter().map(|question| format!("{question}\n{}\n\n", demo(question))).collect();
    let answer = demo("What is a pin?");
    expected += &format!("gpt-4:\n{answer}\n\n");
    expected += "no-such-model failed: the gateway answered 404 Not Found: there is no model \"no-such-model\" \
                 (model_not_found); check the base URL and the model\n\n";
    expected += &format!("claude-3-5-sonnet:\n{answer}\n\n");
    assert_eq!(output, expected);

    let groups = Groups::start(3, 2);
    let running = Running::start(against(&groups.gateway, program!("concurrent_requests")));
    groups.answer();
    let output = running.rest();
    let expected: String = QUESTIONS.iter().map(|question| format!("{question}\n{question}\n\n")).collect();
    assert!(output.starts_with(&expected), "{output}");
}

#[test]
fn spawned_tasks() {
    let output = Run::embedded(program!("spawned_tasks"));
    let answers: String =
        QUESTIONS.iter().map(|question| format!("{question}\n{}\n\n", demo(question))).collect();
    assert_eq!(output, format!("3 tasks have been spawned\n{answers}"));

    // All have begun before any is answered.
    let groups = Groups::start(3, 1);
    let running = Running::start(against(&groups.gateway, program!("spawned_tasks")));
    groups.answer();
    let answers: String = QUESTIONS.iter().map(|question| format!("{question}\n{question}\n\n")).collect();
    assert_eq!(running.rest(), format!("3 tasks have been spawned\n{answers}"));
}
