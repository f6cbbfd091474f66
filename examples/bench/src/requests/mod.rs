//! The command `requests`: encoding a long conversation.

mod contenders;
mod conversation;

use std::io::{self, Write};

use serde::Serialize;

use self::contenders::CONTENDERS;
use self::conversation::Conversation;
use crate::measure::{self, in_turns};
use crate::report::json::round;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print an object a row instead of the table.
    #[arg(long)]
    json: bool,
    /// Few rounds: shows that all contenders work, not how fast they are.
    #[arg(long)]
    quick: bool,
}

#[derive(Serialize)]
struct Row {
    contender: &'static str,
    us_per_request: f64,
    us_per_request_quartiles: [f64; 2],
    mb_per_s: f64,
    allocs_per_request: u64,
}

/// Measures and prints.
///
/// # Errors
///
/// Those of writing.
///
/// # Panics
///
/// If a contender writes something else than the others.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let conversation = Conversation::new();
    let length = conversation.expected.len();
    for contender in CONTENDERS {
        contender.check(&conversation);
    }
    let effort = if arguments.quick { measure::QUICK } else { measure::FULL };
    let runs: Vec<_> = CONTENDERS.iter().map(|contender| (contender.prepare)(&conversation)).collect();
    let mut out = io::stdout().lock();
    if !arguments.json {
        writeln!(out, "a conversation of {length} bytes of JSON")?;
        writeln!(out, "  {:<20} {:>10} {:>19} {:>9} {:>9}", "", "us/request", "quartiles", "MB/s", "allocs")?;
    }
    for (contender, figures) in CONTENDERS.iter().zip(in_turns(&runs, effort)) {
        let [low, median, high] = figures.quartiles();
        let row = Row {
            contender: contender.name,
            us_per_request: round(median / 1e3),
            us_per_request_quartiles: [low, high].map(|time| round(time / 1e3)),
            mb_per_s: round(length as f64 * 1e3 / median),
            allocs_per_request: figures.allocations,
        };
        if arguments.json {
            writeln!(out, "{}", serde_json::to_string(&row).expect("numbers and texts"))?;
        } else {
            let [low, high] = row.us_per_request_quartiles;
            writeln!(
                out,
                "  {:<20} {:>10.1} {low:>9.1} {high:>9.1} {:>9.0} {:>9}",
                row.contender, row.us_per_request, row.mb_per_s, row.allocs_per_request
            )?;
        }
    }
    Ok(())
}
