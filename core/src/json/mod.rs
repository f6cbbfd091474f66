//! JSON (RFC 8259).

mod decimal;
mod raw;
pub mod writer;

pub use raw::{InvalidJson, RawJson, RawObject};
