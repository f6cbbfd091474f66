//! What a client must do whatever a server does, over this crate's transport and timer.

use std::future::Future;

use choreoai_smol::{SmolTimer, SmolTransport};
use choreoai_testkit::conformance::{Subject, Theme, run};

struct Smol;

impl Subject for Smol {
    type Transport = SmolTransport;
    type Timer = SmolTimer;

    fn transport(&self) -> SmolTransport {
        SmolTransport::default()
    }

    fn timer(&self) -> SmolTimer {
        SmolTimer::default()
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        futures_lite::future::block_on(future)
    }
}

fn conforms(theme: Theme) {
    let report = run(Smol, theme);
    report.assert();
    assert_eq!(report.left_out().collect::<Vec<_>>(), [""; 0], "this transport can do all of it");
}

#[test]
fn framing() {
    conforms(Theme::Framing);
}

#[test]
fn event_stream() {
    conforms(Theme::EventStream);
}

#[test]
fn chunks() {
    conforms(Theme::Chunks);
}

#[test]
fn errors() {
    conforms(Theme::Errors);
}

#[test]
fn retries() {
    conforms(Theme::Retries);
}

#[test]
fn stalls() {
    conforms(Theme::Stalls);
}

#[test]
fn cuts() {
    conforms(Theme::Cuts);
}

#[test]
fn redirects() {
    conforms(Theme::Redirects);
}

#[test]
fn reuse() {
    conforms(Theme::Reuse);
}

#[test]
fn bombs() {
    conforms(Theme::Bombs);
}

#[test]
fn cancel() {
    conforms(Theme::Cancel);
}
