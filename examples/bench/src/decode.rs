//! The command `decode`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::choice::Choice;
use crate::measure;
use crate::report::{json, markdown, plot, table};
use crate::row::{Row, measure};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    choice: Choice,
    /// Print an object a row instead of the table.
    #[arg(long)]
    json: bool,
    /// Small bodies and few rounds: shows that all contenders work, not how fast they are.
    #[arg(long)]
    quick: bool,
    /// Write `decode.md`, and `decode.svg` of the reads of 1 KiB, into this folder, besides.
    #[arg(long, value_name = "FOLDER")]
    write: Option<PathBuf>,
}

/// Measures and prints, workload by workload.
///
/// # Errors
///
/// Those of writing.
pub(crate) fn run(arguments: &Arguments) -> io::Result<()> {
    let effort = if arguments.quick { measure::QUICK } else { measure::FULL };
    if let Some(folder) = &arguments.write {
        // Whether that is possible shows before all that is measured, which takes a while.
        fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
        let file = folder.join(TABLES);
        let opened = fs::OpenOptions::new().append(true).create(true).open(&file);
        opened.map_err(|error| about(&file, &error))?;
    }
    let mut out = io::stdout().lock();
    let mut rows: Vec<Row> = Vec::new();
    for workload in arguments.choice.workloads() {
        let contenders = arguments.choice.contenders_for(workload, |_| true);
        for read in arguments.choice.reads() {
            let measured = measure(workload, read, &contenders, effort);
            if arguments.json {
                measured.iter().try_for_each(|row| writeln!(out, "{}", json::row(row)))?;
            } else {
                writeln!(out, "{}", table::section(workload, read, &measured))?;
            }
            rows.extend(measured);
        }
    }
    if let Some(folder) = &arguments.write {
        leave(folder, TABLES, &markdown::tables(&rows))?;
        if let Some(picture) = plot::svg(&rows) {
            leave(folder, "decode.svg", &picture)?;
        }
    }
    Ok(())
}

const TABLES: &str = "decode.md";

fn leave(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let file = folder.join(name);
    fs::write(&file, text).map_err(|error| about(&file, &error))
}

/// The error, and where it happened.
fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}
