//! `choreo`: talks to a ChoreoAI gateway from the command line.

mod chat;
mod cli;
mod decode;
mod failure;
mod gateway;
mod interrupt;
mod output;
mod warnings;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

/// Wrong usage ends in the parser, with status 2.
fn main() -> ExitCode {
    let cli = Cli::parse();
    interrupt::install();
    let outcome = match cli.command {
        Command::Chat(args) => chat::run(&args),
        Command::Decode(args) => decode::run(&args),
        Command::Gateway(args) => gateway::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::FAILURE
        }
    }
}
