//! Runnable examples. The `choreo` command is in `src/bin/choreo`.

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
