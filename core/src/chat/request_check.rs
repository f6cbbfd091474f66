//! What of a chat request would be refused for sure.

use super::{AsMessage, ChatRequest, LogitBias, Role, Tool, ToolChoice};
use crate::InvalidRequest;
use crate::invalid_request::{Check, InvalidRequestKind as Kind};

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
    pub fn validate<'r>(&'r self) -> Result<(), InvalidRequest>
    where
        M: IntoIterator<Item: AsMessage<'r>> + Clone,
    {
        let check = Check { extra: self.extra };
        check.model(self.model)?;
        self.validate_messages(check)?;
        check.range(self.temperature, "temperature", 0, 2)?;
        check.range(self.top_p, "top_p", 0, 1)?;
        check.range(self.presence_penalty, "presence_penalty", -2, 2)?;
        check.range(self.frequency_penalty, "frequency_penalty", -2, 2)?;
        check.range(self.n.map(f64::from), "n", 1, 128)?;
        check.refuse(self.max_tokens == Some(0), "max_tokens", Kind::Zero)?;
        check.refuse(self.max_completion_tokens == Some(0), "max_completion_tokens", Kind::Zero)?;
        check.range(self.top_logprobs.map(f64::from), "top_logprobs", 0, 20)?;
        self.validate_logprobs(check)?;
        if let Some(LogitBias::Tokens(tokens)) = self.logit_bias {
            check.refuse_any(tokens, |(_, bias)| !bias.is_finite(), "logit_bias", Kind::NotFinite)?;
        }
        let unnamed = |tool: &Tool<'_>| matches!(tool, Tool::Function(function) if function.name.is_empty());
        check.refuse_any(self.tools, unnamed, "tools", Kind::Unnamed)?;
        check.refuse(self.tool_choice == Some(ToolChoice::Function("")), "tool_choice", Kind::Unnamed)
    }

    fn validate_messages<'r>(&'r self, check: Check<'_>) -> Result<(), InvalidRequest>
    where
        M: IntoIterator<Item: AsMessage<'r>> + Clone,
    {
        let mut messages = self.messages.clone().into_iter().map(|message| message.as_message()).peekable();
        check.refuse(messages.peek().is_none(), "messages", Kind::Empty)?;
        let roleless = |message: super::Message<'_>| {
            message.role == Role::Other("") && !message.extra.is_some_and(|extra| extra.contains("role"))
        };
        check.refuse_any(messages, roleless, "messages", Kind::Roleless)
    }

    fn validate_logprobs(&self, check: Check<'_>) -> Result<(), InvalidRequest> {
        let without = self.top_logprobs.is_some()
            && self.logprobs != Some(true)
            && !self.extra.is_some_and(|extra| extra.contains("logprobs"));
        check.refuse(without, "top_logprobs", Kind::Requires("logprobs"))
    }
}
