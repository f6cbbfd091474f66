//! Answers and arguments as the caller's own types.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{ChatCompletion, Choice, ToolCall};
use crate::Error;
use crate::error::{ErrorClass, ErrorKind};

/// An answer that was asked for as JSON, and what was made of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Parsed<T> {
    /// The content of choice 0.
    pub value: T,
    /// The whole answer.
    pub completion: ChatCompletion,
}

impl ChatCompletion {
    /// The content of choice 0, which is JSON, as a `T`: see [`parse_choice`](Self::parse_choice).
    ///
    /// ```
    /// use choreoai::{ChatCompletion, ChatRequest, Error, ErrorClass, ResponseFormat};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct City {
    ///     name: String,
    ///     inhabitants: u64,
    /// }
    ///
    /// fn request() -> ChatRequest {
    ///     let schema = r#"{"type": "object", "properties": {"name": {"type": "string"}, "inhabitants": {"type": "integer"}},
    ///         "required": ["name", "inhabitants"], "additionalProperties": false}"#;
    ///     ChatRequest::new("gpt-4").user("The largest city?").response_format(ResponseFormat::json_schema("city", schema))
    /// }
    ///
    /// fn city(answer: &ChatCompletion) -> Result<Option<City>, Error> {
    ///     match answer.parse() {
    ///         Ok(city) => Ok(Some(city)),
    ///         Err(error) if error.class() == ErrorClass::Refusal => Ok(None),
    ///         Err(error) => Err(error),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`parse_choice`](Self::parse_choice).
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Error> {
        self.parse_choice(0)
    }

    /// The content of a choice, which is JSON, as a `T`. A fence of Markdown around all of it is taken off: models that
    /// do not know `response_format` like to put one there.
    ///
    /// # Errors
    ///
    /// Of kind `answer`; the first class that fits:
    ///
    /// | class | |
    /// |---|---|
    /// | `refusal` | the model refuses, and says so in place of an answer |
    /// | `content_filter` | a filter took the answer away |
    /// | `length` | the answer was cut at the greatest length: allow more tokens |
    /// | `truncated` | the answer never ended: it is an error's [`partial`](Error::partial), or was assembled of some chunks |
    /// | `empty_answer` | there is no such choice, or no content in it (tool calls, for instance) |
    /// | `malformed_answer` | the content is not JSON, or does not fit `T` |
    ///
    /// [`Error::partial`] holds the whole answer, [`Error::body`] the text, and the
    /// [source](std::error::Error::source) is serde_json's error.
    pub fn parse_choice<T: DeserializeOwned>(&self, index: u32) -> Result<T, Error> {
        let outcome = match self.choice(index) {
            Some(choice) => parse_content(choice, self.verdict().is_some()),
            None => Err(unusable(ErrorClass::EmptyAnswer, "the answer has no such choice", "")),
        };
        outcome.map_err(|error| self.clone().blamed(error))
    }
}

/// What a [`ToolCall`] carries, typed.
pub trait ToolCallExt {
    /// The arguments as a `T`. Where the model wrote none, they are `{}`.
    ///
    /// ```
    /// use choreoai::{ToolCall, ToolCallExt};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Weather {
    ///     city: String,
    /// }
    ///
    /// fn answer(call: &ToolCall) -> Result<String, choreoai::Error> {
    ///     let Weather { city } = call.parse_arguments()?;
    ///     Ok(format!("It rains in {city}."))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Kind `answer`, class `malformed_answer`, when they are not JSON or do not fit `T`: models do err. Its message may
    /// be sent to the model as the tool's result. [`Error::body`] holds the arguments.
    fn parse_arguments<T: DeserializeOwned>(&self) -> Result<T, Error>;
}

impl ToolCallExt for ToolCall {
    fn parse_arguments<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let text = if self.arguments.trim().is_empty() { "{}" } else { &self.arguments };
        parse_json(&format!("the argument of the call of {:?}", self.name), text)
    }
}

fn parse_content<T: DeserializeOwned>(choice: &Choice, has_ended: bool) -> Result<T, Error> {
    let content = choice.content.as_deref().unwrap_or_default();
    if let Some(refusal) = choice.refusal.as_deref().filter(|refusal| !refusal.trim().is_empty()) {
        let message = format!("the model refuses to answer: {refusal}");
        return Err(unusable(ErrorClass::Refusal, message, content));
    }
    check_whole(choice)?;
    // The first digits of a number are a number.
    if !has_ended && choice.finish_reason.is_none() {
        let message = "the answer did not come to its end, and a part of it is not parsed";
        return Err(unusable(ErrorClass::Truncated, message, content));
    }
    if content.trim().is_empty() {
        let message = match &*choice.tool_calls {
            [] => "the answer has no content",
            _ => "the answer calls tools, and has no content",
        };
        return Err(unusable(ErrorClass::EmptyAnswer, message, content));
    }
    parse_json("the answer", without_fence(content))
}

/// Whether a choice is all that the model had to say, by the reason for its end.
pub(super) fn check_whole(choice: &Choice) -> Result<(), Error> {
    let content = choice.content.as_deref().unwrap_or_default();
    let reason = choice.finish_reason.as_deref().unwrap_or_default();
    let is_reason = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(reason));
    if is_reason(&["content_filter"]) {
        let message = "a content filter took the answer, or the rest of it, away";
        return Err(unusable(ErrorClass::ContentFilter, message, content));
    }
    if is_reason(&["length", "max_tokens", "model_length"]) {
        let message = "the answer was cut where it reached the greatest allowed length";
        return Err(
            unusable(ErrorClass::Length, message, content).with_hint("allow more tokens, or ask for less")
        );
    }
    Ok(())
}

fn parse_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        let fault = match error.classify() {
            Category::Eof => "its JSON is cut short",
            Category::Data => "it is JSON, but not of the form that is wanted",
            Category::Syntax | Category::Io => "it is not JSON",
        };
        unusable(ErrorClass::MalformedAnswer, format!("{what} cannot be used: {fault}: {error}"), text)
            .with_source(error)
    })
}

fn unusable(class: ErrorClass, message: impl Into<String>, text: &str) -> Error {
    Error::new(ErrorKind::Answer, message).with_class(class).with_body(text.to_owned().into(), false)
}

/// The text within a fence of Markdown that stands around all of it, with or without the name of a language.
fn without_fence(content: &str) -> &str {
    let inner = || {
        let (language, inner) = content.trim().strip_prefix("```")?.strip_suffix("```")?.split_once('\n')?;
        language.trim().chars().all(char::is_alphanumeric).then_some(inner)
    };
    inner().unwrap_or(content)
}
