//! Errors, and those that do not mind them.

use choreoai_testkit::{Answer, Gateway, Script, wire};

use crate::support::{Groups, Run, Running, against, demo, program, question, whole};

#[test]
fn error_handling() {
    let output = Run::embedded(program!("error_handling"));
    let lines: Vec<_> = output.lines().filter(|line| !line.starts_with(' ')).collect();
    let part = demo("How is a diamond cut?");
    let answered = format!("answered: {}", demo("Hi"));
    let (first, second) = answered.split_once('\n').unwrap();
    assert_eq!(
        lines,
        [
            first,
            second,
            "invalid_request: mend the request (0 were sent)",
            "not_found: ask another model",
            "permission: use another key",
            "quota: tell whoever pays",
            "rate_limit: ask again in 1s",
            "provider: ask another model, or later",
            "timeout: allow more time, or ask for less",
            &format!("truncated: make do with {part:?}"),
            "connection: check the network and the base URL",
        ]
    );
    // Each is told in one line, too.
    assert_eq!(output.lines().filter(|line| line.starts_with("    ")).count(), 9, "{output}");

    let gateway = wrong_key();
    let run = Run::of(against(&gateway, program!("error_handling")));
    assert!(
        run.stdout.starts_with("authentication: use another key\n    the gateway answered 401 "),
        "{run:?}"
    );
    assert!(!run.stdout.contains("test-key"), "{run:?}");
}

#[test]
fn per_task_errors() {
    let run = Run::of(program!("per_task_errors"));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert_eq!(
        run.stdout,
        format!(
            "Name a city: {}\n\nName a river: (not available)\n\nName a lake: {}\n\n",
            demo("Name a city"),
            demo("Name a lake")
        )
    );
    let log: Vec<_> = run.stderr.lines().skip(1).collect();
    assert_eq!(log.len(), 1, "{run:?}");
    assert!(log[0].starts_with("\"Name a river\" was not answered: the gateway answered 404 "), "{run:?}");

    let groups = Groups::start(3, 1);
    let running = Running::start(against(&groups.gateway, program!("per_task_errors")));
    groups.answer();
    let expected = ["city", "river", "lake"].map(|part| format!("Name a {part}: Name a {part}\n\n")).concat();
    assert_eq!(running.rest(), expected);
}

#[test]
fn return_exceptions() {
    let output = Run::embedded(program!("return_exceptions"));
    let fish = "Name a fish: no-such-model failed, not_found: the gateway answered 404 Not Found: there is no model \
                \"no-such-model\" (model_not_found); check the base URL and the model";
    let tree = "Name a tree: spent-model failed, quota: the gateway answered 429 Too Many Requests: the credit is used \
                up (insufficient_quota); ";
    let again = "\n1 of 3 were answered, 2 are asked again\n";
    let expected = format!("Name a bird: {}\n{fish}\n{tree}", demo("Name a bird"));
    assert!(output.starts_with(&expected), "{output}");
    let expected = format!("{again}{}\n{}\n", demo("Name a fish"), demo("Name a tree"));
    assert!(output.ends_with(&expected), "{output}");

    // All at once; and none is asked again when all were answered.
    let groups = Groups::start(3, 1);
    let running = Running::start(against(&groups.gateway, program!("return_exceptions")));
    groups.answer();
    let expected = ["bird", "fish", "tree"].map(|thing| format!("Name a {thing}: Name a {thing}\n")).concat();
    assert_eq!(running.rest(), format!("{expected}3 of 3 were answered, 0 are asked again\n"));

    // Only what failed is asked again.
    let script = Script::new(|request| match request.json().unwrap()["model"].as_str() {
        Some("gpt-4") => whole(&question(request)),
        _ => Answer::json(404, ""),
    });
    let gateway = Gateway::start(script).unwrap();
    let run = Run::of(against(&gateway, program!("return_exceptions")));
    assert_eq!((run.status, gateway.requests().len()), (Some(0), 5), "{run:?}");
    assert!(run.stdout.ends_with("2 are asked again\nName a fish\nName a tree\n"), "{run:?}");
}

#[test]
fn fallback_models() {
    let output = Run::embedded(program!("fallback_models"));
    let lines: Vec<_> = output.splitn(4, '\n').collect();
    let &[first, second, by, answer] = lines.as_slice() else { panic!("{output}") };
    assert!(first.starts_with("spent-model: the gateway answered 429 "), "{output}");
    assert!(second.starts_with("no-such-model: the gateway answered 404 "), "{output}");
    assert_eq!(by, "answered by claude-3-5-sonnet:");
    assert_eq!(answer, format!("{}\n", demo("Write a haiku about Rust")));

    // A wrong key is not the model's fault.
    let gateway = wrong_key();
    let run = Run::of(against(&gateway, program!("fallback_models")));
    assert_eq!((run.status, gateway.requests().len()), (Some(1), 1), "{run:?}");
    assert!(run.stderr.contains("401 Unauthorized: No. (invalid_api_key)"), "{run:?}");
}

fn wrong_key() -> Gateway {
    let refusal = wire::error("No.", "authentication_error", Some("invalid_api_key"), None);
    Gateway::start(Answer::json(401, refusal)).unwrap()
}
