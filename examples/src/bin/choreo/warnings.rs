//! What the client warns of.

use std::io::{self, Write};

use choreoai::{Observer, Warning};

/// Says it on standard error.
pub(crate) struct Warnings;

impl Observer for Warnings {
    fn warning(&self, warning: &Warning<'_>) {
        let _ = writeln!(io::stderr(), "choreo: {warning}");
    }
}
