//! Bodies as the ChoreoAI gateway and its kin write them.
//!
//! The gateway writes spaced, ASCII-only JSON with every field, mostly null, and in a choice `delta` before `index`.
//! All that is built here is data: strings to put into an [`Answer`](crate::Answer).

mod bodies;
mod chunks;
mod json;

pub use bodies::{
    Encoding, Message, completion, detail, embeddings, endpoint_not_found, error, model, models, proxy_page,
    stream_error, validation,
};
pub use chunks::{Chunks, ToolPiece};
pub use json::Json;

/// Whose hand writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The ChoreoAI gateway with an OpenAI model behind it.
    Gateway,
    /// The ChoreoAI gateway with a Claude model behind it: no role, no `finish_reason`, an id that changes from chunk to chunk.
    Claude,
    /// OpenAI itself: compact, raw UTF-8, `index` before `delta`, absent members left out.
    OpenAi,
}

impl Dialect {
    /// The value as this dialect spells it.
    #[must_use]
    pub fn write(self, json: &Json) -> String {
        match self {
            Self::Gateway | Self::Claude => json.spaced_ascii(),
            Self::OpenAi => json.compact(),
        }
    }
}

/// When all that is built here was created.
const CREATED: i64 = 1_750_000_000;
