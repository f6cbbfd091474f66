//! Rows, for a terminal or as JSON.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Failure;
use super::contenders::Who;
use super::experiment::{Experiment, Load};
use crate::report::json::round;

/// Names with their units, and values.
pub(super) type Figures = Vec<(String, f64)>;

pub(super) struct Row {
    pub(super) experiment: Experiment,
    pub(super) load: Load,
    pub(super) contender: Who,
    pub(super) round: usize,
    pub(super) figures: Result<Figures, Failure>,
}

/// Prints rows as they come, those of an experiment below its heading.
pub(super) struct Report {
    is_json: bool,
    heading: String,
}

impl Report {
    pub(super) fn new(is_json: bool) -> Self {
        Self { is_json, heading: String::new() }
    }

    /// # Errors
    ///
    /// Those of writing.
    pub(super) fn print(&mut self, row: &Row) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if self.is_json {
            return writeln!(out, "{}", serde_json::to_string(row).expect("numbers and texts"));
        }
        let heading = format!("{}: {}", row.experiment.name(), row.experiment.about(&row.load));
        if self.heading != heading {
            writeln!(out, "{heading}")?;
            self.heading = heading;
        }
        write!(out, "  {:<14}", row.contender.name())?;
        match &row.figures {
            Ok(figures) => {
                figures.iter().try_for_each(|(name, value)| write!(out, "  {name} {value:>9.2}"))?
            }
            Err(failure) => write!(out, "  failed: {failure}")?,
        }
        writeln!(out)
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("experiment", &self.experiment.name())?;
        map.serialize_entry("contender", &self.contender.name())?;
        map.serialize_entry("round", &self.round)?;
        map.serialize_entry("streams", &self.load.streams)?;
        map.serialize_entry("events_per_stream", &self.load.events)?;
        match &self.figures {
            Ok(figures) => {
                figures.iter().try_for_each(|(name, value)| map.serialize_entry(name, &round(*value)))?
            }
            Err(failure) => map.serialize_entry("failure", &failure.to_string())?,
        }
        map.end()
    }
}
