//! A process that is watched while it runs, and waited for, but not for ever.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may run: far more than any needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is ended when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: Stream,
    errors: Stream,
    deadline: Instant,
}

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

impl Process {
    /// Starts it, with nothing on its standard input.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let (output, errors) = (Stream::new(child.stdout.take()), Stream::new(child.stderr.take()));
        Ok(Self { child, output, errors, deadline: Instant::now() + PATIENCE })
    }

    /// Waits until it has written just this to standard output.
    pub(crate) fn has_written(&mut self, text: &str) -> Result<(), String> {
        while self.output.text != text.as_bytes() {
            let written = String::from_utf8_lossy(&self.output.text).into_owned();
            if !text.starts_with(&written) {
                return Err(format!("it wrote {written:?} instead of {text:?}"));
            }
            if !self.output.goes_on(self.deadline)? {
                return Err(format!("it ended after {written:?}, before {text:?}"));
            }
        }
        Ok(())
    }

    /// Waits until it has ended.
    pub(crate) fn end(mut self) -> Result<Ended, String> {
        while self.output.goes_on(self.deadline)? {}
        while self.errors.goes_on(self.deadline)? {}
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let text = |stream: &Stream| String::from_utf8_lossy(&stream.text).into_owned();
        Ok(Ended { output: text(&self.output), errors: text(&self.errors), success: status.success() })
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
struct Stream {
    text: Vec<u8>,
    pieces: Receiver<Vec<u8>>,
}

impl Stream {
    fn new(stream: Option<impl Read + Send + 'static>) -> Self {
        let (sender, pieces) = mpsc::channel();
        thread::spawn(move || {
            let mut stream = stream;
            let mut read = |buffer: &mut [u8]| stream.as_mut().map_or(Ok(0), |stream| stream.read(buffer));
            let mut buffer = [0; 1024];
            loop {
                match read(&mut buffer) {
                    Ok(count @ 1..) if sender.send(buffer[..count].to_vec()).is_ok() => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    _ => break,
                }
            }
        });
        Self { text: Vec::new(), pieces }
    }

    /// Waits for more; `false`: there is none.
    fn goes_on(&mut self, deadline: Instant) -> Result<bool, String> {
        match self.pieces.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(piece) => self.text.extend(piece),
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
            Err(RecvTimeoutError::Timeout) => {
                let text = String::from_utf8_lossy(&self.text);
                return Err(format!("nothing more came within {PATIENCE:?} after {text:?}"));
            }
        }
        Ok(true)
    }
}
