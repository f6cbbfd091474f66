//! `choreo`: talks to a ChoreoAI gateway from the command line.

mod adapter;
mod batch;
mod chat;
mod cli;
mod completions;
mod decode;
mod embed;
mod failure;
mod gateway;
mod interrupt;
mod models;
mod output;
mod progress;
mod server;
mod stats;
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
        Command::Batch(args) => batch::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Embed(args) => embed::run(&args),
        Command::Decode(args) => decode::run(&args),
        Command::Gateway(args) => gateway::run(&args),
        Command::Completions(args) => completions::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            failure.status()
        }
    }
}
