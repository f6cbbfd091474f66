//! What a contender has to deliver, and what becomes of it.

/// Takes what an answer says. What comes between two calls of [`choice`](Self::choice) belongs to the choice that the second
/// one names: some contenders have the text before they know whose it is.
pub(crate) trait Sink {
    /// A fragment of the text; may be empty.
    fn content(&mut self, text: &str);
    /// A fragment of the arguments of a tool call; may be empty.
    fn arguments(&mut self, text: &str);
    /// The choice has a reason to end.
    fn finish(&mut self);
    /// What came since the last call belonged to this choice.
    fn choice(&mut self, index: u32);
}

/// Adds up the lengths, which takes next to no time and cannot be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) content: usize,
    pub(crate) arguments: usize,
    pub(crate) finishes: usize,
    /// Pieces of choices; one of a higher index counts for more.
    pub(crate) choices: usize,
}

/// Keeps the texts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) choices: Vec<Choice>,
    /// What has come and belongs to a choice yet to be named.
    current: Choice,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) content: String,
    pub(crate) arguments: String,
    pub(crate) finishes: usize,
}

impl Sink for Tally {
    #[inline]
    fn content(&mut self, text: &str) {
        self.content += text.len();
    }

    #[inline]
    fn arguments(&mut self, text: &str) {
        self.arguments += text.len();
    }

    #[inline]
    fn finish(&mut self) {
        self.finishes += 1;
    }

    #[inline]
    fn choice(&mut self, index: u32) {
        self.choices += 1 + index as usize;
    }
}

impl Sink for Answer {
    fn content(&mut self, text: &str) {
        self.current.content.push_str(text);
    }

    fn arguments(&mut self, text: &str) {
        self.current.arguments.push_str(text);
    }

    fn finish(&mut self) {
        self.current.finishes += 1;
    }

    fn choice(&mut self, index: u32) {
        let index = index as usize;
        if self.choices.len() <= index {
            self.choices.resize_with(index + 1, Choice::default);
        }
        let choice = &mut self.choices[index];
        choice.content.push_str(&self.current.content);
        choice.arguments.push_str(&self.current.arguments);
        choice.finishes += self.current.finishes;
        self.current = Choice::default();
    }
}
