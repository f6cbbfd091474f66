//! What the caller of a decoder wants, known at compile time, so that what serves nothing else is left out of the program.

use core::fmt::Debug;

use super::schema::{self, Schema};
use super::usage::{Count, Usage};

/// How much of an answer is wanted.
pub(super) trait Interest: Clone + Debug {
    /// Whether it is all; if not, it is text, indices of choices, reasons and the verdict.
    const ALL: bool;
    /// What members mean.
    const SCHEMA: &'static Schema;
    /// Keeps token counts.
    type Tally: Tally;
}

/// Keeps token counts, or does not.
pub(super) trait Tally: Clone + Debug {
    /// None.
    const NONE: Self;

    fn set(&mut self, count: Count, value: u64);

    /// The counts, if they are kept.
    fn usage(&self) -> Option<&Usage>;
}

/// All that an answer holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Everything;

/// The text of an answer, and how it ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextOnly;

impl Interest for Everything {
    const ALL: bool = true;
    const SCHEMA: &'static Schema = &schema::ALL;
    type Tally = Usage;
}

impl Interest for TextOnly {
    const ALL: bool = false;
    const SCHEMA: &'static Schema = &schema::TEXT;
    type Tally = ();
}

impl Tally for Usage {
    const NONE: Self = Self::new();

    fn set(&mut self, count: Count, value: u64) {
        Self::set(self, count, value);
    }

    fn usage(&self) -> Option<&Usage> {
        Some(self)
    }
}

impl Tally for () {
    const NONE: Self = ();

    fn set(&mut self, _: Count, _: u64) {}

    fn usage(&self) -> Option<&Usage> {
        None
    }
}
