//! Ctrl-C.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gateway, Outcome, Step};

use crate::support::{begin_chat, choreo};

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Interrupts `child`, checks its status, and gives what it had still written.
fn interrupted(mut child: Child, mut stdout: impl Read) -> String {
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    rest
}

#[test]
fn in_the_middle_of_an_answer() {
    for format in ["text", "jsonl", "message"] {
        let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
        let answer = Answer::event_stream().event(chunks.content(0, "One\n")).stall();
        let gateway = Gateway::start(answer).unwrap();
        let mut child = begin_chat(&gateway, &["--output", format, "Hi"]);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        if format == "message" {
            // Nothing is written before the end; the request is the sign that it is under way.
            gateway.wait_for_requests(1);
        } else {
            stdout.read_line(&mut String::new()).unwrap();
        }
        assert_eq!(interrupted(child, stdout), "", "{format}");
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed, "{format}");
    }
}

#[test]
fn before_the_answer_has_begun() {
    let gateway = Gateway::start(Answer::raw([Step::Stall])).unwrap();
    let mut child = begin_chat(&gateway, &["--output", "jsonl", "Hi"]);
    let stdout = child.stdout.take().unwrap();
    gateway.wait_for_requests(1);
    assert_eq!(interrupted(child, stdout), "");
    assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
}

#[test]
fn while_a_body_is_read() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let mut child =
        choreo(["decode", "--output", "jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    write!(stdin, "data: {}\n\n", chunks.content(0, "One")).unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
    assert_eq!(interrupted(child, stdout), "");
}

#[test]
fn while_a_gateway_serves() {
    let mut child = choreo(["gateway"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
    assert_eq!(interrupted(child, stdout), "");
}
