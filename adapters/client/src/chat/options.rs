//! What a request may ask for besides its messages, owned.

use choreoai_core::chat as core;

use super::json;
use crate::Error;

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool(ToolKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum ToolKind {
    Function { name: String, description: Option<String>, parameters: Option<String>, strict: Option<bool> },
    Raw(String),
}

impl Tool {
    /// A function of this name.
    pub fn function(name: impl Into<String>) -> Self {
        Self(ToolKind::Function { name: name.into(), description: None, parameters: None, strict: None })
    }

    /// A tool as JSON text, such as `{"type":"function",...}`.
    pub fn raw(json: impl Into<String>) -> Self {
        Self(ToolKind::Raw(json.into()))
    }

    /// What the function is for. Changes nothing of a raw tool.
    #[must_use]
    pub fn description(mut self, text: impl Into<String>) -> Self {
        if let ToolKind::Function { description, .. } = &mut self.0 {
            *description = Some(text.into());
        }
        self
    }

    /// What the function takes: a JSON schema, as text. Changes nothing of a raw tool.
    #[must_use]
    pub fn parameters(mut self, schema: impl Into<String>) -> Self {
        if let ToolKind::Function { parameters, .. } = &mut self.0 {
            *parameters = Some(schema.into());
        }
        self
    }

    /// Whether the arguments must keep to the schema. Changes nothing of a raw tool.
    #[must_use]
    pub fn strict(mut self, is_strict: bool) -> Self {
        if let ToolKind::Function { strict, .. } = &mut self.0 {
            *strict = Some(is_strict);
        }
        self
    }

    pub(super) fn lend(&self) -> Result<core::Tool<'_>, Error> {
        Ok(match &self.0 {
            ToolKind::Function { name, description, parameters, strict } => {
                let mut function = core::Function::new(name);
                function.description = description.as_deref();
                function.parameters =
                    json::optional_value("the parameters of a tool", parameters.as_deref())?;
                function.strict = *strict;
                core::Tool::Function(function)
            }
            ToolKind::Raw(text) => core::Tool::Raw(json::object("a tool", text)?.into()),
        })
    }
}

/// Whether and which tools are to be called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// As the model sees fit.
    Auto,
    /// None.
    None,
    /// At least one.
    Required,
    /// The function of this name.
    Function(String),
    /// Any other choice, as JSON text.
    Raw(String),
}

impl ToolChoice {
    pub(super) fn lend(&self) -> Result<core::ToolChoice<'_>, Error> {
        Ok(match self {
            Self::Auto => core::ToolChoice::Auto,
            Self::None => core::ToolChoice::None,
            Self::Required => core::ToolChoice::Required,
            Self::Function(name) => core::ToolChoice::Function(name),
            Self::Raw(text) => core::ToolChoice::Raw(json::value("`tool_choice`", text)?),
        })
    }
}

/// In which form to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseFormat {
    /// Text.
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON after a schema.
    JsonSchema {
        /// The schema's name.
        name: String,
        /// What it is for.
        description: Option<String>,
        /// The schema, as JSON text.
        schema: String,
        /// Whether the answer must keep to it.
        strict: Option<bool>,
    },
    /// Any other form, as JSON text.
    Raw(String),
}

impl ResponseFormat {
    /// JSON after a schema (JSON text), strictly.
    pub fn json_schema(name: impl Into<String>, schema: impl Into<String>) -> Self {
        Self::JsonSchema { name: name.into(), description: None, schema: schema.into(), strict: Some(true) }
    }

    pub(super) fn lend(&self) -> Result<core::ResponseFormat<'_>, Error> {
        Ok(match self {
            Self::Text => core::ResponseFormat::Text,
            Self::JsonObject => core::ResponseFormat::JsonObject,
            Self::JsonSchema { name, description, schema, strict } => {
                let schema = json::value("the schema of the response format", schema)?;
                let mut lent = core::JsonSchema::new(name, schema);
                lent.description = description.as_deref();
                lent.strict = *strict;
                core::ResponseFormat::JsonSchema(lent)
            }
            Self::Raw(text) => core::ResponseFormat::Raw(json::value("`response_format`", text)?),
        })
    }
}

/// How to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AudioOutput {
    pub(super) voice: String,
    pub(super) format: String,
}

impl AudioOutput {
    pub(super) fn lend(&self) -> core::AudioOutput<'_> {
        core::AudioOutput { voice: &self.voice, format: &self.format }
    }
}
