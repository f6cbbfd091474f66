//! Progress.

/// Asserts that a parser gets on: that it does not hand out one thing after the other without consuming anything.
#[derive(Default)]
pub struct Steps {
    idle: u32,
}

impl Steps {
    /// How many parts may come in a row that cost no input: the end of a text, of a report, of a chunk and the like.
    const MOST_IDLE: u32 = 8;

    /// A call that was given `before` bytes has left `after` of them, and handed out something or not.
    pub fn took(&mut self, before: usize, after: usize, is_some: bool) {
        assert!(after <= before, "the input grew");
        self.idle = if after < before { 0 } else { self.idle + u32::from(is_some) };
        assert!(self.idle <= Self::MOST_IDLE, "no progress");
    }
}
