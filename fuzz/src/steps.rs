//! Progress.

/// Asserts that a parser gets on: that every call consumes or hands out something, and that what it hands out without
/// consuming was paid for by bytes that it consumed earlier.
pub struct Steps {
    /// How many parts may still come for free.
    credit: usize,
}

impl Steps {
    /// A call that was given `before` bytes has left `after` of them, and handed out something or not.
    pub fn took(&mut self, before: usize, after: usize, is_some: bool) {
        let taken = before.checked_sub(after).expect("the input did not grow");
        assert!(taken > 0 || is_some || before == 0, "neither consumed nor handed out anything");
        self.credit += taken;
        if taken == 0 && is_some {
            self.credit = self.credit.checked_sub(1).expect("progress");
        }
    }
}

impl Default for Steps {
    fn default() -> Self {
        // At the end of a body: of a text, of a report, of a chunk.
        Self { credit: 4 }
    }
}
