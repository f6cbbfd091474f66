//! Whether a stream delivers what was sent.

use super::{Failure, event};

/// What has come of one stream.
#[derive(Default)]
pub(super) struct Delivered {
    /// All events.
    count: usize,
    /// Those with a text.
    numbered: usize,
    is_wrong: bool,
}

impl Delivered {
    /// Takes the text of an event; gives when it was written, unless it begins or ends the stream.
    pub(super) fn take(&mut self, text: &str) -> Option<u64> {
        self.count += 1;
        if text.is_empty() {
            return None;
        }
        match event::parse(text) {
            Some((number, written)) if number == self.numbered => {
                self.numbered += 1;
                Some(written)
            }
            _ => {
                self.is_wrong = true;
                None
            }
        }
    }

    pub(super) fn is_first(&self) -> bool {
        self.count == 1
    }

    /// # Errors
    ///
    /// An event is missing, too many, or another one than was sent.
    pub(super) fn check(&self, events: usize) -> Result<(), Failure> {
        let Self { count, numbered, is_wrong } = self;
        if *is_wrong {
            return Err(format!("another event than number {numbered} came").into());
        }
        if (*count, *numbered) != (events + 2, events) {
            return Err(
                format!("{numbered} of {events} events came, {count} with the first and the last").into()
            );
        }
        Ok(())
    }
}

/// # Errors
///
/// How many streams failed, and how the first of them did.
pub(super) fn all(outcomes: &[Result<(), Failure>]) -> Result<(), Failure> {
    let mut failures = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
    let Some(first) = failures.next() else { return Ok(()) };
    Err(format!("{} of {} streams failed, one of them: {first}", 1 + failures.count(), outcomes.len()).into())
}
