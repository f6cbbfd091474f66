//! A process that is waited for, but not for ever.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may run: far more than any needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process has done.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What it wrote to standard output.
    pub(crate) output: String,
    /// What it wrote to standard error.
    pub(crate) errors: String,
    /// Whether it ended as a success.
    pub(crate) success: bool,
}

/// Runs a process, with nothing on its standard input, until it ends.
///
/// # Errors
/// Says why it could not be run, or that it took too long, and what it had written by then.
pub(crate) fn run(command: &mut Command) -> Result<Ended, String> {
    let name = command.get_program().to_owned();
    let told = |error: io::Error| format!("{}: {error}", name.display());
    let mut process = Process::start(command).map_err(told)?;
    let deadline = Instant::now() + PATIENCE;
    let output = gather(&process.output, deadline)?;
    let errors = gather(&process.errors, deadline)?;
    let success = process.child.wait().map_err(told)?.success();
    Ok(Ended { output, errors, success })
}

/// A process that is ended when this is dropped.
struct Process {
    child: Child,
    output: Receiver<Vec<u8>>,
    errors: Receiver<Vec<u8>>,
}

impl Process {
    fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (output, errors) = (pieces(child.stdout.take()), pieces(child.stderr.take()));
        Ok(Self { child, output, errors })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; in both cases it is not there any more behind this.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is read of a stream, as it comes.
fn pieces(stream: Option<impl Read + Send + 'static>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stream = stream;
        let mut buffer = [0; 1024];
        while let Some(Ok(count @ 1..)) = stream.as_mut().map(|stream| stream.read(&mut buffer)) {
            if sender.send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// All of a stream.
fn gather(pieces: &Receiver<Vec<u8>>, deadline: Instant) -> Result<String, String> {
    let mut bytes = Vec::new();
    loop {
        match pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(piece) => bytes.extend(piece),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let bytes = String::from_utf8_lossy(&bytes);
                return Err(format!("it did not end within {PATIENCE:?}; it wrote {bytes:?}"));
            }
        }
    }
    String::from_utf8(bytes).map_err(|error| format!("it wrote no UTF-8: {error}"))
}
