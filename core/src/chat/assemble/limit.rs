//! The bounds of an assembler, and what it says when one is reached.

use core::fmt;

/// A bound of an [`Assembler`](super::Assembler) was reached. What was assembled before stays readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The answer takes more memory than allowed.
    Bytes {
        /// How many bytes are allowed.
        allowed: usize,
    },
    /// More choices than [`MAX_CHOICES`].
    Choices,
    /// More calls in one choice than [`MAX_TOOL_CALLS`].
    ToolCalls,
}

/// The choices that an answer may have: as many as the decoder lets through.
pub const MAX_CHOICES: usize = 128;

/// The tool calls that a choice may have. Every fragment of a call is compared with the calls known so far, so this
/// bound keeps the work linear.
pub const MAX_TOOL_CALLS: usize = 128;

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes { allowed } => {
                write!(
                    f,
                    "the answer takes more than {allowed} bytes; read it piece by piece, without assembling it"
                )
            }
            Self::Choices => write!(f, "the answer has more than {MAX_CHOICES} choices"),
            Self::ToolCalls => write!(f, "a choice of the answer has more than {MAX_TOOL_CALLS} tool calls"),
        }
    }
}

impl core::error::Error for Limit {}

/// The memory an assembler may still take.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    allowed: usize,
    left: usize,
}

impl Budget {
    pub(super) const fn new(allowed: usize) -> Self {
        Self { allowed, left: allowed }
    }

    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Limit> {
        self.left = self.left.checked_sub(bytes).ok_or(Limit::Bytes { allowed: self.allowed })?;
        Ok(())
    }

    pub(super) fn give(&mut self, bytes: usize) {
        self.left = self.left.saturating_add(bytes).min(self.allowed);
    }
}
