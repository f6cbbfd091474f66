//! Chat completions: what is asked, what is answered.

pub mod assemble;
mod event;
mod usage;

pub use event::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};
pub use usage::Usage;
