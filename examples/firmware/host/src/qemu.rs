//! The emulated board.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use crate::process;

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
    /// All that it printed, but for the line below.
    pub(crate) printed: String,
    /// Whether it ended as a success.
    pub(crate) success: bool,
    /// The line `stack N`, if there was one.
    pub(crate) stack: Option<u32>,
}

/// Runs `program` until it ends.
///
/// # Errors
/// Says why it could not be run, or that it took too long, and what it had printed by then.
pub(crate) fn run(program: &Path, wire: Wire, arguments: &[&str]) -> Result<Run, String> {
    let ended = process::run(&mut command(program, wire, arguments))?;
    if !ended.success && ended.output.is_empty() {
        return Err(format!("it printed nothing; QEMU says: {}", ended.errors));
    }
    Ok(Run::new(&ended.output, ended.success))
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

fn command(program: &Path, wire: Wire, arguments: &[&str]) -> Command {
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
    command
}

fn socket(to: SocketAddr) -> String {
    format!("socket,id=line,host={},port={}", to.ip(), to.port())
}
