//! How long an answer took, and how much it was.

use std::fmt;
use std::time::{Duration, Instant};

use choreoai::{ChatChunk, ChatCompletion, FragmentKind, Usage};

use crate::progress::{self, Progress};

/// Watches an answer come: draws that it is waited for, and notes when it begins and how much it is.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    begun: Option<Instant>,
    waiting: Option<Progress>,
    stats: Stats,
}

#[derive(Debug, Default)]
struct Stats {
    /// Until the first token; `None`: the answer came whole, or not at all.
    first: Option<Duration>,
    total: Duration,
    usage: Option<Usage>,
}

impl Watch {
    /// The question is asked now. `waiting` says what is waited for, where that is to be drawn.
    pub(crate) fn begin(&mut self, waiting: Option<&'static str>) {
        self.begun = Some(Instant::now());
        self.waiting = waiting.map(Progress::waiting);
    }

    /// What one event brought, before it is written.
    pub(crate) fn chunk(&mut self, chunk: &ChatChunk) {
        if self.stats.first.is_none() && chunk.fragments().any(|fragment| is_token(&fragment.kind)) {
            self.waiting = None;
            self.stats.first = self.begun.map(|begun| begun.elapsed());
        }
        self.stats.usage = chunk.usage().copied().or(self.stats.usage);
    }

    /// An answer that came whole, before it is written.
    pub(crate) fn completion(&mut self, completion: &ChatCompletion) {
        self.waiting = None;
        self.stats.usage = completion.usage().copied();
    }

    /// The answer has ended, one way or another.
    pub(crate) fn end(&mut self) {
        self.waiting = None;
        self.stats.total = self.begun.map(|begun| begun.elapsed()).unwrap_or_default();
    }

    /// Says on standard error what was noted, if anything was asked.
    pub(crate) fn report(&self) {
        if self.begun.is_some() {
            progress::note(format_args!("choreo: {}", self.stats));
        }
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(first) = self.first {
            write!(f, "first token after {:.2} s, ", first.as_secs_f64())?;
        }
        let usage = self.usage.unwrap_or_default();
        match (usage.completion_tokens(), usage.prompt_tokens()) {
            (Some(tokens), Some(prompt)) => write!(f, "{tokens} tokens (and {prompt} of the prompt), ")?,
            (Some(tokens), None) => write!(f, "{tokens} tokens, ")?,
            (None, _) => f.write_str("no token counts were sent, ")?,
        }
        if let Some(rate) = usage.completion_tokens().and_then(|tokens| self.rate(tokens)) {
            write!(f, "{rate:.1} tokens/s, ")?;
        }
        write!(f, "total {:.2} s", self.total.as_secs_f64())
    }
}

impl Stats {
    /// Tokens a second: those after the first one, by the time since it came. Of an answer that came whole: all, by all the
    /// time.
    fn rate(&self, tokens: u64) -> Option<f64> {
        let (tokens, time) = match self.first {
            Some(first) => (tokens.checked_sub(1)?, self.total.checked_sub(first)?),
            None => (tokens, self.total),
        };
        // No count of tokens is so high that it would lose a digit that is shown.
        (tokens > 0 && !time.is_zero()).then(|| tokens as f64 / time.as_secs_f64())
    }
}

/// Whether the model has said something, whatever is shown of it.
fn is_token(kind: &FragmentKind<'_>) -> bool {
    match kind {
        FragmentKind::Content(text) | FragmentKind::Reasoning(text) | FragmentKind::Refusal(text) => {
            !text.is_empty()
        }
        FragmentKind::ToolCall(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use choreoai::Count;

    fn told(first: Option<u64>, total: u64, counts: &[(Count, u64)]) -> String {
        let usage = counts.iter().fold(Usage::default(), |usage, &(count, value)| usage.with(count, value));
        Stats {
            first: first.map(Duration::from_millis),
            total: Duration::from_millis(total),
            usage: Some(usage),
        }
        .to_string()
    }

    #[test]
    fn the_rate_is_of_what_came_after_the_first_token() {
        let both = [(Count::Prompt, 7), (Count::Completion, 101)];
        let expected =
            "first token after 0.50 s, 101 tokens (and 7 of the prompt), 50.0 tokens/s, total 2.50 s";
        assert_eq!(told(Some(500), 2500, &both), expected);
        assert_eq!(told(None, 2000, &[(Count::Completion, 30)]), "30 tokens, 15.0 tokens/s, total 2.00 s");
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        assert_eq!(told(None, 10, &[]), "no token counts were sent, total 0.01 s");
        assert_eq!(
            told(Some(500), 500, &[(Count::Completion, 9)]),
            "first token after 0.50 s, 9 tokens, total 0.50 s"
        );
        assert_eq!(
            told(Some(100), 500, &[(Count::Completion, 1)]),
            "first token after 0.10 s, 1 tokens, total 0.50 s"
        );
        assert_eq!(
            told(Some(100), 500, &[(Count::Completion, 0)]),
            "first token after 0.10 s, 0 tokens, total 0.50 s"
        );
    }
}
