//! What the client warns of.

use choreoai::{Observer, Warning};

use crate::progress;

/// Says it on standard error.
pub(crate) struct Warnings;

impl Observer for Warnings {
    fn warning(&self, warning: &Warning<'_>) {
        progress::note(format_args!("choreo: {warning}"));
    }
}
