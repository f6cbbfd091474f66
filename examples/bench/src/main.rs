//! Measures the decoders of choreoai-core beside what else there is.

mod allocations;
mod choice;
mod contenders;
mod decode;
mod instructions;
mod measure;
mod reads;
mod report;
mod sink;
mod workloads;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Time and allocations of decoding, in turns with the peers.
    Decode(decode::Arguments),
    /// Instructions of decoding, by callgrind: no noise, but no word on time either.
    Instructions(instructions::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Instructions(arguments) => instructions::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
