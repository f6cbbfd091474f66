//! So many at once, for so long, so often.

use std::collections::BTreeSet;

use choreoai_testkit::{Answer, Gate, Gateway, Outcome, Script};

use crate::support::{Groups, Run, Running, against, demo, program, question, whole};

#[test]
fn rate_limit() {
    let output = Run::embedded(program!("rate_limit"));
    let expected = "semaphore: 20 answers, at most 5 in flight\n\
                    max_concurrent_calls: 20 answers, at most 5 in flight\n";
    assert_eq!(output, expected);

    // As the gateway sees it: five, then five more, and so on, for either way.
    let groups = Groups::start(5, 8);
    let running = Running::start(against(&groups.gateway, program!("rate_limit")));
    groups.answer();
    assert_eq!(running.rest(), expected);
}

#[test]
fn call_timeout() {
    let expected = |answer: &str| {
        let late = |limit| {
            format!("timeout_total: the answer was not complete within {limit} (the total timeout)\n")
        };
        format!("{}{}not both within a second\nboth in time: {answer}\n", late("2s"), late("500ms"))
    };
    let output = Run::embedded(program!("call_timeout"));
    assert_eq!(output, expected(&demo("What is the answer to this?")));

    // What is given up is cancelled at the server, while the program goes on: two calls, and two together.
    let gate = Gate::new();
    let last = Answer::new(200)
        .header("content-type", "application/json")
        .gate(&gate)
        .body(whole("this is it").body_bytes());
    let silent = Answer::raw([]).stall();
    let (given_up, answered) = (vec![silent; 4], vec![last; 2]);
    let gateway = Gateway::start(Script::sequence([given_up, answered].concat())).unwrap();
    let running = Running::start(against(&gateway, program!("call_timeout")));
    gateway.wait_for_requests(6);
    for index in 0..4 {
        assert_eq!(gateway.wait_for_outcome(index), Outcome::PeerClosed);
    }
    gate.open();
    assert_eq!(running.rest(), expected("this is it"));
}

#[test]
fn retries() {
    let output = Run::embedded(program!("retries"));
    let lines: Vec<_> = output.lines().collect();
    let &[first, second, answered, failed] = lines.as_slice() else { panic!("{output}") };
    for (line, number, longest) in [(first, 1, 100.0), (second, 2, 200.0)] {
        let wait = line.strip_prefix(&format!("request {number} failed, again in ")).expect(line);
        let (wait, error) = wait.split_once("ms: ").expect(line);
        let wait: f64 = wait.parse().unwrap();
        assert!((0.75 * longest..=longest).contains(&wait), "{line}");
        assert!(error.contains("503 Service Unavailable"), "{line}");
    }
    assert_eq!(answered, "flaky-model: answered, with 3 requests");
    assert!(
        failed.starts_with("no-such-model: failed, with 1 request: the gateway answered 404 "),
        "{failed}"
    );

    // A hint of the server's counts for more.
    let busy = Answer::json(503, "").header("retry-after-ms", "7");
    let gateway = Gateway::start(Script::sequence([busy, whole("at last")])).unwrap();
    let run = Run::of(against(&gateway, program!("retries")));
    assert_eq!(run.status, Some(0), "{run:?}");
    assert!(run.stdout.starts_with("request 1 failed, again in 7ms: "), "{run:?}");
    assert!(run.stdout.contains("flaky-model: answered, with 2 requests\n"), "{run:?}");
}

#[test]
fn worker_queue() {
    let output = Run::embedded(program!("worker_queue"));
    let lines: Vec<_> = output.lines().collect();
    assert_eq!(lines.len(), 21, "{output}");
    for (line, number) in lines.iter().zip(1..=20) {
        let length = demo(&format!("Question {number}")).chars().count();
        match number {
            7 => assert!(line.starts_with("7: the gateway answered 404 Not Found"), "{line}"),
            _ => assert_eq!(*line, format!("{number}: {length} characters")),
        }
    }
    assert_eq!(lines[20], "20 results, 1 of them failures");

    let groups = Groups::start(5, 4);
    let running = Running::start(against(&groups.gateway, program!("worker_queue")));
    groups.answer();
    assert!(running.rest().ends_with("\n20 results, 0 of them failures\n"));
    let requests = groups.gateway.requests();
    let asked: BTreeSet<_> = requests.iter().map(question).collect();
    assert_eq!(asked.len(), 20, "each question is asked once");
}
