//! What is checked of the command.

mod answers;
mod executor;
mod failures;
mod several;

use std::fmt::Debug;

use choreoai_testkit::wire::{Chunks, Dialect};
use choreoai_testkit::{Gateway, Script};

use crate::hosts::Host;
use crate::process::{Ended, Process};

/// A check of the command under a host.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// Runs the command one or more times; says what was wrong.
    pub(crate) run: fn(&Host) -> Result<(), String>,
    /// Why it says nothing under this host, if so.
    pub(crate) left_out: fn(&Host) -> Option<&'static str>,
}

impl Check {
    const fn new(name: &'static str, run: fn(&Host) -> Result<(), String>) -> Self {
        Self { name, run, left_out: |_| None }
    }
}

/// All checks.
pub(crate) const ALL: &[Check] = &[
    Check::new("writes tokens while the server still sends", answers::streams),
    Check::new("asks again where nothing of an answer came", answers::retries),
    Check::new("asks several prompts at once", several::at_once),
    Check {
        left_out: |host| (!host.cancels()).then_some("this host does not close what is dropped"),
        ..Check::new("cancels the others when one answers first", several::first)
    },
    Check::new("tells an error, and what it is", failures::refused),
    Check::new("tells a cut answer from a finished one", failures::cut),
    Check::new("tells an answer that was reset from a finished one", failures::reset),
    Check::new("tells that nobody listens", failures::nobody),
    Check {
        left_out: |host| host.gives_sockets().then_some("this host gives one"),
        ..Check::new("tells that there is no network for sockets", failures::no_network)
    },
    Check::new("keeps a deadline", failures::deadline),
    Check::new("tells wrong usage", failures::usage),
    Check::new("the executor keeps its promises", executor::promises),
];

/// The key of all calls.
const KEY: &str = "sk-component-0123456789";

fn gateway(script: impl Into<Script>) -> Result<Gateway, String> {
    Gateway::start(script).map_err(|error| error.to_string())
}

/// Starts `choreo chat` with these arguments.
fn chat(host: &Host, base_url: &str, arguments: &[&str]) -> Result<Process, String> {
    let mut command = host.command("choreo", &["chat"]);
    command.env("CHOREOAI_BASE_URL", base_url).env("CHOREOAI_API_KEY", KEY);
    Process::start(command.args(arguments))
}

fn chunks() -> Chunks {
    Chunks::new(Dialect::Gateway, "gpt-4")
}

/// It ended as a success and wrote this alone.
fn succeeded(ended: &Ended, output: &str) -> Result<(), String> {
    same("standard output", &*ended.output, output)?;
    same("standard error", &*ended.errors, "")?;
    same("success", ended.success, true)
}

/// It ended as a failure that told this kind in one line, and had written this before.
fn failed(ended: &Ended, output: &str, kind: &str) -> Result<(), String> {
    same("standard output", &*ended.output, output)?;
    same("success", ended.success, false)?;
    let line = ended.errors.strip_suffix('\n').unwrap_or(&ended.errors);
    let told = line.starts_with("choreo: ") && line.ends_with(&format!(" [{kind}]")) && !line.contains('\n');
    if !told {
        return Err(format!("standard error: {line:?}\ninstead of a line with [{kind}]"));
    }
    if line.contains(KEY) { Err(format!("standard error shows the key: {line:?}")) } else { Ok(()) }
}

fn same<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: T, wanted: U) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?}\ninstead of: {wanted:?}")) }
}
