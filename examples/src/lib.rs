//! Runnable examples. The `choreo` command is in `src/bin/choreo`; `src/bin` has a program for each pattern of
//! asynchronous calls, and `README.md` their table.
//!
//! What is here is what those programs share: a [`Gateway`] that answers without a key and a network, what makes an
//! error an exit status, pictures of [when calls ran](timeline), and what the web servers serve (`web`). A service has
//! use for the last alone.

mod gateway;
mod in_flight;
pub mod timeline;
#[cfg(feature = "web")]
pub mod web;

use std::fmt::Display;
use std::process::ExitCode;

pub use gateway::Gateway;
pub use in_flight::InFlight;

/// The end of a program: an error is told in one line on standard error, and fails it.
pub fn report<E: Display>(outcome: Result<(), E>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Compiles what the README shows.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
