//! The whole suite with the adapters that are not the default.

use std::env;
use std::process::Command;

use crate::support::ADAPTER_VARIABLE;

/// This very program again, without the tests of this file.
fn suite(adapter: &str) {
    let mut suite = Command::new(env::current_exe().unwrap());
    suite.env(ADAPTER_VARIABLE, adapter).args(["--skip", "adapters::", "--test-threads", "2"]);
    let output = suite.output().unwrap();
    let log = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !log.contains(" 0 passed"), "with --adapter {adapter}:\n{log}");
}

#[cfg(feature = "async-std")]
#[test]
fn async_std() {
    suite("async-std");
}

#[cfg(feature = "tokio")]
#[test]
fn tokio() {
    suite("tokio");
}
