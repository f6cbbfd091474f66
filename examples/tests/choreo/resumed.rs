//! `choreo batch` that was cut, and goes on.

use std::fs;
use std::path::Path;

use choreoai_testkit::{Answer, Gate, Gateway, Script};
use serde_json::{Value, json};

use crate::batch::{batch, batch_args, echo, echoed, said};
use crate::support::{Running, choreo, file};

/// A path that nothing is at, nor beside it.
fn output(name: &str) -> String {
    let path = file(name, "");
    fs::remove_file(&path).unwrap();
    let _ = fs::remove_file(format!("{path}.kept"));
    path
}

fn lines(path: &str) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "{text:?}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn asked(gateway: &Gateway) -> Vec<String> {
    let mut asked: Vec<String> = gateway.requests().iter().map(said).collect();
    asked.sort();
    asked
}

/// Echoes all but the messages in `held`, which wait for ever.
fn holding(held: &'static [&'static str]) -> Gateway {
    let script =
        Script::new(
            move |request| {
                if held.contains(&&*said(request)) { Answer::raw([]).stall() } else { echo(request) }
            },
        );
    Gateway::start(script).unwrap()
}

fn text(records: &[Value]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

#[test]
fn after_it_was_killed() {
    let numbers: Vec<String> = (1..=20).map(|number| number.to_string()).collect();
    let questions = file("killed.txt", &numbers.join("\n"));
    let answers = output("killed.jsonl");
    let gateway = holding(&["12"]);
    let url = gateway.base_url();
    let args = batch_args(&url, &["--concurrency", "1", &questions, "--output", &answers]);
    let mut child = choreo(args).spawn().unwrap();
    // 8 lines are held at most: when the twelfth is asked, four at least are written.
    gateway.wait_for_requests(12);
    child.kill().unwrap();
    child.wait().unwrap();

    let there = fs::read_to_string(&answers).unwrap();
    let kept = there.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count();
    assert!((4..=11).contains(&kept), "{there}");
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let run = batch(&gateway, &[&questions, "--output", &answers, "--resume"]);
    assert_eq!((run.expect(0).stdout.as_str(), run.stderr.as_str()), ("", ""));
    let mut rest = numbers[kept..].to_vec();
    rest.sort();
    assert_eq!(asked(&gateway), rest);
    let expected: Vec<Value> = (1..).zip(&numbers).map(|(line, message)| echoed(line, message)).collect();
    assert_eq!(lines(&answers), expected);
    assert!(!Path::new(&format!("{answers}.kept")).exists());
}

/// As it is cut by hand: a failure, a gap, and half a line.
#[test]
fn failures_gaps_and_half_a_line_are_asked_again() {
    let questions = file("gaps.txt", "a\n\nb\nc\nd\ne\nf\n");
    let answers = output("gaps.jsonl");
    let mut kept = echoed(1, "a");
    kept["response"] = json!("another answer than would be given now");
    kept["id"] = json!(1.5);
    let failure = json!({"line": 3, "message": "b", "error": {"kind": "connect", "message": "x"}});
    let there = text(&[kept.clone(), failure, echoed(5, "d")]) + &echoed(6, "e").to_string()[..40];
    fs::write(&answers, there).unwrap();

    let gateway = Gateway::start(Script::new(echo)).unwrap();
    batch(&gateway, &[&questions, "--output", &answers, "--resume"]).expect(0);
    assert_eq!(asked(&gateway), ["b", "c", "e", "f"]);
    let expected = [kept, echoed(3, "b"), echoed(4, "c"), echoed(5, "d"), echoed(6, "e"), echoed(7, "f")];
    assert_eq!(lines(&answers), expected);

    // Complete, it asks nothing.
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    batch(&gateway, &[&questions, "--output", &answers, "--resume"]).expect(0);
    assert_eq!(gateway.connections(), 0);
    assert_eq!(lines(&answers), expected);
}

#[test]
fn after_a_run_that_went_on_was_killed_too() {
    let questions = file("twice.txt", "a\nb\nc\nd\n");
    let answers = output("twice.jsonl");
    let kept = format!("{answers}.kept");
    fs::write(&kept, text(&[echoed(1, "a"), echoed(3, "c")])).unwrap();
    fs::write(&answers, text(&[echoed(1, "a"), echoed(2, "b")])).unwrap();
    // What is kept beside it is not lost by beginning anew, either.
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    batch(&gateway, &[&questions, "--output", &answers]).expect(1);
    fs::remove_file(&answers).unwrap();
    assert!(batch(&gateway, &[&questions, "--output", &answers]).expect(1).stderr.contains(".kept"));
    fs::write(&answers, text(&[echoed(1, "a"), echoed(2, "b")])).unwrap();

    batch(&gateway, &[&questions, "--output", &answers, "--resume"]).expect(0);
    assert_eq!(asked(&gateway), ["d"]);
    assert_eq!(lines(&answers), [echoed(1, "a"), echoed(2, "b"), echoed(3, "c"), echoed(4, "d")]);
    assert!(!Path::new(&kept).exists());
}

#[test]
fn at_ctrl_c_what_is_answered_is_written_and_can_go_on() {
    let questions = file("interrupted.txt", "a\nb\nc\nd\ne\nf\n");
    let answers = output("interrupted.jsonl");
    fs::write(&answers, text(&[echoed(6, "f")])).unwrap();
    let gateway = holding(&["a", "d"]);
    let url = gateway.base_url();
    let args = batch_args(&url, &["--concurrency", "2", &questions, "--output", &answers, "--resume"]);
    let running = Running::start(choreo(args));
    // `d` is asked when `b` and `c` are answered.
    gateway.wait_for(|requests| requests.iter().any(|request| said(request) == "d").then_some(()));
    running.interrupt();
    let run = running.end();
    assert_eq!(
        run.expect(130).stderr,
        "choreo: interrupted: 2 of 2 lines were answered; --resume goes on from here\n"
    );
    assert_eq!(lines(&answers), [echoed(2, "b"), echoed(3, "c"), echoed(6, "f")]);

    let gateway = Gateway::start(Script::new(echo)).unwrap();
    batch(&gateway, &[&questions, "--output", &answers, "--resume"]).expect(0);
    assert_eq!(asked(&gateway), ["a", "d", "e"]);
    let expected: Vec<Value> =
        (1..).zip(["a", "b", "c", "d", "e", "f"]).map(|(line, message)| echoed(line, message)).collect();
    assert_eq!(lines(&answers), expected);
}

#[test]
fn a_second_ctrl_c_does_not_wait() {
    let gate = Gate::new();
    let held = gate.clone();
    let script = Script::new(move |request| {
        let answer = echo(request);
        if said(request) == "b" { answer.gate(&held).stall() } else { answer }
    });
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    // A reader that reads nothing: the writer is stuck, and so is the end.
    let long = "x".repeat(1 << 19);
    let questions = file("stuck.txt", &format!("{long}\nb\n"));
    let args = batch_args(&url, &["--concurrency", "1", &questions]);
    let mut running = Running::start(choreo(args));
    let _unread = running.child.stdout.take();
    gateway.wait_for_requests(2);
    running.interrupt();
    // The call is given up, which shows that the first one has been seen.
    gateway.wait_for_outcome(1);
    running.interrupt();
    running.end().expect(130);
}

#[test]
fn answers_that_are_there_are_never_lost() {
    let questions = file("there.txt", "a\nb\n");
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let mine = "a file of mine\n".to_owned();
    let other = text(&[echoed(1, "another question"), echoed(2, "b")]);
    for (name, there, args, told) in [
        ("refused.jsonl", text(&[echoed(1, "a")]), &[][..], "--resume keeps its answers"),
        ("mine.jsonl", mine, &["--resume"], "line 1 of"),
        ("disorder.jsonl", text(&[echoed(2, "b"), echoed(1, "a")]), &["--resume"], "line 2 of"),
        ("other.jsonl", other, &["--resume"], "answers another line 1"),
        ("longer.jsonl", text(&[echoed(1, "a"), echoed(2, "b"), echoed(3, "c")]), &["--resume"], "line 3"),
        (
            "no-client.jsonl",
            text(&[echoed(1, "a")]),
            &["--resume", "--connect-timeout", "0"],
            "--connect-timeout",
        ),
    ] {
        let answers = output(name);
        fs::write(&answers, &there).unwrap();
        let run = batch(&gateway, &[&[&*questions, "--output", &answers], args].concat());
        assert!(run.expect(1).stderr.contains(told), "{name}: {}", run.stderr);
        assert_eq!(fs::read_to_string(&answers).unwrap(), there, "{name}");
    }
    assert_eq!(gateway.connections(), 0);
    let run = batch(&gateway, &[&questions, "--output", "/dev/null", "--resume"]);
    assert!(run.expect(1).stderr.contains("no file that could be resumed"), "{run:?}");
    batch(&gateway, &[&questions, "--output", "/dev/null"]).expect(0);
}
