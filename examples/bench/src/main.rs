//! Measures the decoders of choreoai-core, and the client, beside what else there is.

mod allocations;
mod choice;
mod contenders;
mod decode;
mod instructions;
mod measure;
mod reads;
mod report;
mod requests;
mod row;
#[cfg(all(feature = "scale", target_os = "linux"))]
mod scale;
mod sink;
mod workloads;

use std::io::ErrorKind;
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
    /// Time and allocations of encoding a conversation of a megabyte.
    Requests(requests::Arguments),
    /// Memory, time and latency of whole clients with many streams, in turns with a peer.
    #[cfg(all(feature = "scale", target_os = "linux"))]
    Scale(scale::Arguments),
    /// A process of `scale`.
    #[cfg(all(feature = "scale", target_os = "linux"))]
    #[command(hide = true, subcommand)]
    ScalePart(scale::Part),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Decode(arguments) => decode::run(&arguments),
        Command::Instructions(arguments) => instructions::run(&arguments),
        Command::Requests(arguments) => requests::run(&arguments),
        #[cfg(all(feature = "scale", target_os = "linux"))]
        Command::Scale(arguments) => scale::run(&arguments),
        #[cfg(all(feature = "scale", target_os = "linux"))]
        Command::ScalePart(part) => scale::run_part(&part),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
