//! Incremental JSON (RFC 8259): a lexer that can be stopped and resumed at any byte, and holds no bytes of its input.
//!
//! # Policy
//!
//! - The grammar is strict: what a strict parser refuses is an error, also in values that are skipped.
//! - A lone surrogate escape (`\ud800` without its partner) and each maximal run of invalid UTF-8 inside a string read
//!   as U+FFFD, as [`String::from_utf8_lossy`](https://doc.rust-lang.org/std/string/struct.String.html#method.from_utf8_lossy)
//!   does it; no other text is lost.
//! - Keys may repeat; what that means is the caller's to decide.
//! - Containers nest up to [`MAX_DEPTH`] levels, at one bit a level.
//! - Strings and numbers may be of any length.

mod decimal;
mod lexer;
mod number;
mod raw;
mod scan;
#[cfg(feature = "serde")]
mod serialize;
mod string;
mod utf8;
pub mod writer;

pub(crate) use lexer::Upcoming;
pub use lexer::{Lexer, MAX_DEPTH, Token};
pub use number::Number;
pub use raw::{InvalidJson, RawJson, RawObject};
pub(crate) use scan::line_end;
pub(crate) use string::Part;
pub(crate) use utf8::Utf8;

/// A fragment of a string: a run of the input, or one scalar that was escaped, cut or invalid there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'i> {
    /// A run of the input.
    Str(&'i str),
    /// One scalar.
    Char(char),
}
