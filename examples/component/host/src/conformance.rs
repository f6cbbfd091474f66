//! The behaviours that every transport is tried with, over the transport in a component.
//!
//! The client and the gateway are here and the transport is there; see `carried`. A theme has a component of its own.

use std::future::Future;
use std::time::Duration;

use choreoai_smol::SmolTimer;
use choreoai_testkit::conformance::{self, Ability, Fate, Subject, Theme, documented};

use crate::carried::Carried;
use crate::hosts::{Host, Kind};

const README: &str = include_str!("../../../../README.md");

/// What wasmtime's `wasi:http` decides, which is by hyper.
const WASMTIME: &[Ability] = &[
    // What is not valid in a head is told as a connection that was lost is.
    Ability::StrictHeads,
    Ability::TornHeads,
    Ability::TolerantHeads,
    // A head that is too large, likewise.
    Ability::Bounds,
    Ability::HeadSize,
    Ability::InterimBounds,
    // What is not valid in a body is told as one that was cut is.
    Ability::FramingBounds,
    Ability::BrokenBodies,
    // More than the answer is a broken connection, before the answer is looked at.
    Ability::Surplus,
    // Each request has a connection of its own.
    Ability::KeepAlive,
    Ability::Reuse,
    Ability::Stale,
];

/// What jco's `wasi:http` decides, as far as the themes that are tried over it ask.
const JCO: &[Ability] = &[
    // Connections are kept, and not one of those whose answers were dropped is closed.
    Ability::Reuse,
];

/// What jco's sockets decide.
const JCO_SOCKETS: &[Ability] = &[
    // Of a stream that fails nothing says that it was reset.
    Ability::Stale,
    Ability::EarlyResponse,
];

/// How much is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All behaviours under wasmtime, and a choice under jco, which is slow.
    Brief,
    /// Everything, and that what is left out fails.
    Full,
}

/// Tries the transport, and tells what came of each theme.
pub(crate) fn run(host: &Host, extent: Extent, mut tell: impl FnMut(&str, Result<String, String>)) {
    for theme in themes(host, extent) {
        let outcome = Component::start(host).and_then(|subject| {
            let report = conformance::run(subject, theme);
            let left_out = report.left_out().count();
            let failures = report.to_string();
            let passed = report.runs().len() - left_out;
            let note = format!(" ({passed} behaviours, {left_out} left out)");
            if failures.is_empty() { Ok(note) } else { Err(failures) }
        });
        tell(&format!("the suite: {theme}"), outcome);
    }
    let unable = unable(host);
    if let Some(column) = column(host) {
        let said = documented(|ability| !unable.contains(&ability), column, README);
        tell("the README says what it can do", said.map(|()| String::new()));
        if extent == Extent::Full {
            tell("what the suite leaves out fails", what_is_left_out_fails(host, unable));
        }
    }
}

/// jco's `wasi:http` does not close what is dropped, and loses what came just before a connection broke. Of the themes
/// that are about neither, all behaviours pass. What its sockets bring takes minutes where a server floods.
fn themes(host: &Host, extent: Extent) -> Vec<Theme> {
    let mut themes = match (host.kind, host.sockets, extent) {
        (Kind::Wasmtime, _, _) => return Theme::ALL.to_vec(),
        (Kind::Jco, true, Extent::Full) => Theme::ALL.to_vec(),
        (Kind::Jco, false, Extent::Full) => {
            vec![Theme::EventStream, Theme::Chunks, Theme::Stalls, Theme::Redirects]
        }
        (Kind::Jco, false, Extent::Brief) => vec![Theme::EventStream],
        (Kind::Jco, true, Extent::Brief) => vec![Theme::Reuse, Theme::Cancel],
    };
    themes.retain(|theme| *theme != Theme::Bombs);
    themes
}

/// What is left out.
fn unable(host: &Host) -> &'static [Ability] {
    match (host.kind, host.sockets) {
        (Kind::Wasmtime, _) => WASMTIME,
        (Kind::Jco, false) => JCO,
        (Kind::Jco, true) => JCO_SOCKETS,
    }
}

/// Where the README says so; `None`: it does in words.
fn column(host: &Host) -> Option<&'static str> {
    match (host.kind, host.sockets) {
        (Kind::Wasmtime, _) => Some("wasmtime"),
        (Kind::Jco, false) => None,
        (Kind::Jco, true) => Some("jco's sockets"),
    }
}

/// Nothing is left out that could be had: for want of each of these abilities something fails.
fn what_is_left_out_fails(host: &Host, unable: &[Ability]) -> Result<String, String> {
    let mut unproven = unable.to_vec();
    for theme in themes(host, Extent::Full) {
        // Some of it does not end.
        let subject = Component { patience: Duration::from_secs(3), ..Component::start(host)? };
        let report = conformance::run_left_out(subject, theme);
        for run in report.runs().iter().filter(|run| matches!(run.fate, Fate::Failed(_))) {
            unproven.retain(|ability| !run.needs.contains(ability));
        }
    }
    if unproven.is_empty() {
        Ok(String::new())
    } else {
        Err(format!("nothing fails for want of {unproven:?}"))
    }
}

struct Component {
    carried: Carried,
    unable: &'static [Ability],
    patience: Duration,
}

impl Component {
    fn start(host: &Host) -> Result<Self, String> {
        let carried = Carried::start(&mut host.command("carrier", &[])).map_err(|error| error.to_string())?;
        Ok(Self { carried, unable: unable(host), patience: Duration::from_secs(60) })
    }
}

impl Subject for Component {
    type Transport = Carried;
    type Timer = SmolTimer;

    fn transport(&self) -> Carried {
        self.carried.clone()
    }

    fn timer(&self) -> SmolTimer {
        SmolTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        futures_lite::future::block_on(future)
    }

    fn patience(&self) -> Duration {
        self.patience
    }

    fn is_able(&self, ability: Ability) -> bool {
        !self.unable.contains(&ability)
    }
}
