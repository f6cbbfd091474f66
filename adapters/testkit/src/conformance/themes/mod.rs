//! The behaviours, by what they are about.

use std::fmt;

use super::behaviour::Behaviour;

mod chunks;
mod errors;
mod event_stream;
mod framing;
mod retries;

/// What behaviours are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Theme {
    /// HTTP/1.1: heads, lengths, chunks, interim responses.
    Framing,
    /// Event streams, their comments, errors and ends, and bodies that are none.
    EventStream,
    /// What providers write into chunks.
    Chunks,
    /// Answers that are no success.
    Errors,
    /// What is sent again, after which wait, and what never is.
    Retries,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Framing, Self::EventStream, Self::Chunks, Self::Errors, Self::Retries];

    /// The names of its behaviours.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        self.behaviours().into_iter().map(|behaviour| behaviour.name).collect()
    }

    pub(super) fn behaviours(self) -> Vec<Behaviour> {
        match self {
            Self::Framing => framing::behaviours(),
            Self::EventStream => event_stream::behaviours(),
            Self::Chunks => chunks::behaviours(),
            Self::Errors => errors::behaviours(),
            Self::Retries => retries::behaviours(),
        }
    }
}

impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Framing => "framing",
            Self::EventStream => "event stream",
            Self::Chunks => "chunks",
            Self::Errors => "errors",
            Self::Retries => "retries",
        })
    }
}
