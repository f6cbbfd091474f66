//! Runs each firmware under QEMU, and the program of WASI under node, against the scripted gateway, and checks what it printed, how it ended and what it asked.
//!
//! ```text
//! firmware-host FOLDER    the folder with the programs, as they were built
//! ```
//!
//! Prints a line for each check, `stack NAME N` for each program that says how deep its stack has been, and
//! `N passed, N failed`. Fails if one failed.

mod checks;
mod process;
mod qemu;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: firmware-host FOLDER");
        return ExitCode::FAILURE;
    };
    let mut failed = 0;
    for (name, check) in checks::ALL {
        match check(&folder) {
            Ok(stacks) => {
                println!("ok      {name}");
                stacks.iter().for_each(|(program, bytes)| println!("stack {program} {bytes}"));
            }
            Err(what) => {
                println!("FAILED  {name}");
                what.lines().for_each(|line| println!("        {line}"));
                failed += 1;
            }
        }
    }
    println!("{} passed, {failed} failed", checks::ALL.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
