//! Messages of a conversation, owned.

use choreoai_core::chat as core;
use choreoai_core::json::{RawJson, RawObject};

use super::json;
use super::{ChatCompletion, ToolCall};
use crate::Error;

/// A message of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    role: String,
    content: Content,
    name: Option<String>,
    tool_call_id: Option<String>,
    tool_calls: Vec<AnsweredCall>,
    extra: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text(String),
    Parts(Vec<ContentPart>),
    Raw(String),
}

/// A tool call that is sent back, and its unknown members as one JSON object.
#[derive(Clone, Debug, PartialEq)]
struct AnsweredCall {
    id: String,
    name: String,
    arguments: String,
    extra: Option<String>,
}

impl Message {
    /// A message of any role.
    pub fn new(role: impl Into<String>, text: impl Into<String>) -> Self {
        Self::with_content(role.into(), Content::Text(text.into()))
    }

    /// Instructions.
    pub fn system(text: impl Into<String>) -> Self {
        Self::new("system", text)
    }

    /// Instructions, for models that call them so.
    pub fn developer(text: impl Into<String>) -> Self {
        Self::new("developer", text)
    }

    /// What the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new("user", text)
    }

    /// What the user says, in several parts: text, images, audio, files.
    pub fn user_parts(parts: impl IntoIterator<Item = ContentPart>) -> Self {
        Self::with_content("user".to_owned(), Content::Parts(parts.into_iter().collect()))
    }

    /// What the model said before.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::new("assistant", text)
    }

    /// What a tool gave, in answer to the call of this id.
    pub fn tool(tool_call_id: impl Into<String>, text: impl Into<String>) -> Self {
        let mut message = Self::new("tool", text);
        message.tool_call_id = Some(tool_call_id.into());
        message
    }

    /// Who it is, where several speak in the same role.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The tool calls that the model asked for with it, sent back as they came, signatures included.
    #[must_use]
    pub fn tool_calls<'c>(mut self, calls: impl IntoIterator<Item = &'c ToolCall>) -> Self {
        self.tool_calls = calls.into_iter().map(AnsweredCall::from).collect();
        self
    }

    /// Who speaks.
    pub fn role(&self) -> &str {
        &self.role
    }

    /// What is said; empty when the content is of parts or JSON.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Parts(_) | Content::Raw(_) => "",
        }
    }

    /// The content as JSON text, for what is not typed here.
    #[must_use]
    pub fn raw_content(mut self, json: impl Into<String>) -> Self {
        self.content = Content::Raw(json.into());
        self
    }

    /// More members, as the text of a JSON object; they override the typed ones.
    #[must_use]
    pub fn extra(mut self, object: impl Into<String>) -> Self {
        self.extra = Some(object.into());
        self
    }

    fn with_content(role: String, content: Content) -> Self {
        Self { role, content, name: None, tool_call_id: None, tool_calls: Vec::new(), extra: None }
    }

    /// What it lends when it is sent: the lists that the message will refer to.
    pub(super) fn lend(&self) -> Result<Lent<'_>, Error> {
        let parts = match &self.content {
            Content::Parts(parts) => parts.iter().map(ContentPart::lend).collect::<Result<_, _>>()?,
            _ => Vec::new(),
        };
        let raw_content = match &self.content {
            Content::Raw(text) => Some(json::value("the content of a message", text)?),
            _ => None,
        };
        let tool_calls = self.tool_calls.iter().map(AnsweredCall::lend).collect::<Result<_, _>>()?;
        let extra = json::optional_object("the additional members of a message", self.extra.as_deref())?;
        Ok(Lent { message: self, parts, raw_content, tool_calls, extra })
    }
}

impl From<&str> for Message {
    /// What the user says.
    fn from(text: &str) -> Self {
        Self::user(text)
    }
}

impl From<String> for Message {
    /// What the user says.
    fn from(text: String) -> Self {
        Self::user(text)
    }
}

impl From<&ChatCompletion> for Message {
    /// The answer of choice 0, to be sent back with the next question: its text (an empty string when it has none), its
    /// refusal if it is one, its tool calls, signatures included, and the members of its
    /// [message](ChatCompletion::message_extra) that have no accessor, such as `thinking_blocks`.
    ///
    /// Of these, arrays that came in pieces are put together, `audio` becomes its `id`, and what says nothing (`null`, `[]`) or
    /// came in pieces of another type is left out. They are known where the request asked for them: see
    /// [`keep_extra`](crate::ChatRequest::keep_extra).
    fn from(completion: &ChatCompletion) -> Self {
        let message = Self::assistant(completion.text()).tool_calls(completion.tool_calls());
        let mut members = completion.message_extra(0).to_send_back();
        if let Some(refusal) = completion.choice(0).and_then(|choice| choice.refusal.as_deref()) {
            members.insert("refusal".to_owned(), json::string(refusal));
        }
        if members.is_empty() { message } else { message.extra(json::object_text(&members)) }
    }
}

impl From<&ToolCall> for AnsweredCall {
    fn from(call: &ToolCall) -> Self {
        let extra = (!call.extra.is_empty()).then(|| json::object_text(&call.extra));
        Self { id: call.id.clone(), name: call.name.clone(), arguments: call.arguments.clone(), extra }
    }
}

impl AnsweredCall {
    fn lend(&self) -> Result<core::ToolCall<'_>, Error> {
        let call = core::ToolCall::new(&self.id, &self.name, &self.arguments);
        Ok(match json::optional_object("the additional members of a tool call", self.extra.as_deref())? {
            Some(extra) => call.extra(extra),
            None => call,
        })
    }
}

/// A message and the lists it refers to while it is encoded.
pub(super) struct Lent<'m> {
    message: &'m Message,
    parts: Vec<core::ContentPart<'m>>,
    raw_content: Option<RawJson<'m>>,
    tool_calls: Vec<core::ToolCall<'m>>,
    extra: Option<RawObject<'m>>,
}

impl<'l> Lent<'l> {
    pub(super) fn message<'a>(&'a self) -> core::Message<'a> {
        let content = match (&self.message.content, self.raw_content) {
            (_, Some(json)) => core::Content::Raw(json),
            (Content::Text(text), None) => core::Content::Text(text),
            (Content::Parts(_) | Content::Raw(_), None) => core::Content::Parts(&self.parts),
        };
        let mut message = core::Message::new(role(&self.message.role), content);
        message.name = self.message.name.as_deref();
        message.tool_call_id = self.message.tool_call_id.as_deref();
        message.tool_calls = &self.tool_calls;
        message.extra = self.extra;
        message
    }
}

fn role(name: &str) -> core::Role<'_> {
    match name {
        "system" => core::Role::System,
        "developer" => core::Role::Developer,
        "user" => core::Role::User,
        "assistant" => core::Role::Assistant,
        "tool" => core::Role::Tool,
        "function" => core::Role::Function,
        other => core::Role::Other(other),
    }
}

/// A part of a message's content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentPart {
    /// Text.
    Text(String),
    /// An image, by its URL or as a `data:` URL.
    ImageUrl {
        /// Where it is.
        url: String,
        /// How closely to look: `low`, `high` or `auto`.
        detail: Option<String>,
    },
    /// A recording.
    InputAudio {
        /// The recording in Base64.
        data: String,
        /// Its format: `wav` or `mp3`.
        format: String,
    },
    /// A file.
    File {
        /// The id it was uploaded under.
        file_id: Option<String>,
        /// Its bytes, as a `data:` URL.
        file_data: Option<String>,
        /// Its name.
        filename: Option<String>,
    },
    /// Any other part, as JSON text.
    Raw(String),
}

impl ContentPart {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An image, by its URL or as a `data:` URL.
    pub fn image_url(url: impl Into<String>) -> Self {
        Self::ImageUrl { url: url.into(), detail: None }
    }

    fn lend(&self) -> Result<core::ContentPart<'_>, Error> {
        Ok(match self {
            Self::Text(text) => core::ContentPart::Text(text),
            Self::ImageUrl { url, detail } => core::ContentPart::ImageUrl { url, detail: detail.as_deref() },
            Self::InputAudio { data, format } => core::ContentPart::InputAudio { data, format },
            Self::File { file_id, file_data, filename } => core::ContentPart::File(core::File {
                file_id: file_id.as_deref(),
                file_data: file_data.as_deref(),
                filename: filename.as_deref(),
            }),
            Self::Raw(text) => core::ContentPart::Raw(json::value("a content part", text)?),
        })
    }
}
