//! The emulated board.

use std::ffi::OsString;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may run: far more than any needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the board is connected to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    /// UART 0 to a TCP port; once the peer closes, the line is dead.
    Uart(SocketAddr),
    /// The same, but a second after the peer has closed, the line leads to a new connection. Nothing tells the board.
    ReconnectedUart(SocketAddr),
    /// Ethernet to QEMU's user network, in which 10.0.2.2 is this computer.
    Ethernet,
}

/// What a program has done.
#[derive(Debug)]
pub(crate) struct Run {
    /// All that it printed, but for the lines below.
    pub(crate) printed: String,
    /// Whether it ended by itself, as a success.
    pub(crate) success: bool,
    /// The line `stack N`, if there was one.
    pub(crate) stack: Option<u32>,
}

/// Runs `program` until it ends.
///
/// # Errors
/// Says why it could not be run, or that it took too long, and what it had printed by then.
pub(crate) fn run(program: &Path, wire: Wire, arguments: &[&str]) -> Result<Run, String> {
    let mut qemu =
        Qemu::start(program, wire, arguments).map_err(|error| format!("qemu-system-arm: {error}"))?;
    let deadline = Instant::now() + PATIENCE;
    let mut printed = Vec::new();
    loop {
        match qemu.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(piece) => printed.extend(piece),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let printed = String::from_utf8_lossy(&printed);
                return Err(format!("it did not end within {PATIENCE:?}; it printed {printed:?}"));
            }
        }
    }
    let success = qemu.process.wait().map_err(|error| error.to_string())?.success();
    if !success && printed.is_empty() {
        return Err(format!("it printed nothing; of QEMU: {}", qemu.complaints()));
    }
    let printed = String::from_utf8(printed).map_err(|error| format!("it printed no UTF-8: {error}"))?;
    Ok(Run::new(&printed, success))
}

impl Run {
    fn new(printed: &str, success: bool) -> Self {
        let number = |line: &str| line.strip_prefix("stack ")?.trim_end().parse().ok();
        let mut stack = None;
        let mut rest = String::new();
        for line in printed.split_inclusive('\n') {
            match number(line) {
                Some(bytes) => stack = Some(bytes),
                None => rest.push_str(line),
            }
        }
        Self { printed: rest, success, stack }
    }
}

/// A running emulator, which is ended when this is dropped.
struct Qemu {
    process: Child,
    output: Receiver<Vec<u8>>,
}

impl Qemu {
    fn start(program: &Path, wire: Wire, arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new("qemu-system-arm");
        command.args(["-machine", "lm3s6965evb", "-display", "none", "-monitor", "none", "-nodefaults"]);
        let mut semihosting = OsString::from("enable=on,target=native,arg=");
        semihosting.push(program.file_stem().unwrap_or_default());
        for argument in arguments {
            semihosting.push(format!(",arg={argument}"));
        }
        command.arg("-semihosting-config").arg(semihosting);
        command.arg("-kernel").arg(program);
        match wire {
            Wire::Uart(to) => command.arg("-chardev").arg(socket(to)).args(["-serial", "chardev:line"]),
            Wire::ReconnectedUart(to) => {
                command.arg("-chardev").arg(socket(to) + ",reconnect=1").args(["-serial", "chardev:line"])
            }
            Wire::Ethernet => command.args(["-nic", "user,model=stellaris"]),
        };
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (sender, output) = mpsc::channel();
        let mut stdout = process.stdout.take();
        thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Some(Ok(count @ 1..)) = stdout.as_mut().map(|stdout| stdout.read(&mut buffer)) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { process, output })
    }

    /// What QEMU itself had to say, once it has ended; warnings about what the board has and nobody asked for, mostly.
    fn complaints(&mut self) -> String {
        let mut text = String::new();
        if let Some(stderr) = &mut self.process.stderr {
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        // It may have ended by itself; in both cases it is not there any more behind this.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn socket(to: SocketAddr) -> String {
    format!("socket,id=line,host={},port={}", to.ip(), to.port())
}
