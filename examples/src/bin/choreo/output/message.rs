//! The whole answer as one JSON object, in the shape of OpenAI's `chat.completion`.

use std::io::{self, Write};

use choreoai::{Assembly, ChatChunk, ChatCompletion, Choice, Count, ToolCall, Usage};
use serde::Serialize;

use super::{Ending, Output};
use crate::failure::Failure;

pub(super) struct WholeMessage<W> {
    out: W,
    /// What came in chunks.
    assembly: Assembly,
    /// What came whole.
    completion: Option<ChatCompletion>,
}

impl<W: Write> WholeMessage<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, assembly: Assembly::new(), completion: None }
    }
}

impl<W: Write> Output for WholeMessage<W> {
    fn chunk(&mut self, chunk: &ChatChunk) -> Result<(), Failure> {
        Ok(self.assembly.push(chunk)?)
    }

    fn completion(&mut self, completion: ChatCompletion) -> Result<(), Failure> {
        self.completion = Some(completion);
        Ok(())
    }

    fn end(&mut self, _: Ending<'_>) -> io::Result<()> {
        let assembly = std::mem::take(&mut self.assembly);
        let completion = self.completion.take().unwrap_or_else(|| assembly.finish());
        let mut line = serde_json::to_vec(&CompletionJson::from(&completion))?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }
}

/// What was not reported is left out, but for what OpenAI's own answers always have.
#[derive(Serialize)]
struct CompletionJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    choices: Vec<ChoiceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<UsageJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
}

#[derive(Serialize)]
struct ChoiceJson<'a> {
    /// Left out of a choice that was cut before its index.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    message: MessageJson<'a>,
    finish_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct MessageJson<'a> {
    role: &'a str,
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCallJson<'a>>,
}

#[derive(Serialize)]
pub(crate) struct ToolCallJson<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    r#type: &'static str,
    function: FunctionJson<'a>,
}

#[derive(Serialize)]
struct FunctionJson<'a> {
    name: &'a str,
    arguments: &'a str,
}

#[derive(Serialize)]
pub(crate) struct UsageJson {
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Details::is_empty")]
    prompt_tokens_details: Details,
    #[serde(skip_serializing_if = "Details::is_empty")]
    completion_tokens_details: Details,
}

#[derive(Default, PartialEq, Serialize)]
struct Details {
    #[serde(skip_serializing_if = "Option::is_none")]
    cached_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted_prediction_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_prediction_tokens: Option<u64>,
}

impl Details {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl<'a> From<&'a ChatCompletion> for CompletionJson<'a> {
    fn from(completion: &'a ChatCompletion) -> Self {
        Self {
            id: completion.id(),
            object: "chat.completion",
            created: completion.created(),
            model: completion.model(),
            choices: completion.choices().iter().chain(completion.unbound()).map(ChoiceJson::from).collect(),
            usage: completion.usage().map(UsageJson::from),
            system_fingerprint: completion.system_fingerprint(),
            service_tier: completion.service_tier(),
        }
    }
}

impl<'a> From<&'a Choice> for ChoiceJson<'a> {
    fn from(choice: &'a Choice) -> Self {
        let message = MessageJson {
            role: choice.role.as_deref().unwrap_or("assistant"),
            content: choice.content.as_deref(),
            refusal: choice.refusal.as_deref(),
            reasoning_content: choice.reasoning.as_deref(),
            tool_calls: choice.tool_calls.iter().map(ToolCallJson::from).collect(),
        };
        Self { index: choice.index, message, finish_reason: choice.finish_reason.as_deref() }
    }
}

impl<'a> From<&'a ToolCall> for ToolCallJson<'a> {
    fn from(call: &'a ToolCall) -> Self {
        let function = FunctionJson { name: &call.name, arguments: &call.arguments };
        Self { id: &call.id, r#type: "function", function }
    }
}

impl From<&Usage> for UsageJson {
    fn from(usage: &Usage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens(),
            completion_tokens: usage.completion_tokens(),
            total_tokens: usage.total_tokens(),
            prompt_tokens_details: Details {
                cached_tokens: usage.count(Count::Cached),
                audio_tokens: usage.count(Count::PromptAudio),
                ..Details::default()
            },
            completion_tokens_details: Details {
                reasoning_tokens: usage.count(Count::Reasoning),
                audio_tokens: usage.count(Count::CompletionAudio),
                accepted_prediction_tokens: usage.count(Count::AcceptedPrediction),
                rejected_prediction_tokens: usage.count(Count::RejectedPrediction),
                ..Details::default()
            },
        }
    }
}
