//! What is drawn on a terminal, and that nothing of it stays. The terminal is that of `script`, of util-linux.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use choreoai_testkit::wire::{self, Chunks, Dialect};
use choreoai_testkit::{Answer, Gate, Gateway, Script, Step};

use crate::batch::{batch_args, echo, said, whole};
use crate::support::{choreo, file};

/// Clears the line that the cursor is on.
const CLEAR: &str = "\u{1b}[2K";
const WAITING: &str = "waiting for the first token";

/// A command whose standard error is a terminal; its standard output goes to a file.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: ChildStdout,
    seen: String,
}

impl Terminal {
    /// Of the environment only these variables are changed.
    fn start(command: &Command, stdout: &str, variables: &[(&str, &str)]) -> Self {
        let words = [command.get_program()].into_iter().chain(command.get_args());
        let words: Vec<String> = words.map(|word| quoted(word.to_str().unwrap())).collect();
        let line = format!("exec {} > {}", words.join(" "), quoted(stdout));
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        script.env_remove("CHOREOAI_API_KEY").env_remove("CHOREOAI_BASE_URL").env_remove("NO_COLOR");
        script.env("TERM", "xterm").env("SHELL", "/bin/sh").envs(variables.iter().copied());
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("these tests need `script`, of util-linux");
        let (keyboard, screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, keyboard, screen, seen: String::new() }
    }

    /// Reads until this has been drawn.
    fn see(&mut self, what: &str) {
        let mut bytes = std::mem::take(&mut self.seen).into_bytes();
        while !String::from_utf8_lossy(&bytes).contains(what) {
            let mut piece = [0; 1024];
            let length = self.screen.read(&mut piece).unwrap();
            assert!(length > 0, "{what:?} was not drawn: {:?}", String::from_utf8_lossy(&bytes));
            bytes.extend_from_slice(&piece[..length]);
        }
        self.seen = String::from_utf8(bytes).unwrap();
    }

    fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// All that was drawn, and the status.
    fn end(mut self) -> (String, Option<i32>) {
        self.screen.read_to_string(&mut self.seen).unwrap();
        (self.seen, self.child.wait().unwrap().code())
    }
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What is left on the line at the end.
fn left(seen: &str) -> &str {
    seen.rsplit(CLEAR).next().unwrap().trim_start_matches('\r')
}

fn chat(url: &str, args: &[&str]) -> Command {
    choreo([&["chat", "--base-url", url, "--api-key", "test-key"], args].concat())
}

fn held(gate: &Gate) -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    // The role is no text yet.
    let role = chunks.role(0);
    Answer::event_stream()
        .event(role)
        .gate(gate)
        .event(chunks.content(0, "Hi"))
        .event(chunks.finish(0, "stop"))
        .event(chunks.usage(3, 4))
        .done()
}

#[test]
fn the_first_token_is_waited_for_visibly() {
    let gate = Gate::new();
    let gateway = Gateway::start(held(&gate)).unwrap();
    let stdout = file("terminal-chat.txt", "");
    let mut terminal = Terminal::start(&chat(&gateway.base_url(), &["--stats", "Hi"]), &stdout, &[]);
    terminal.see(WAITING);
    gate.open();
    let (seen, status) = terminal.end();
    assert_eq!(status, Some(0), "{seen:?}");
    let left = left(&seen);
    assert!(
        left.starts_with("choreo: first token after ") && left.contains("4 tokens (and 3 of the prompt)"),
        "{seen:?}"
    );
    assert_eq!(left.lines().count(), 1, "{seen:?}");
    assert_eq!(std::fs::read_to_string(stdout).unwrap(), "Hi\n");
}

#[test]
fn it_is_gone_when_the_first_token_comes() {
    let (first, rest) = (Gate::new(), Gate::new());
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    let answer = Answer::event_stream()
        .event(chunks.role(0))
        .gate(&first)
        .event(chunks.content(0, "Hi"))
        .gate(&rest)
        .event(chunks.finish(0, "stop"))
        .done();
    let gateway = Gateway::start(answer).unwrap();
    let mut terminal = Terminal::start(&chat(&gateway.base_url(), &["Hi"]), "/dev/tty", &[]);
    terminal.see(WAITING);
    first.open();
    terminal.see("Hi");
    assert_eq!(left(&terminal.seen), "Hi");
    rest.open();
    let (seen, status) = terminal.end();
    assert_eq!((left(&seen), status), ("Hi\r\n", Some(0)), "{seen:?}");
}

#[test]
fn nothing_stays_of_it_before_an_error() {
    let gate = Gate::new();
    let refusal = wire::detail("No.");
    let head = format!(
        "HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        refusal.len()
    );
    let answer = Answer::raw([]).gate(&gate).send(head + &refusal);
    let gateway = Gateway::start(answer).unwrap();
    let mut terminal =
        Terminal::start(&chat(&gateway.base_url(), &["Hi"]), &file("terminal-error.txt", ""), &[]);
    terminal.see(WAITING);
    gate.open();
    let (seen, status) = terminal.end();
    assert_eq!(status, Some(1), "{seen:?}");
    assert!(left(&seen).starts_with("choreo: the gateway answered 404"), "{seen:?}");
}

#[test]
fn nothing_stays_of_it_at_ctrl_c() {
    let gateway = Gateway::start(Answer::raw([Step::Stall])).unwrap();
    let mut terminal =
        Terminal::start(&chat(&gateway.base_url(), &["Hi"]), &file("terminal-interrupt.txt", ""), &[]);
    terminal.see(WAITING);
    gateway.wait_for_requests(1);
    terminal.press(b"\x03");
    let (seen, status) = terminal.end();
    assert_eq!((status, left(&seen).replace("^C", "").as_str()), (Some(130), ""), "{seen:?}");
}

#[test]
fn nothing_is_drawn_where_plain_text_is_wanted() {
    let gate = Gate::new();
    gate.open();
    let gateway = Gateway::start(held(&gate)).unwrap();
    let url = gateway.base_url();
    let stdout = file("terminal-plain.txt", "");
    for (args, variables) in [
        (&["Hi"][..], &[("NO_COLOR", "1")][..]),
        (&["Hi"], &[("TERM", "dumb")]),
        (&["--output", "jsonl", "Hi"], &[]),
        (&["--output", "message", "Hi"], &[]),
    ] {
        let (seen, status) = Terminal::start(&chat(&url, args), &stdout, variables).end();
        assert_eq!((&*seen, status), ("", Some(0)), "{args:?} {variables:?}");
    }
    // An empty variable asks for nothing.
    let (seen, _) = Terminal::start(&chat(&url, &["Hi"]), &stdout, &[("NO_COLOR", "")]).end();
    assert!(seen.contains(WAITING), "{seen:?}");
}

#[test]
fn a_batch_shows_how_far_it_is() {
    let gate = Gate::new();
    let opened = gate.clone();
    let script = Script::new(move |request| match &*said(request) {
        "c" => Answer::json(404, wire::detail("No.")),
        "d" => Answer::raw([]).gate(&opened).step(whole(&echo(request))),
        _ => echo(request),
    });
    let gateway = Gateway::start(script).unwrap();
    let url = gateway.base_url();
    let questions = file("terminal-batch.txt", "a\n\nb\nc\nd\n");
    let stdout = file("terminal-batch.jsonl", "");
    let command = choreo(batch_args(&url, &["--concurrency", "1", &questions]));
    let mut terminal = Terminal::start(&command, &stdout, &[]);
    terminal.see("3/4 lines, 1 failed");
    gate.open();
    let (seen, status) = terminal.end();
    assert_eq!(status, Some(1), "{seen:?}");
    let left = left(&seen);
    assert!(left.starts_with("choreo: 3 of 4 lines are answered; ") && left.lines().count() == 1, "{seen:?}");
    assert_eq!(std::fs::read_to_string(stdout).unwrap().lines().count(), 4);
}

#[test]
fn a_batch_draws_nothing_between_its_answers() {
    let gateway = Gateway::start(Script::new(echo)).unwrap();
    let url = gateway.base_url();
    let questions = file("terminal-answers.txt", "a\nb\n");
    let command = choreo(batch_args(&url, &[&questions]));
    let (seen, status) = Terminal::start(&command, "/dev/tty", &[]).end();
    assert_eq!(status, Some(0), "{seen:?}");
    let lines: Vec<&str> = seen.lines().collect();
    assert!(lines.len() == 3 && lines[1].starts_with("{\"line\":2,"), "{seen:?}");
    assert_eq!(lines[2], "choreo: 2 of 2 lines are answered");
}
