//! Answers that come whole and are lists.

use std::io::{self, BufWriter, Write};

use choreoai::Verdict;
use clap::ValueEnum;

use super::Line;
use crate::failure::Failure;

/// How to write a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// One element a line
    #[default]
    Text,
    /// One JSON object a line, and how it ended
    Jsonl,
}

/// Writes what `text` or `lines` make of an answer, or, for scripts, why there is none.
pub(crate) fn conclude_list<A>(
    format: ListFormat,
    outcome: Result<A, Failure>,
    text: impl FnOnce(&A) -> Vec<String>,
    lines: impl FnOnce(&A) -> Vec<Line<'_>>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match (format, &outcome) {
        (ListFormat::Text, Ok(answer)) => {
            text(answer).into_iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        (ListFormat::Jsonl, Ok(answer)) => {
            lines(answer).into_iter().try_for_each(|line| line.write(&mut out))?;
            Line::end(Verdict::Finished).write(&mut out)?;
        }
        (ListFormat::Jsonl, Err(Failure::Answer(failure))) => Line::Error(failure.into()).write(&mut out)?,
        (_, Err(_)) => {}
    }
    out.flush()?;
    outcome.map(drop)
}
