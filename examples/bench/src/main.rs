//! Measures the decoders of choreoai-core beside what else there is.

mod allocations;
mod contenders;
mod decode;
mod measure;
mod reads;
mod report;
mod sink;
mod workloads;

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
}

fn main() -> std::io::Result<()> {
    match Arguments::parse().command {
        Command::Decode(arguments) => decode::run(&arguments),
    }
}
