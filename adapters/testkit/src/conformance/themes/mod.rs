//! The behaviours, by what they are about.

use std::fmt;

use super::behaviour::Behaviour;

mod bombs;
mod cancel;
mod chunks;
mod cuts;
mod errors;
mod event_stream;
mod framing;
mod redirects;
mod retries;
mod reuse;
mod stalls;

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
    /// Silence, and talk that is no progress: the deadlines.
    Stalls,
    /// Answers that end at every byte there is.
    Cuts,
    /// Redirects: what is followed, and where the key does not go.
    Redirects,
    /// Which connection the next request goes over.
    Reuse,
    /// Floods without end, against bounds of memory and time.
    Bombs,
    /// What a caller leaves early.
    Cancel,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Framing,
        Self::EventStream,
        Self::Chunks,
        Self::Errors,
        Self::Retries,
        Self::Stalls,
        Self::Cuts,
        Self::Redirects,
        Self::Reuse,
        Self::Bombs,
        Self::Cancel,
    ];

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
            Self::Stalls => stalls::behaviours(),
            Self::Cuts => cuts::behaviours(),
            Self::Redirects => redirects::behaviours(),
            Self::Reuse => reuse::behaviours(),
            Self::Bombs => bombs::behaviours(),
            Self::Cancel => cancel::behaviours(),
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
            Self::Stalls => "stalls",
            Self::Cuts => "cuts",
            Self::Redirects => "redirects",
            Self::Reuse => "reuse",
            Self::Bombs => "bombs",
            Self::Cancel => "cancel",
        })
    }
}
