//! Runs the components under their hosts against the scripted gateway, and checks what they printed, how they ended and
//! what they asked.
//!
//! ```text
//! component-host FOLDER    the folder with the hosts and the components, as `run` prepares it
//! ```
//!
//! Prints a line for each check and `N passed, N failed`. Fails if one failed.

mod carried;
mod checks;
mod conformance;
mod hosts;
mod process;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use crate::hosts::Host;

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("usage: component-host FOLDER");
        return ExitCode::FAILURE;
    };
    let (mut passed, mut failed) = (0, 0);
    let mut tell = |name: &str, outcome: Result<String, String>| match outcome {
        Ok(note) => {
            println!("ok      {name}{note}");
            passed += 1;
        }
        Err(what) => {
            println!("FAILED  {name}");
            what.lines().for_each(|line| println!("        {line}"));
            failed += 1;
        }
    };
    for host in Host::all(Path::new(&folder)) {
        if std::env::var("HOST").is_ok_and(|h| h != host.to_string()) {
            continue;
        }
        for (name, check) in checks::ALL {
            if std::env::var("NOCHAT").is_ok() {
                continue;
            }
            tell(&format!("{host}: {name}"), check(&host).map(|()| String::new()));
        }
        conformance::run(&host, |name, outcome| tell(&format!("{host}: {name}"), outcome));
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
