//! Answers that are shown while they are made, or break.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use choreoai_testkit::{Answer, Gate, Gateway, wire};

use crate::support::{PATIENCE, Run, Running, against, demo, held, program};

#[test]
fn streaming() {
    shown_as_it_comes(|| program!("streaming"));
}

#[test]
fn async_std_streaming() {
    shown_as_it_comes(|| program!("async_std_streaming"));
}

#[test]
fn tokio_streaming() {
    shown_as_it_comes(|| program!("tokio_streaming"));
}

fn shown_as_it_comes(program: impl Fn() -> Command) {
    let answer = demo("Write a haiku about Rust");
    assert_eq!(Run::embedded(program()), format!("{answer}\n(21 tokens)\n"));

    // The first piece is shown while the second is not even made.
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first, ", "second")).unwrap();
    let mut program = against(&gateway, program());
    let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut first = [0; 7];
    output.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first, ");
    gate.open();
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "second\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn concurrent_streams() {
    interleaved(|| program!("concurrent_streams"));
}

#[test]
fn async_std_concurrent_streams() {
    interleaved(|| program!("async_std_concurrent_streams"));
}

#[test]
fn tokio_concurrent_streams() {
    interleaved(|| program!("tokio_concurrent_streams"));
}

fn interleaved(program: impl Fn() -> Command) {
    let questions = [("haiku", "Write a haiku"), ("joke", "Tell a joke"), ("fact", "Name a fact")];
    let output = Run::embedded(program());
    let mut answers = BTreeMap::<_, String>::new();
    for line in output.lines().filter(|line| line.starts_with('[')) {
        let (label, piece) = line[1..].split_once("] ").unwrap();
        *answers.entry(label).or_default() += &serde_json::from_str::<String>(piece).unwrap();
    }
    let lengths = output.lines().filter(|line| !line.starts_with('[')).collect::<Vec<_>>();
    for ((label, question), length) in questions.iter().zip(&lengths) {
        let answer = demo(question);
        assert_eq!(answers[label], answer);
        assert_eq!(*length, format!("{label}: {} characters", answer.chars().count()));
    }
    assert_eq!((answers.len(), lengths.len()), (3, 3), "{output}");

    // All have begun before any goes on.
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first", "second")).unwrap();
    let mut running = Running::start(against(&gateway, program()));
    let mut firsts = [running.line(), running.line(), running.line()];
    firsts.sort();
    assert_eq!(firsts, ["[fact] \"first\"", "[haiku] \"first\"", "[joke] \"first\""]);
    gate.open();
    let mut seconds = [running.line(), running.line(), running.line()];
    seconds.sort();
    assert_eq!(seconds, ["[fact] \"second\"", "[haiku] \"second\"", "[joke] \"second\""]);
    assert_eq!(running.rest(), "haiku: 11 characters\njoke: 11 characters\nfact: 11 characters\n");
}

#[test]
fn stream_to_file() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-answer.txt", process::id()));
    let mut program = program!("stream_to_file");
    program.arg(&path);
    let answer = demo("Tell a long story");
    let said = format!("{} bytes are in {}\n", answer.len(), path.display());
    assert_eq!(Run::embedded(program), said);
    assert_eq!(fs::read_to_string(&path).unwrap(), answer);

    // It grows with the answer.
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate, "first, ", "second")).unwrap();
    let mut program = against(&gateway, program!("stream_to_file"));
    program.arg(&path);
    let running = Running::start(program);
    let patience = Instant::now() + PATIENCE;
    while fs::read_to_string(&path).unwrap() != "first, " {
        assert!(Instant::now() < patience, "the first piece is not in the file");
        thread::sleep(Duration::from_millis(5));
    }
    gate.open();
    assert_eq!(running.rest(), format!("13 bytes are in {}\n", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "first, second");

    // What came before a cut is in it.
    let mut chunks = wire::Chunks::new(wire::Dialect::Gateway, "gpt-4");
    let cut = Answer::event_stream().event(chunks.content(0, "only this")).close();
    let gateway = Gateway::start(cut).unwrap();
    let mut program = against(&gateway, program!("stream_to_file"));
    program.arg(&path);
    let run = Run::of(program);
    assert_eq!(run.status, Some(1), "{run:?}");
    assert_eq!(run.stdout, format!("9 bytes are in {}, then it broke\n", path.display()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "only this");
    fs::remove_file(&path).unwrap();
}

#[test]
fn partial_answer() {
    let output = Run::embedded(program!("partial_answer"));
    let lines: Vec<_> = output.lines().collect();
    let &[whole, part, why, of_whole] = lines.as_slice() else { panic!("{output}") };
    assert_eq!(whole, format!("whole: {:?}", demo("How is bread baked?")));
    assert_eq!(part, "a part: \"Grüße \u{1f980}! You said: \\\"How is bread \"");
    assert!(why.starts_with("(truncated: ") && why.contains("closed the connection"), "{why}");
    assert_eq!(of_whole, format!("a part: Some({:?})", demo("How is cloth cut?")));

    // An error within the answer, after what came before it.
    let mut chunks = wire::Chunks::new(wire::Dialect::Gateway, "gpt-4");
    let broken =
        Answer::event_stream().event(chunks.content(0, "so far")).event(wire::stream_error("Out of order."));
    let gateway = Gateway::start(broken).unwrap();
    let run = Run::of(against(&gateway, program!("partial_answer")));
    assert_eq!(run.status, Some(0), "{run:?}");
    let part = "a part: \"so far\"\n(server: the gateway reported an error instead of finishing the answer: Out of \
                order. (stream_error))\n";
    assert_eq!(run.stdout, format!("{part}{part}a part: Some(\"so far\")\n"));
}
