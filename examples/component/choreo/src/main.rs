//! A command that talks to a ChoreoAI gateway, as a WebAssembly component: streamed answers over the host's HTTP client.

mod arguments;
mod chat;

use std::env;
use std::process::ExitCode;

use choreoai_wasi::block_on;

use crate::arguments::{Arguments, USAGE};
use crate::chat::chat;

/// Of the status that a component ends with, hosts hand on whether it is a success and no number.
fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(what) => {
            eprintln!("choreo: {what}\n\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    match block_on(chat(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("choreo: {failure}");
            ExitCode::FAILURE
        }
    }
}
