//! What came of the behaviours.

use std::fmt;

use super::{Ability, Theme};

/// What came of the behaviours of one theme, or of several.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Report {
    runs: Vec<Run>,
}

/// What came of one behaviour.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run {
    /// What it is about.
    pub theme: Theme,
    /// Its name, unique within the theme.
    pub name: &'static str,
    /// What a transport must be able to do for it.
    pub needs: Vec<Ability>,
    /// How many calls were made in it, of which each was checked.
    pub calls: usize,
    /// What came of it.
    pub fate: Fate,
}

/// What came of a behaviour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Everything was as it must be.
    Passed,
    /// What was not, each a line for a person.
    Failed(Vec<String>),
    /// The transport cannot do what it needs.
    LeftOut(Vec<Ability>),
}

impl Report {
    pub(super) fn push(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// All of them, in their order.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// The names of those that were left out.
    pub fn left_out(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.runs.iter().filter(|run| matches!(run.fate, Fate::LeftOut(_))).map(|run| run.name)
    }

    /// Adds the runs of another report.
    pub fn append(&mut self, other: Self) {
        self.runs.extend(other.runs);
    }

    /// Checks that no behaviour failed.
    ///
    /// # Panics
    /// If one did, with the names of all that did and what went wrong.
    #[track_caller]
    pub fn assert(&self) {
        let failed: Vec<&Run> = self.runs.iter().filter(|run| matches!(run.fate, Fate::Failed(_))).collect();
        assert!(failed.is_empty(), "{} of {} behaviours failed:\n{self}", failed.len(), self.runs.len());
        assert!(!self.runs.is_empty(), "there was nothing to run");
    }

    /// A table of all behaviours and what came of each.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut table = "| theme | the server | calls | outcome |\n|---|---|---|---|\n".to_owned();
        for run in &self.runs {
            let outcome = match &run.fate {
                Fate::Passed => "passed".to_owned(),
                Fate::Failed(_) => "**failed**".to_owned(),
                Fate::LeftOut(needs) => {
                    let needs: Vec<String> = needs.iter().map(|need| format!("{need:?}")).collect();
                    format!("left out: {}", needs.join(", "))
                }
            };
            table += &format!(
                "| {} | {} | {} | {outcome} |\n",
                run.theme,
                run.name.replace('|', "\\|"),
                run.calls
            );
        }
        table
    }
}

/// The failures, a line each.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for run in &self.runs {
            if let Fate::Failed(failures) = &run.fate {
                for failure in failures {
                    writeln!(f, "{}: {}: {failure}", run.theme, run.name)?;
                }
            }
        }
        Ok(())
    }
}
