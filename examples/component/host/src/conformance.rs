//! The behaviours that every transport is tried with, over the transport in a component.
//!
//! The client and the gateway are here and the transport is there; see `carried`.

use std::future::Future;
use std::time::Duration;
use std::time::Instant;

use choreoai_smol::SmolTimer;
use choreoai_testkit::conformance::{Ability, Subject, Theme};

use crate::carried::Carried;
use crate::hosts::{Host, Kind};

/// What wasmtime's `wasi:http` decides.
const WASMTIME: &[Ability] = &[
    // It tells a connection that was lost and a response that is not valid alike.
    Ability::StrictHeads,
    Ability::TornHeads,
    Ability::Bounds,
    Ability::HeadSize,
    Ability::InterimBounds,
    Ability::FramingBounds,
    Ability::BrokenBodies,
    Ability::TolerantHeads,
    Ability::Surplus,
    // Each request has a connection of its own.
    Ability::KeepAlive,
    Ability::Reuse,
    Ability::Stale,
    Ability::AfterHttp10,
    Ability::EarlyResponse,
];

fn unable(host: &Host) -> &'static [Ability] {
    match (host.kind, host.sockets) {
        (Kind::Wasmtime, _) => WASMTIME,
        (Kind::Jco, false) => WASMTIME,
        (Kind::Jco, true) => &[],
    }
}

/// Runs all of them, and tells what came of each theme.
pub(crate) fn run(host: &Host, mut tell: impl FnMut(&str, Result<String, String>)) {
    for theme in Theme::ALL {
        if std::env::var("THEME").is_ok_and(|t| t != theme.to_string()) {
            continue;
        }
        let name = format!("the suite: {theme}");
        match Component::start(host) {
            Ok(subject) => {
                let started = Instant::now();
                let report = choreoai_testkit::conformance::run(subject, theme);
                eprintln!("{theme} {:?}", started.elapsed());
                let left_out = report.left_out().count();
                let passed = report.runs().len() - left_out;
                let failures = report.to_string();
                tell(
                    &name,
                    if failures.is_empty() {
                        Ok(format!(" ({passed} behaviours, {left_out} left out)"))
                    } else {
                        Err(failures)
                    },
                );
            }
            Err(error) => tell(&name, Err(error)),
        }
    }
}

struct Component {
    carried: Carried,
    unable: &'static [Ability],
}

impl Component {
    fn start(host: &Host) -> Result<Self, String> {
        let carried = Carried::start(&mut host.command("carrier", &[])).map_err(|error| error.to_string())?;
        Ok(Self { carried, unable: unable(host) })
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
        Duration::from_secs(20)
    }

    fn is_able(&self, ability: Ability) -> bool {
        !self.unable.contains(&ability)
    }
}
