//! A command that talks to a ChoreoAI gateway, as a WebAssembly component: streamed answers over the host's HTTP client.

mod arguments;
mod chat;

use std::env;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use choreoai_wasi::block_on;

use crate::arguments::{Arguments, USAGE};
use crate::chat::{Failure, chat};

/// Of the status that a component ends with, hosts hand on whether it is a success and no number.
fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => return end(writeln!(io::stdout(), "{USAGE}").map_err(Failure::from)),
        Err(what) => return fail(format_args!("{what}\n\n{USAGE}")),
    };
    end(block_on(chat(&arguments)))
}

fn end(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => fail(failure),
    }
}

fn fail(what: impl Display) -> ExitCode {
    // Nobody may be listening there, which `eprintln` panics about.
    let _ = writeln!(io::stderr(), "choreo: {what}");
    ExitCode::FAILURE
}
