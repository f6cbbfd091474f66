//! Token counts.

use core::fmt;

/// How many tokens a request took, as far as the server said.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    values: [u64; COUNTS.len()],
    /// One bit for each of the values that is known.
    known: u16,
}

/// A member of [`Usage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Count {
    /// Tokens of the request.
    Prompt,
    /// Tokens of the answer.
    Completion,
    /// Both together.
    Total,
    /// Tokens of the request that were read from a cache (`prompt_tokens_details.cached_tokens`).
    Cached,
    /// Tokens of the answer that were spent on reasoning (`completion_tokens_details.reasoning_tokens`).
    Reasoning,
    /// Audio tokens of the request (`prompt_tokens_details.audio_tokens`).
    PromptAudio,
    /// Audio tokens of the answer (`completion_tokens_details.audio_tokens`).
    CompletionAudio,
    /// Tokens of a prediction that appeared in the answer.
    AcceptedPrediction,
    /// Tokens of a prediction that did not.
    RejectedPrediction,
}

const COUNTS: [Count; 9] = [
    Count::Prompt,
    Count::Completion,
    Count::Total,
    Count::Cached,
    Count::Reasoning,
    Count::PromptAudio,
    Count::CompletionAudio,
    Count::AcceptedPrediction,
    Count::RejectedPrediction,
];

impl Usage {
    /// Tokens of the request.
    pub fn prompt_tokens(&self) -> Option<u64> {
        self.count(Count::Prompt)
    }

    /// Tokens of the answer.
    pub fn completion_tokens(&self) -> Option<u64> {
        self.count(Count::Completion)
    }

    /// Both together, as the server added them up.
    pub fn total_tokens(&self) -> Option<u64> {
        self.count(Count::Total)
    }

    /// One of the counts; `None` when the server did not say.
    pub fn count(&self, count: Count) -> Option<u64> {
        let is_known = self.known & count.bit() != 0;
        self.values.get(count as usize).copied().filter(|_| is_known)
    }

    /// All counts that are known.
    pub fn iter(&self) -> impl Iterator<Item = (Count, u64)> + '_ {
        COUNTS.into_iter().filter_map(|count| Some((count, self.count(count)?)))
    }

    /// The same with one more count.
    #[must_use]
    pub fn with(mut self, count: Count, value: u64) -> Self {
        self.set(count, value);
        self
    }

    /// Whether the server said nothing at all.
    pub const fn is_empty(&self) -> bool {
        self.known == 0
    }

    pub(super) const fn new() -> Self {
        Self { values: [0; COUNTS.len()], known: 0 }
    }

    pub(super) fn set(&mut self, count: Count, value: u64) {
        if let Some(place) = self.values.get_mut(count as usize) {
            *place = value;
            self.known |= count.bit();
        }
    }
}

impl fmt::Debug for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Count {
    /// The count's name in OpenAI's API, without the object it stands in.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prompt => "prompt_tokens",
            Self::Completion => "completion_tokens",
            Self::Total => "total_tokens",
            Self::Cached => "cached_tokens",
            Self::Reasoning => "reasoning_tokens",
            Self::PromptAudio | Self::CompletionAudio => "audio_tokens",
            Self::AcceptedPrediction => "accepted_prediction_tokens",
            Self::RejectedPrediction => "rejected_prediction_tokens",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn each_count_has_its_place() {
        for (place, count) in COUNTS.into_iter().enumerate() {
            assert_eq!(count as usize, place);
            let usage = Usage::default().with(count, 7);
            assert_eq!(usage.iter().collect::<Vec<_>>(), [(count, 7)]);
        }
    }
}
