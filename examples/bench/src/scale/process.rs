//! Processes: those that are started, and what this one has taken.

use std::env::current_exe;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cpu_time::ProcessTime;

use super::Failure;
use super::contenders::Who;
use super::experiment::{Experiment, Load};
use super::report::Figures;

/// Files that a process has open besides its streams.
const OTHER_FILES: u64 = 64;

/// Lets this process, and those that it starts, open a file for each stream. Where the system allows fewer it says so, and gives a
/// load of as many.
pub(super) fn allow_files(load: Load) -> io::Result<Load> {
    let allowed = rlimit::increase_nofile_limit(load.streams as u64 + OTHER_FILES)?;
    let streams = usize::try_from(allowed.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
    if streams >= load.streams {
        return Ok(load);
    }
    eprintln!(
        "{} streams need more files than the {allowed} that `ulimit -Hn` allows: {streams}",
        load.streams
    );
    Ok(Load { streams, ..load })
}

/// Starts a server and a client, and gives what the client says.
pub(super) fn measure(experiment: Experiment, contender: Who, load: &Load) -> Result<Figures, Failure> {
    let server = experiment.needs_server().then(|| Server::start(load)).transpose()?;
    let mut client = part("client")?;
    client.args([experiment.name(), contender.name()]).args(load.arguments());
    client.args(server.iter().map(|server| &server.address));
    let output = client.stdin(Stdio::null()).output()?;
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout)?)
    } else {
        Err(format!("{} ({})", String::from_utf8_lossy(&output.stderr).trim(), output.status).into())
    }
}

/// Ends when dropped, and by itself when this process ends.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(load: &Load) -> io::Result<Self> {
        let mut command = part("server")?;
        let command = command.args(load.arguments()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = Self { process: command.spawn()?, address: String::new() };
        let output = server.process.stdout.as_mut().expect("it is piped");
        BufReader::new(output).read_line(&mut server.address)?;
        server.address.truncate(server.address.trim_end().len());
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn part(name: &str) -> io::Result<Command> {
    let mut command = Command::new(current_exe()?);
    command.args(["scale-part", name]);
    Ok(command)
}

/// Of all threads of this process.
pub(super) fn cpu_time() -> Duration {
    ProcessTime::now().as_duration()
}

/// The memory of this process.
///
/// # Errors
///
/// The system does not tell.
pub(super) fn resident_bytes() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes
        .map(|kilobytes| kilobytes * 1024)
        .ok_or_else(|| io::Error::other("no VmRSS in /proc/self/status"))
}
