//! The command `scale`: whole clients over loopback, and as many streams as they have memory for.
//!
//! A server, and each contender, are processes of their own, this program again: memory and CPU time of a client are those of
//! its process.

mod check;
mod client;
mod contenders;
mod event;
mod experiment;
mod process;
mod report;
mod server;
mod simulated;

use std::error::Error;
use std::io;

use clap::Subcommand;

use self::contenders::Who;
use self::experiment::{EXPERIMENTS, Experiment, Load};
use self::report::{Report, Row};

type Failure = Box<dyn Error + Send + Sync>;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these experiments.
    #[arg(long, value_delimiter = ',')]
    experiment: Vec<Experiment>,
    /// So often each contender has its turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Print an object a row instead of the table.
    #[arg(long)]
    json: bool,
    /// Few streams, one round: shows that all of it works, not how well.
    #[arg(long)]
    quick: bool,
}

/// What a process is started for.
#[derive(Subcommand)]
pub(crate) enum Part {
    Server {
        #[command(flatten)]
        load: Load,
    },
    Client {
        experiment: Experiment,
        contender: Who,
        /// Of the server, where there is one.
        address: Option<String>,
        #[command(flatten)]
        load: Load,
    },
}

/// Measures, and prints each row as it is had.
///
/// # Errors
///
/// Those of writing; and, when all else is done, that something failed: an event did not arrive, for instance.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let mut report = Report::new(arguments.json);
    let rounds = if arguments.quick { 1 } else { arguments.rounds };
    let mut experiments = arguments.experiment.clone();
    if experiments.is_empty() {
        experiments.extend(EXPERIMENTS);
    }
    let mut failures = 0;
    for experiment in experiments {
        let loads = experiment.loads(arguments.quick);
        for (load, round) in loads.iter().flat_map(|load| (1..=rounds).map(move |round| (load, round))) {
            let load = if experiment.opens_all() { process::allow_files(*load)? } else { *load };
            let mut contenders = experiment.contenders().to_vec();
            // Each round begins with another one.
            let first = round % contenders.len();
            contenders.rotate_left(first);
            for contender in contenders {
                let figures = process::measure(experiment, contender, &load);
                failures += usize::from(figures.is_err());
                report.print(&Row { experiment, load, contender, round, figures })?;
            }
        }
    }
    match failures {
        0 => Ok(()),
        _ => Err(io::Error::other(format!("{failures} of the measurements failed, see above"))),
    }
}

/// Runs a part of an experiment, in a process of its own.
///
/// # Errors
///
/// What went wrong, with the server or with one of the streams.
pub(crate) fn run_part(part: &Part) -> io::Result<()> {
    match part {
        Part::Server { load } => server::run(load),
        Part::Client { experiment, contender, address, load } => {
            let address = address.as_deref().unwrap_or_default();
            let figures =
                client::measure(*experiment, *contender, address, load).map_err(io::Error::other)?;
            println!("{}", serde_json::to_string(&figures)?);
            Ok(())
        }
    }
}
