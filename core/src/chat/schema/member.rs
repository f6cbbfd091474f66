//! The names of members.

use super::listed;

listed! {
    /// A member's name, as far as any object of the schema knows it.
    pub(in crate::chat) enum Member {
        Unknown,
        /// None: an element of an array.
        Element,
        AcceptedPredictionTokens,
        Arguments,
        AudioTokens,
        CachedTokens,
        Choices,
        Code,
        CompletionDetails,
        CompletionTokens,
        Content,
        Created,
        Delta,
        Detail,
        Error,
        FinishReason,
        Function,
        FunctionCall,
        Id,
        Index,
        Loc,
        Logprobs,
        Message,
        Model,
        Msg,
        Name,
        Object,
        Param,
        PromptDetails,
        PromptTokens,
        Reasoning,
        ReasoningContent,
        ReasoningDetails,
        ReasoningTokens,
        Refusal,
        RejectedPredictionTokens,
        Role,
        ServiceTier,
        Summary,
        SystemFingerprint,
        Text,
        Thinking,
        ToolCalls,
        TotalTokens,
        Type,
        Usage,
        XGroq,
    }
}

impl Member {
    /// How many members there are.
    pub(super) const COUNT: usize = Self::ALL.len();

    /// All names, the shorter ones first.
    pub(super) const NAMES: [(&'static str, Self); 49] = [
        ("id", Self::Id),
        ("loc", Self::Loc),
        ("msg", Self::Msg),
        ("code", Self::Code),
        ("name", Self::Name),
        ("role", Self::Role),
        ("text", Self::Text),
        ("type", Self::Type),
        ("delta", Self::Delta),
        ("error", Self::Error),
        ("index", Self::Index),
        ("input", Self::Arguments),
        ("model", Self::Model),
        ("param", Self::Param),
        ("usage", Self::Usage),
        ("custom", Self::Function),
        ("detail", Self::Detail),
        ("object", Self::Object),
        ("x_groq", Self::XGroq),
        ("choices", Self::Choices),
        ("content", Self::Content),
        ("created", Self::Created),
        ("details", Self::Detail),
        ("message", Self::Message),
        ("refusal", Self::Refusal),
        ("summary", Self::Summary),
        ("function", Self::Function),
        ("logprobs", Self::Logprobs),
        ("thinking", Self::Thinking),
        ("arguments", Self::Arguments),
        ("reasoning", Self::Reasoning),
        ("error_type", Self::Type),
        ("tool_calls", Self::ToolCalls),
        ("audio_tokens", Self::AudioTokens),
        ("service_tier", Self::ServiceTier),
        ("total_tokens", Self::TotalTokens),
        ("cached_tokens", Self::CachedTokens),
        ("finish_reason", Self::FinishReason),
        ("function_call", Self::FunctionCall),
        ("prompt_tokens", Self::PromptTokens),
        ("reasoning_tokens", Self::ReasoningTokens),
        ("completion_tokens", Self::CompletionTokens),
        ("reasoning_content", Self::ReasoningContent),
        ("reasoning_details", Self::ReasoningDetails),
        ("system_fingerprint", Self::SystemFingerprint),
        ("prompt_tokens_details", Self::PromptDetails),
        ("completion_tokens_details", Self::CompletionDetails),
        ("accepted_prediction_tokens", Self::AcceptedPredictionTokens),
        ("rejected_prediction_tokens", Self::RejectedPredictionTokens),
    ];

    /// The length of the longest name; any scratch holds more.
    #[expect(clippy::indexing_slicing, reason = "in a constant alone")]
    pub(in crate::chat) const LONGEST_NAME: usize = {
        let (mut longest, mut at) = (0, 0);
        while at < Self::NAMES.len() {
            let length = Self::NAMES[at].0.len();
            longest = if length > longest { length } else { longest };
            at += 1;
        }
        longest
    };
}
