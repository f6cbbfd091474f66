//! What is drawn on standard error while something is under way: one line at the bottom of a terminal, gone at the end.

use std::env;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a line is drawn that only shows that time passes.
const TICK: Duration = Duration::from_millis(100);

/// The line that is drawn now: whoever writes to standard error, and Ctrl-C, must know of it.
static DRAWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// A line that is drawn until this is dropped. There is one at a time.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Shows for how long something has been waited for.
    pub(crate) fn waiting(for_what: &'static str) -> Self {
        Self::draw(None, "{spinner} {msg} {elapsed}", for_what)
    }

    /// Shows how many of so many things are done, or only how many.
    pub(crate) fn counting(total: Option<u64>, what: &'static str) -> Self {
        let template = match total {
            Some(_) => "{spinner} [{wide_bar}] {pos}/{len} {msg} {elapsed}, {eta} left",
            None => "{spinner} {pos} {msg} {elapsed}",
        };
        Self::draw(total, template, what)
    }

    /// One more is done.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// Says anew what is counted.
    pub(crate) fn say(&self, what: String) {
        self.0.set_message(what);
    }

    /// Shows nothing.
    pub(crate) fn hidden() -> Self {
        Self(ProgressBar::hidden())
    }

    fn draw(total: Option<u64>, template: &str, message: &'static str) -> Self {
        if !is_wanted() {
            return Self::hidden();
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_message(message);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        // At once: what is not worth a line is over before anybody has read it.
        bar.tick();
        bar.enable_steady_tick(TICK);
        *drawn() = Some(bar.clone());
        Self(bar)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        clear();
    }
}

/// Whether a line is drawn at all: on a terminal that can, for a reader who has not asked for plain text.
pub(crate) fn is_wanted() -> bool {
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !plain && !ProgressDrawTarget::stderr().is_hidden()
}

/// Writes a line to standard error, above the one that is drawn. That standard error is closed is no reason to stop.
pub(crate) fn note(line: fmt::Arguments<'_>) {
    let write = || drop(writeln!(io::stderr(), "{line}"));
    match &*drawn() {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Takes the line away, if there is one.
pub(crate) fn clear() {
    if let Some(bar) = drawn().take() {
        bar.finish_and_clear();
    }
}

fn drawn() -> std::sync::MutexGuard<'static, Option<ProgressBar>> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}
