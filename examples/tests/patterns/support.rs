//! Running the programs, and gateways that a test holds back.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::thread;
use std::time::Duration;

use choreoai_testkit::wire::{self, Chunks, Dialect, Message};
use choreoai_testkit::{Answer, Gate, Gateway, RecordedRequest, Script};

/// Far more time than any program needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(40);

/// The program of that name, to be run against its embedded gateway.
macro_rules! program {
    ($name:literal) => {
        crate::support::command(env!(concat!("CARGO_BIN_EXE_", $name)))
    };
}
pub(crate) use program;

/// The program, with nothing of this process's environment that it looks at.
pub(crate) fn command(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env_remove("CHOREOAI_API_KEY").env_remove("CHOREOAI_BASE_URL").stdin(Stdio::null());
    command
}

/// The program, to be run against that gateway.
pub(crate) fn against(gateway: &Gateway, program: Command) -> Command {
    at(&gateway.base_url(), program)
}

pub(crate) fn at(url: &str, mut program: Command) -> Command {
    program.env("CHOREOAI_BASE_URL", url).env("CHOREOAI_API_KEY", "test-key");
    program
}

/// What a run of a program left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    pub(crate) fn of(mut program: Command) -> Self {
        program.output().unwrap().into()
    }

    /// The output of a program that asked its embedded gateway, said so, and nothing else, on standard error.
    #[track_caller]
    pub(crate) fn embedded(program: Command) -> String {
        let run = Self::of(program);
        assert_eq!(run.status, Some(0), "{run:?}");
        assert!(
            run.stderr.starts_with("no CHOREOAI_BASE_URL: an embedded gateway answers at http"),
            "{run:?}"
        );
        assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
        run.stdout
    }
}

/// Runs a program that reads this, once.
pub(crate) fn with_input(mut program: Command, input: &str) -> Run {
    let program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    // A program that reads nothing may have ended.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap().into()
}

/// A program that runs, and does not outlive its test.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    pub(crate) fn start(mut program: Command) -> Self {
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || output.lines().try_for_each(|line| sender.send(line.unwrap())));
        Self { child, lines }
    }

    /// Tells the program a line, which must read some.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The next line that it prints.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("the program says no more")
    }

    /// Whether it has printed nothing that was not taken.
    #[track_caller]
    pub(crate) fn is_silent(&self) -> bool {
        self.lines.try_recv() == Err(TryRecvError::Empty)
    }

    /// Ends it as Ctrl-C does.
    #[track_caller]
    pub(crate) fn interrupt(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// The rest of what it prints, when it has ended well.
    #[track_caller]
    pub(crate) fn rest(mut self) -> String {
        drop(self.child.stdin.take());
        let mut rest = String::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => rest += &(line + "\n"),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the program does not end, after {rest:?}"),
            }
        }
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {errors}");
        rest
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or is of no more use.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the demonstration gateway says.
pub(crate) fn demo(prompt: &str) -> String {
    format!("Grüße \u{1f980}! You said: \"{prompt}\".\nThis is all that a demonstration can say.")
}

/// A whole answer.
pub(crate) fn whole(text: &str) -> Answer {
    message(&Message { content: Some(text), finish_reason: Some("stop"), ..Message::default() })
}

pub(crate) fn message(message: &Message<'_>) -> Answer {
    Answer::json(200, wire::completion(Dialect::Gateway, "gpt-4", &[*message], (1, 2)))
}

/// An answer in two pieces, the second of which waits at the gate.
pub(crate) fn held(gate: &Gate, first: &str, second: &str) -> Answer {
    let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
    Answer::event_stream()
        .event(chunks.content(0, first))
        .gate(gate)
        .event(chunks.content(0, second))
        .event(chunks.finish(0, "stop"))
        .done()
}

/// The last message of a request.
pub(crate) fn question(request: &RecordedRequest) -> String {
    let body = request.json().unwrap();
    body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned()
}

/// A gateway that answers so many requests at a time: none of a group before all of it are there.
pub(crate) struct Groups {
    pub(crate) gateway: Gateway,
    size: usize,
    gates: Arc<[Gate]>,
}

impl Groups {
    /// It repeats each question.
    pub(crate) fn start(size: usize, count: usize) -> Self {
        let gates: Arc<[Gate]> = std::iter::repeat_with(Gate::new).take(count).collect();
        let (arrived, at) = (AtomicUsize::new(0), Arc::clone(&gates));
        let script = Script::new(move |request| {
            let number = arrived.fetch_add(1, Ordering::Relaxed);
            let body = whole(&question(request)).body_bytes();
            match at.get(number / size) {
                Some(gate) => {
                    Answer::new(200).header("content-type", "application/json").gate(gate).body(body)
                }
                None => Answer::json(400, wire::detail("more requests than were to come")),
            }
        });
        Self { gateway: Gateway::start(script).unwrap(), size, gates }
    }

    /// Lets one group after the other go on, when it is there and nobody else is.
    #[track_caller]
    pub(crate) fn answer(&self) {
        for (gate, group) in self.gates.iter().zip(1..) {
            self.gateway.wait_for_requests(self.size * group);
            // Time for one too many to show itself.
            thread::sleep(Duration::from_millis(50));
            assert_eq!(self.gateway.requests().len(), self.size * group, "too many requests at once");
            gate.open();
        }
    }
}
