//! One request, and several.

use std::process::Command;

use choreoai_testkit::{Answer, Gateway, Script};

use crate::support::{Groups, Run, Running, against, demo, program, question, whole};

#[test]
fn single_request() {
    one_question(program!("single_request"));
}

#[test]
fn async_std_single_request() {
    one_question(program!("async_std_single_request"));
}

#[test]
fn tokio_single_request() {
    one_question(program!("tokio_single_request"));
}

fn one_question(program: Command) {
    let answer = demo("Write a haiku about Rust");
    assert_eq!(Run::embedded(program), format!("{answer}\n(23 tokens)\n"));
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
    questions_at_once(|| program!("concurrent_requests"));
}

#[test]
fn async_std_concurrent_requests() {
    questions_at_once(|| program!("async_std_concurrent_requests"));
}

#[test]
fn tokio_concurrent_requests() {
    questions_at_once(|| program!("tokio_concurrent_requests"));
}

fn questions_at_once(program: impl Fn() -> Command) {
    let output = Run::embedded(program());
    let mut expected: String =
        QUESTIONS.iter().map(|question| format!("{question}\n{}\n\n", demo(question))).collect();
    let answer = demo("What is a pin?");
    expected += &format!("gpt-4:\n{answer}\n\n");
    expected += "no-such-model failed: the gateway answered 404 Not Found: there is no model \"no-such-model\" \
                 (model_not_found); check the base URL and the model\n\n";
    expected += &format!("claude-3-5-sonnet:\n{answer}\n\n");
    assert_eq!(output, expected);

    let groups = Groups::start(3, 2);
    let running = Running::start(against(&groups.gateway, program()));
    groups.answer();
    let output = running.rest();
    let expected: String = QUESTIONS.iter().map(|question| format!("{question}\n{question}\n\n")).collect();
    assert!(output.starts_with(&expected), "{output}");

    // One that fails ends it, though the others are not answered.
    let script = Script::new(|request| match question(request).as_str() {
        "What is a waker?" => Answer::json(404, ""),
        _ => Answer::raw([]).stall(),
    });
    let gateway = Gateway::start(script).unwrap();
    let run = Run::of(against(&gateway, program()));
    assert_eq!((run.status, &*run.stdout), (Some(1), ""), "{run:?}");
    assert!(run.stderr.starts_with("error: the gateway answered 404 "), "{run:?}");
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
