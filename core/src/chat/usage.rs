//! Token counts.

/// How many tokens a request took. `None`: the server did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the request.
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<u64>,
    /// Both together.
    pub total_tokens: Option<u64>,
    /// Tokens of the request that were read from a cache (`prompt_tokens_details.cached_tokens`).
    pub cached_tokens: Option<u64>,
    /// Tokens of the answer that were spent on reasoning (`completion_tokens_details.reasoning_tokens`).
    pub reasoning_tokens: Option<u64>,
    /// Audio tokens of the request (`prompt_tokens_details.audio_tokens`).
    pub prompt_audio_tokens: Option<u64>,
    /// Audio tokens of the answer (`completion_tokens_details.audio_tokens`).
    pub completion_audio_tokens: Option<u64>,
    /// Tokens of a prediction that appeared in the answer.
    pub accepted_prediction_tokens: Option<u64>,
    /// Tokens of a prediction that did not.
    pub rejected_prediction_tokens: Option<u64>,
}

/// A member of [`Usage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    Prompt,
    Completion,
    Total,
    Cached,
    Reasoning,
    /// `audio_tokens`, unless they are the completion's.
    Audio,
    CompletionAudio,
    AcceptedPrediction,
    RejectedPrediction,
}

/// The counts of a `usage` object that is being read: [`Usage`] without the room that nine `Option`s take.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    values: [u64; 9],
    present: u16,
}

impl Count {
    pub(super) const fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"prompt_tokens" => Self::Prompt,
            b"completion_tokens" => Self::Completion,
            b"total_tokens" => Self::Total,
            b"cached_tokens" => Self::Cached,
            b"reasoning_tokens" => Self::Reasoning,
            b"audio_tokens" => Self::Audio,
            b"accepted_prediction_tokens" => Self::AcceptedPrediction,
            b"rejected_prediction_tokens" => Self::RejectedPrediction,
            _ => return None,
        })
    }

    /// The count that this name means in `completion_tokens_details`.
    pub(super) const fn of_completion(self) -> Self {
        match self {
            Self::Audio => Self::CompletionAudio,
            other => other,
        }
    }
}

impl Counts {
    pub(super) const fn new() -> Self {
        Self { values: [0; 9], present: 0 }
    }

    pub(super) fn set(&mut self, count: Count, value: u64) {
        if let Some(place) = self.values.get_mut(count as usize) {
            *place = value;
            self.present |= 1 << count as u16;
        }
    }

    /// Empties the counts; `None` if there were none.
    pub(super) fn take(&mut self) -> Option<Usage> {
        let present = core::mem::take(&mut self.present);
        let value = |count: Count| {
            let is_present = present & (1 << count as u16) != 0;
            self.values.get(count as usize).copied().filter(|_| is_present)
        };
        (present != 0).then(|| Usage {
            prompt_tokens: value(Count::Prompt),
            completion_tokens: value(Count::Completion),
            total_tokens: value(Count::Total),
            cached_tokens: value(Count::Cached),
            reasoning_tokens: value(Count::Reasoning),
            prompt_audio_tokens: value(Count::Audio),
            completion_audio_tokens: value(Count::CompletionAudio),
            accepted_prediction_tokens: value(Count::AcceptedPrediction),
            rejected_prediction_tokens: value(Count::RejectedPrediction),
        })
    }
}
