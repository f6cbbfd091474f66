//! What is written for a line: one JSON object.

use std::borrow::Cow;

use choreoai::ChatCompletion;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::question::{Id, Question};
use crate::failure::AnswerFailure;
use crate::output::{ErrorJson, ToolCallJson, UsageJson};

/// What became of a question, as it is written. Members that are not known are left out.
#[derive(Serialize)]
struct Record<'a> {
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Answered {
        response: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        refusal: Option<&'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCallJson<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        model: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        finish_reason: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        usage: Option<UsageJson>,
    },
    Failed {
        error: ErrorJson<'a>,
        /// What had come of the answer.
        #[serde(skip_serializing_if = "str::is_empty")]
        partial: &'a str,
    },
}

/// The line for an answer: choice 0 of it.
pub(super) fn answered(question: &Question, answer: &ChatCompletion) -> Vec<u8> {
    let choice = answer.choice(0);
    let outcome = Outcome::Answered {
        response: answer.text(),
        refusal: choice.and_then(|choice| choice.refusal.as_deref()),
        tool_calls: answer.tool_calls().iter().map(ToolCallJson::from).collect(),
        model: answer.model(),
        finish_reason: answer.finish_reason(),
        usage: answer.usage().map(UsageJson::from),
    };
    encode(question, outcome)
}

/// The line for a failure, and for what had come of an answer before it.
pub(super) fn failed(
    question: &Question,
    failure: &AnswerFailure,
    partial: Option<&ChatCompletion>,
) -> Vec<u8> {
    encode(
        question,
        Outcome::Failed {
            error: failure.into(),
            partial: partial.map(ChatCompletion::text).unwrap_or_default(),
        },
    )
}

fn encode(question: &Question, outcome: Outcome<'_>) -> Vec<u8> {
    let message = question.message.as_deref();
    let record = Record { line: question.line, id: question.id.as_ref(), message, outcome };
    // Maps with keys of text and finite numbers: nothing here can fail to be JSON.
    let mut text = serde_json::to_vec(&record).unwrap_or_default();
    text.push(b'\n');
    text
}

/// As much of a written line as tells whether it is kept.
#[derive(Deserialize)]
pub(super) struct Written<'l> {
    pub(super) line: u64,
    #[serde(borrow)]
    pub(super) message: Option<Cow<'l, str>>,
    response: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

impl<'l> Written<'l> {
    /// `None`: this is nothing that was written here.
    pub(super) fn read(text: &'l [u8]) -> Option<Self> {
        let written: Self = serde_json::from_slice(text).ok()?;
        let is_outcome = written.response.is_some() != written.error.is_some();
        let is_question = written.message.is_some() || written.error.is_some();
        (is_outcome && is_question).then_some(written)
    }

    /// Whether the question has its answer.
    pub(super) fn is_answered(&self) -> bool {
        self.response.is_some()
    }
}
