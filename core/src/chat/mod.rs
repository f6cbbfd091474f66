//! Chat completions: what is asked, what is answered.

mod decoder;
mod event;
mod machine;
mod progress;
mod schema;
mod scratch;
mod usage;

pub use decoder::{Decoder, Verdict};
pub use event::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};
pub use usage::Usage;
