//! The command `instructions`: how many a decoder executes, which nothing else on the machine changes.

use std::hint::black_box;
use std::io::{self, Write};
use std::process::Command;

use crate::choice::Choice;
use crate::contenders::{Contender, Kind};
use crate::measure::FULL;
use crate::reads::{Read, Reads};
use crate::sink::Tally;
use crate::workloads::Workload;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Do not count, but run what is counted, for callgrind to watch.
    #[arg(long, hide = true)]
    watched: bool,
}

/// Unless others are asked for: enough in one read to be usual, and events that are cut.
const READ: Read = Read::Bytes(1024);

/// Prints workload, read, contender and instructions for an event, a line each. Ours, unless others are named.
///
/// # Errors
///
/// Valgrind is not there, or fails.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for workload in arguments.choice.workloads() {
        for read in arguments.choice.reads_or(&[READ]) {
            for contender in arguments.choice.contenders_for(workload, is_ours) {
                if arguments.watched {
                    run_watched(workload, read, contender);
                } else {
                    let count = count(workload, read, contender)?;
                    writeln!(
                        out,
                        "{:<3} {:<6} {:<16} {count:.1}",
                        workload.letter,
                        read.name(),
                        contender.name
                    )?;
                }
            }
        }
    }
    Ok(())
}

fn is_ours(contender: &Contender) -> bool {
    matches!(contender.kind, Kind::Ours | Kind::OurText)
}

/// For an event.
fn count(workload: &Workload, read: Read, contender: &Contender) -> io::Result<f64> {
    let output = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--callgrind-out-file=/dev/null",
            "--toggle-collect=*run_while_collecting*",
        ])
        .arg(std::env::current_exe()?)
        .args(["instructions", "--watched", "--workload", workload.letter])
        .args(["--read", &read.name(), "--contender", contender.name])
        // What the dynamic linker does at the first call of a function is not the decoder's.
        .env("LD_BIND_NOW", "1")
        .output()
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::other(
                "valgrind is not installed (`apt-get install valgrind`, or as your system has it)",
            ),
            _ => error,
        })?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected =
        report.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<u64>().ok());
    match collected {
        Some(collected) if output.status.success() && collected > 0 => {
            Ok(collected as f64 / workload.body(FULL.body).ends.len() as f64)
        }
        _ => Err(io::Error::other(format!("callgrind counted nothing: {report}"))),
    }
}

fn run_watched(workload: &Workload, read: Read, contender: &Contender) {
    let body = workload.body(FULL.body);
    let reads = Reads::new(&body, read);
    assert_eq!((contender.run)(&reads), body.tally, "another text");
    black_box(run_while_collecting(contender, &reads));
}

/// Callgrind collects while this runs.
#[inline(never)]
fn run_while_collecting(contender: &Contender, reads: &Reads<'_>) -> Tally {
    black_box((contender.run)(black_box(reads)))
}
