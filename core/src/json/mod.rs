//! Incremental JSON (RFC 8259): a lexer that can be stopped and resumed at any byte, and holds no bytes of its input.
//!
//! # Policy
//!
//! - The grammar is strict: what a strict parser refuses is an error, also in values that are skipped. A byte order mark is
//!   refused, too.
//! - A lone surrogate escape (`\ud800` without its partner) and each maximal part of an invalid UTF-8 sequence inside a
//!   string read as U+FFFD, as [`String::from_utf8_lossy`](https://doc.rust-lang.org/std/string/struct.String.html#method.from_utf8_lossy)
//!   does it; no other text is lost. In strings that are skipped, UTF-8 is not looked at.
//! - Keys may repeat; what that means is the caller's to decide.
//! - Containers nest up to [`MAX_DEPTH`] levels, at one bit a level; one level more is
//!   [`ErrorKind::DepthLimit`](crate::ErrorKind::DepthLimit).
//! - Strings and numbers may be of any length. A string is handed on in pieces as it arrives; of a number its whole part is
//!   kept, if it fits 64 bits.

mod decimal;
mod lexer;
mod number;
mod raw;
mod scan;
#[cfg(feature = "serde")]
mod serialize;
mod short;
mod string;
mod utf8;
pub mod writer;

pub(crate) use lexer::Upcoming;
#[cfg(target_pointer_width = "64")]
pub(crate) use lexer::{Gap, Name, Whole};
pub use lexer::{Lexer, MAX_DEPTH, Token};
pub use number::Number;
pub use raw::{InvalidJson, RawJson, RawObject};
pub(crate) use scan::line_end;
pub(crate) use short::ShortText;
pub(crate) use string::Part;
pub(crate) use utf8::{Utf8, valid_prefix};

/// A fragment of a string: a run of the input, or one scalar that was escaped, cut or invalid there. Fragments concatenate; how
/// a string falls into them depends on how the input is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text<'i> {
    /// A run of the input, never empty.
    Str(&'i str),
    /// One scalar; U+FFFD for what is none.
    Char(char),
}
