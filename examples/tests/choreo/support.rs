//! Running the command.

use std::env;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{self, Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use choreoai_testkit::Gateway;
use serde_json::Value;

/// A file of that name, which no other test may use, and its path.
pub(crate) fn file(name: &str, contents: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", process::id()));
    fs::write(&path, contents).unwrap();
    path.into_os_string().into_string().unwrap()
}

/// Far more time than the command needs for its end.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a run of the command left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The adapter that the whole suite is run with, where that is not the default; see `adapters`.
pub(crate) const ADAPTER_VARIABLE: &str = "CHOREO_SUITE_ADAPTER";

/// The command, with nothing of this process's environment that it looks at.
pub(crate) fn choreo<A: AsRef<str>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_choreo"));
    command.env_remove("CHOREOAI_API_KEY").env_remove("CHOREOAI_BASE_URL").stdin(Stdio::null());
    let args: Vec<A> = args.into_iter().collect();
    let mut args = args.iter().map(AsRef::as_ref).peekable();
    if let Ok(adapter) = env::var(ADAPTER_VARIABLE)
        && let Some(subcommand) = args.next_if(|arg| ["batch", "chat", "models", "embed"].contains(arg))
    {
        command.args([subcommand, "--adapter", &adapter]);
    }
    command.args(args);
    command
}

/// Runs the command to its end.
pub(crate) fn run<A: AsRef<str>>(args: impl IntoIterator<Item = A>) -> Run {
    choreo(args).output().unwrap().into()
}

/// Runs `choreo chat` against `gateway`, with the key `test-key`.
pub(crate) fn chat(gateway: &Gateway, args: &[&str]) -> Run {
    let url = gateway.base_url();
    run(["chat", "--base-url", &url, "--api-key", "test-key"].iter().chain(args))
}

/// The same, begun and not waited for, with both outputs piped.
pub(crate) fn begin_chat(gateway: &Gateway, args: &[&str]) -> Child {
    let url = gateway.base_url();
    let args = ["chat", "--base-url", &url, "--api-key", "test-key"].into_iter().chain(args.iter().copied());
    choreo(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The command while it runs. It does not outlive its test.
pub(crate) struct Running {
    pub(crate) child: Child,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        Self { child: command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap() }
    }

    /// Tells it what Ctrl-C does.
    #[track_caller]
    pub(crate) fn interrupt(&self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Its end, with what it wrote of its outputs that were not taken: one of them at least, whose end is its own.
    #[track_caller]
    pub(crate) fn end(mut self) -> Run {
        drop(self.child.stdin.take());
        let (stdout, stderr) = (rest(self.child.stdout.take()), rest(self.child.stderr.take()));
        let stdout = stdout.recv_timeout(PATIENCE).expect("the command does not end");
        let stderr = stderr.recv_timeout(PATIENCE).expect("the command does not end");
        Run { status: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, or is of no more use.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rest of an output, once that has ended.
fn rest(output: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (sender, rest) = mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        if let Some(mut output) = output {
            output.read_to_string(&mut text).unwrap();
        }
        sender.send(text)
    });
    rest
}

/// Runs `choreo decode` over `body`.
pub(crate) fn decode(body: &[u8], args: &[&str]) -> Run {
    let mut child = choreo(["decode"].iter().chain(args))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    thread::scope(|scope| {
        // It writes while it reads, and it may have seen enough before it has read all.
        scope.spawn(move || stdin.write_all(body));
        child.wait_with_output().unwrap().into()
    })
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
    /// The lines of standard output, each of which must be a JSON object.
    pub(crate) fn lines(&self) -> Vec<Value> {
        assert!(self.stdout.ends_with('\n'), "{self:?}");
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let lines: Vec<Value> = self.stdout.lines().map(parse).collect();
        assert!(lines.iter().all(Value::is_object), "{self:?}");
        lines
    }

    /// The lines with neighbouring text of the same target joined, as fragments within one event may split anywhere.
    pub(crate) fn joined(&self) -> Vec<Value> {
        let mut joined: Vec<Value> = Vec::new();
        for line in self.lines() {
            match (joined.last_mut(), line["text"].as_str()) {
                (Some(last), Some(text))
                    if last["type"] == line["type"] && last["choice"] == line["choice"] =>
                {
                    last["text"] = format!("{}{text}", last["text"].as_str().unwrap()).into();
                }
                _ => joined.push(line),
            }
        }
        joined
    }

    /// The last line of standard output, after a check that it is the only one of its kind.
    pub(crate) fn ending(&self) -> Value {
        let lines = self.lines();
        let is_ending = |line: &&Value| line["type"] == "end" || line["type"] == "error";
        assert_eq!(lines.iter().filter(is_ending).count(), 1, "{self:?}");
        lines.into_iter().next_back().unwrap()
    }

    /// All content of a choice together.
    pub(crate) fn content(&self, choice: &Value) -> String {
        let lines = self.lines();
        let own = lines.iter().filter(|line| line["type"] == "content" && line["choice"] == *choice);
        own.map(|line| line["text"].as_str().unwrap()).collect()
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }
}
