//! What a chat request may ask for besides its messages.

use crate::body::{Node, Value};
use crate::json::{RawJson, RawObject};

/// A tool that the model may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tool<'a> {
    /// A function of the caller's.
    Function(Function<'a>),
    /// JSON text, such as `{"type":"function","function":{...}}`, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> Tool<'a> {
    pub(crate) const fn value(&'a self) -> Value<'a> {
        match self {
            Self::Function(function) => Value::Node(Node::Tool(function)),
            Self::Raw(json) => Value::Raw(json.as_str()),
        }
    }
}

impl<'a> From<Function<'a>> for Tool<'a> {
    fn from(function: Function<'a>) -> Self {
        Self::Function(function)
    }
}

/// A function that the model may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Function<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it does, for the model.
    pub description: Option<&'a str>,
    /// Its parameters, as a JSON schema.
    pub parameters: Option<RawJson<'a>>,
    /// Whether the arguments must follow the schema exactly.
    pub strict: Option<bool>,
}

impl<'a> Function<'a> {
    /// The function of this name.
    pub const fn new(name: &'a str) -> Self {
        Self { name, description: None, parameters: None, strict: None }
    }

    /// Says what it does, for the model.
    #[must_use]
    pub const fn description(mut self, description: &'a str) -> Self {
        self.description = Some(description);
        self
    }

    /// Describes its parameters by a JSON schema.
    #[must_use]
    pub const fn parameters(mut self, schema: RawJson<'a>) -> Self {
        self.parameters = Some(schema);
        self
    }

    /// Whether the arguments must follow the schema exactly.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

/// Which tool the model is to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice<'a> {
    /// Any or none, as it sees fit.
    Auto,
    /// None.
    None,
    /// Some tool.
    Required,
    /// The function of this name.
    Function(&'a str),
    /// JSON text, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> From<ToolChoice<'a>> for Value<'a> {
    fn from(choice: ToolChoice<'a>) -> Self {
        match choice {
            ToolChoice::Auto => Self::Str("auto"),
            ToolChoice::None => Self::Str("none"),
            ToolChoice::Required => Self::Str("required"),
            ToolChoice::Function(name) => Self::Node(Node::ToolChoice(name)),
            ToolChoice::Raw(json) => json.into(),
        }
    }
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseFormat<'a> {
    /// Plain text.
    Text,
    /// Some JSON object.
    JsonObject,
    /// JSON that follows a schema.
    JsonSchema(JsonSchema<'a>),
    /// JSON text, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> ResponseFormat<'a> {
    pub(crate) const fn value(&'a self) -> Value<'a> {
        match self {
            Self::Text => Value::Node(Node::Type("text")),
            Self::JsonObject => Value::Node(Node::Type("json_object")),
            Self::JsonSchema(schema) => Value::Node(Node::JsonSchemaFormat(schema)),
            Self::Raw(json) => Value::Raw(json.as_str()),
        }
    }
}

/// A schema for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonSchema<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is for, for the model.
    pub description: Option<&'a str>,
    /// The JSON schema.
    pub schema: Option<RawJson<'a>>,
    /// Whether the answer must follow it exactly.
    pub strict: Option<bool>,
}

impl<'a> JsonSchema<'a> {
    /// The schema, under a name.
    pub const fn new(name: &'a str, schema: RawJson<'a>) -> Self {
        Self { name, description: None, schema: Some(schema), strict: None }
    }

    /// Says what it is for, for the model.
    #[must_use]
    pub const fn description(mut self, description: &'a str) -> Self {
        self.description = Some(description);
        self
    }

    /// Whether the answer must follow the schema exactly.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.strict = Some(strict);
        self
    }
}

/// Where the model stops. OpenAI takes four strings at most; other providers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop<'a> {
    /// Before this string.
    One(&'a str),
    /// Before any of these strings.
    Many(&'a [&'a str]),
    /// JSON text, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> From<Stop<'a>> for Value<'a> {
    fn from(stop: Stop<'a>) -> Self {
        match stop {
            Stop::One(text) => Self::Str(text),
            Stop::Many(list) => Self::Node(Node::Strings(list)),
            Stop::Raw(json) => json.into(),
        }
    }
}

/// How much likelier or unlikelier tokens are made.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum LogitBias<'a> {
    /// Tokens by their number, each with its bias: -100 to 100 with OpenAI. A token must not come twice.
    Tokens(&'a [(u32, f64)]),
    /// A JSON object, sent as it is.
    Raw(RawObject<'a>),
}

impl<'a> From<LogitBias<'a>> for Value<'a> {
    fn from(bias: LogitBias<'a>) -> Self {
        match bias {
            LogitBias::Tokens(list) => Self::Node(Node::LogitBias(list)),
            LogitBias::Raw(json) => json.into(),
        }
    }
}

/// Labels that are kept with a stored completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Metadata<'a> {
    /// Names and values. A name must not come twice.
    Pairs(&'a [(&'a str, &'a str)]),
    /// A JSON object, sent as it is.
    Raw(RawObject<'a>),
}

impl<'a> From<Metadata<'a>> for Value<'a> {
    fn from(metadata: Metadata<'a>) -> Self {
        match metadata {
            Metadata::Pairs(list) => Self::Node(Node::Metadata(list)),
            Metadata::Raw(json) => json.into(),
        }
    }
}

/// How a spoken answer sounds; asked for by `modalities`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioOutput<'a> {
    /// The voice, such as `alloy`.
    pub voice: &'a str,
    /// The format: `wav`, `mp3`, `flac`, `opus` or `pcm16` (the only one for streams).
    pub format: &'a str,
}
