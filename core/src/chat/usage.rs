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
