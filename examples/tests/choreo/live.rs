//! That output is written while the server still sends, and that a reader who has gone stops it all.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Outcome};
use serde_json::{Value, json};

use crate::support::{begin_chat, choreo};

#[test]
fn pieces_are_written_as_they_arrive() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let gates = [Gate::new(), Gate::new()];
    let answer = Answer::event_stream()
        .event(chunks.content(0, "One "))
        .gate(&gates[0])
        .event(chunks.content(0, "two "))
        .gate(&gates[1])
        .event(chunks.content(0, "three."))
        .event(chunks.finish(0, "stop"))
        .done();

    let gateway = Gateway::start(answer.clone()).unwrap();
    let mut child = begin_chat(&gateway, &["--output", "jsonl", "Hi"]);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut text = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap()["text"].clone();
    for (gate, expected) in gates.iter().zip(["One ", "two "]) {
        assert_eq!(text(), expected);
        assert!(!gate.is_open());
        gate.open();
    }
    assert_eq!(text(), "three.");
    assert!(child.wait().unwrap().success());
}

#[test]
fn text_is_written_as_it_arrives() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let gate = Gate::new();
    let answer = Answer::event_stream()
        .event(chunks.reasoning(0, "Hm."))
        .event(chunks.content(0, "One"))
        .gate(&gate)
        .event(chunks.finish(0, "stop"))
        .done();
    let gateway = Gateway::start(answer).unwrap();
    let mut child = begin_chat(&gateway, &["Hi"]);
    let mut start = [0; 3];
    child.stdout.as_mut().unwrap().read_exact(&mut start).unwrap();
    assert_eq!(&start, b"One");
    let mut note = [0; 15];
    child.stderr.as_mut().unwrap().read_exact(&mut note).unwrap();
    assert_eq!(&note, b"reasoning: Hm.\n");
    assert!(!gate.is_open());
    gate.open();
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly_and_cancels_at_the_server() {
    for format in ["text", "jsonl"] {
        let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
        let gate = Gate::new();
        let begun = Answer::event_stream().event(chunks.content(0, "One\n")).gate(&gate);
        // More than a pipe holds: another test's process, while it starts, may keep the reader's end open for a moment.
        let more = chunks.content(0, &"x".repeat(1 << 14));
        let answer = (0..16).fold(begun, |answer, _| answer.event(&more)).stall();
        let gateway = Gateway::start(answer).unwrap();
        let mut child = begin_chat(&gateway, &["--output", format, "Hi"]);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        assert!(stdout.read_line(&mut String::new()).unwrap() > 0);
        drop(stdout);
        gate.open();
        assert_eq!(gateway.wait_for_outcome(0), Outcome::PeerClosed);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{format}");
    }
}

#[test]
fn decoded_lines_are_written_as_they_arrive() {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let mut child =
        choreo(["decode", "--output", "jsonl"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for text in ["One", "two"] {
        write!(stdin, "data: {}\n\n", chunks.content(0, text)).unwrap();
        let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line, json!({"type": "content", "choice": 0, "text": text}));
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
