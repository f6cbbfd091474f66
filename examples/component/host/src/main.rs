//! Runs the components under their hosts against the scripted gateway, and checks what they printed, how they ended and
//! what they asked.
//!
//! ```text
//! component-host FOLDER [--brief]
//! ```
//!
//! `FOLDER` is the one with the hosts and the components, as `run` prepares it. Prints a line for each check and `N passed,
//! N failed`. Fails if one failed.

mod carried;
mod checks;
mod conformance;
mod hosts;
mod process;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use crate::conformance::Extent;
use crate::hosts::Host;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let (folder, extent) = match arguments.as_slice() {
        [folder] => (Path::new(folder), Extent::Full),
        [folder, brief] if brief == "--brief" => (Path::new(folder), Extent::Brief),
        _ => {
            eprintln!("usage: component-host FOLDER [--brief]");
            return ExitCode::FAILURE;
        }
    };
    let mut tally = Tally::default();
    for host in Host::all(folder) {
        for check in checks::ALL {
            let name = format!("{host}: {}", check.name);
            if let Some(why) = (check.left_out)(&host) {
                println!("-       {name}: left out, for {why}");
            } else {
                tally.tell(&name, (check.run)(&host).map(|()| String::new()));
            }
        }
        conformance::run(&host, extent, |name, outcome| tally.tell(&format!("{host}: {name}"), outcome));
    }
    let Tally { passed, failed } = tally;
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// A success may have a note, a failure has a reason.
    fn tell(&mut self, name: &str, outcome: Result<String, String>) {
        match outcome {
            Ok(note) => {
                println!("ok      {name}{note}");
                self.passed += 1;
            }
            Err(what) => {
                println!("FAILED  {name}");
                what.lines().for_each(|line| println!("        {line}"));
                self.failed += 1;
            }
        }
    }
}
