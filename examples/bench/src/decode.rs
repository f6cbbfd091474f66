//! The command `decode`.

use std::io;
use std::path::PathBuf;

use crate::contenders::{CONTENDERS, Contender};
use crate::measure::{self, Row, measure};
use crate::reads::{READS, Read};
use crate::report::{json, table};
use crate::workloads::{WORKLOADS, Workload};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Print an object a row instead of the table.
    #[arg(long)]
    json: bool,
    /// Only these, by their letters: `a,b2`.
    #[arg(long, value_delimiter = ',', value_parser = parse_workload)]
    workload: Vec<&'static Workload>,
    /// Only these reads: `64,event,1024,16384`, or of any other size.
    #[arg(long, value_delimiter = ',', value_parser = parse_read)]
    read: Vec<Read>,
    /// Only these contenders, by their names.
    #[arg(long, value_delimiter = ',', value_parser = parse_contender)]
    contender: Vec<&'static Contender>,
    /// Small bodies and few rounds: shows that all contenders work, not how fast they are.
    #[arg(long)]
    quick: bool,
    /// Write the table and the plot into this folder, besides.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

/// Measures and prints, workload by workload.
///
/// # Errors
///
/// Those of writing.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let workloads = or_all(&arguments.workload, &WORKLOADS);
    let contenders = or_all(&arguments.contender, &CONTENDERS);
    let reads = if arguments.read.is_empty() { READS.to_vec() } else { arguments.read.clone() };
    let effort = if arguments.quick { measure::QUICK } else { measure::FULL };
    let mut rows: Vec<Row> = Vec::new();
    for workload in workloads {
        let contenders: Vec<_> = contenders.iter().copied().filter(|each| each.reads(workload)).collect();
        for &read in &reads {
            let measured = measure(workload, read, &contenders, effort);
            if arguments.json {
                measured.iter().for_each(|row| println!("{}", json::row(row)));
            } else {
                println!("{}", table::section(workload, read, &measured));
            }
            rows.extend(measured);
        }
    }
    Ok(())
}

fn or_all<T>(chosen: &[&'static T], all: &'static [T]) -> Vec<&'static T> {
    if chosen.is_empty() { all.iter().collect() } else { chosen.to_vec() }
}

fn parse_workload(letter: &str) -> Result<&'static Workload, String> {
    let known = || WORKLOADS.each_ref().map(|workload| workload.letter).join(", ");
    WORKLOADS.iter().find(|workload| workload.letter == letter).ok_or_else(|| format!("one of {}", known()))
}

fn parse_contender(name: &str) -> Result<&'static Contender, String> {
    let known = || CONTENDERS.each_ref().map(|contender| contender.name).join(", ");
    CONTENDERS.iter().find(|contender| contender.name == name).ok_or_else(|| format!("one of {}", known()))
}

fn parse_read(name: &str) -> Result<Read, String> {
    match name.parse() {
        _ if name == "event" => Ok(Read::Event),
        Ok(size) if size > 0 => Ok(Read::Bytes(size)),
        _ => Err("a number of bytes, or `event`".to_owned()),
    }
}
