//! What of a chat request would be refused for sure.

use super::{AsMessage, ChatRequest, LogitBias, Role, Tool, ToolChoice};
use crate::InvalidRequest;
use crate::body::MemberName as Name;
use crate::invalid_request::{Bounds, Check, InvalidRequestKind as Kind};

impl<'a, M> ChatRequest<'a, M> {
    /// Checks what would be refused for sure, whatever the model: an empty model or one with a control character, no
    /// messages, an empty role, numbers out of the ranges that the members name, a number that JSON cannot express,
    /// `top_logprobs` without `logprobs`, a function without a name. What `extra` overrides is not checked.
    ///
    /// [`encoder`](Self::encoder) does it as well. Linear in the number of messages and tools.
    ///
    /// # Errors
    ///
    /// The first of these that was found, with the member's name.
    #[inline(never)] // What it needs of the stack is free again when the encoder is made.
    pub fn validate<'r>(&'r self) -> Result<(), InvalidRequest>
    where
        M: IntoIterator<Item: AsMessage<'r>> + Clone,
    {
        let mut check = Check::new(self.extra);
        check.model(self.model);
        self.check_messages(&mut check);
        check.range(&self.temperature, Name::Temperature, Bounds { down: 0, up: 2 });
        check.range(&self.top_p, Name::TopP, Bounds { down: 0, up: 1 });
        check.range(&self.presence_penalty, Name::PresencePenalty, Bounds { down: 2, up: 2 });
        check.range(&self.frequency_penalty, Name::FrequencyPenalty, Bounds { down: 2, up: 2 });
        check.count(self.n, Name::N, 1, 128);
        check.refuse(self.max_tokens == Some(0), Name::MaxTokens, Kind::Zero);
        check.refuse(self.max_completion_tokens == Some(0), Name::MaxCompletionTokens, Kind::Zero);
        check.count(self.top_logprobs, Name::TopLogprobs, 0, 20);
        check.refuse(self.lacks_logprobs(), Name::TopLogprobs, Kind::Requires("logprobs"));
        if let Some(LogitBias::Tokens(tokens)) = self.logit_bias {
            check.refuse_any(tokens, |(_, bias)| !bias.is_finite(), Name::LogitBias, Kind::NotFinite);
        }
        let unnamed = |tool: &Tool<'_>| matches!(tool, Tool::Function(function) if function.name.is_empty());
        check.refuse_any(self.tools, unnamed, Name::Tools, Kind::Unnamed);
        let unnamed = matches!(self.tool_choice, Some(ToolChoice::Function("")));
        check.refuse(unnamed, Name::ToolChoice, Kind::Unnamed);
        check.outcome()
    }

    fn check_messages<'r>(&'r self, check: &mut Check<'_>)
    where
        M: IntoIterator<Item: AsMessage<'r>> + Clone,
    {
        let mut is_empty = true;
        let roleless = |message: M::Item| {
            is_empty = false;
            let message = message.as_message();
            message.role == Role::Other("") && !message.extra.is_some_and(|extra| extra.contains("role"))
        };
        check.refuse_any(self.messages.clone(), roleless, Name::Messages, Kind::Roleless);
        check.refuse(is_empty, Name::Messages, Kind::Empty);
    }

    fn lacks_logprobs(&self) -> bool {
        self.top_logprobs.is_some()
            && self.logprobs != Some(true)
            && !self.extra.is_some_and(|extra| extra.contains("logprobs"))
    }
}
