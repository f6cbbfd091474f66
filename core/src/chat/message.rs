//! Messages of a conversation, as they are sent.

use crate::body::{Child, Node, Value, nth_member};
use crate::json::{RawJson, RawObject};

/// A message of a conversation.
///
/// ```
/// use choreoai_core::chat::{ContentPart, Message};
///
/// let messages = [
///     Message::system("Be brief."),
///     Message::user_parts(&[
///         ContentPart::Text("What is this?"),
///         ContentPart::ImageUrl { url: "https://example.com/cat.png", detail: None },
///     ]),
/// ];
/// # let _ = messages;
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message<'a> {
    /// Who speaks.
    pub role: Role<'a>,
    /// What is said.
    pub content: Content<'a>,
    /// The speaker's name, where several share a role.
    pub name: Option<&'a str>,
    /// For the role `tool`: the id of the call that is answered.
    pub tool_call_id: Option<&'a str>,
    /// For the role `assistant`: the calls that the model made. None is written when there are none.
    pub tool_calls: &'a [ToolCall<'a>],
    /// Additional members, which override those above.
    pub extra: Option<RawObject<'a>>,
}

impl<'a> Message<'a> {
    /// A message in any role.
    pub const fn new(role: Role<'a>, content: Content<'a>) -> Self {
        Self { role, content, name: None, tool_call_id: None, tool_calls: &[], extra: None }
    }

    /// Instructions for the model.
    pub const fn system(text: &'a str) -> Self {
        Self::new(Role::System, Content::Text(text))
    }

    /// Instructions for the model, by OpenAI's newer name.
    pub const fn developer(text: &'a str) -> Self {
        Self::new(Role::Developer, Content::Text(text))
    }

    /// What the user says.
    pub const fn user(text: &'a str) -> Self {
        Self::new(Role::User, Content::Text(text))
    }

    /// What the user says and shows.
    pub const fn user_parts(parts: &'a [ContentPart<'a>]) -> Self {
        Self::new(Role::User, Content::Parts(parts))
    }

    /// What the model said.
    pub const fn assistant(text: &'a str) -> Self {
        Self::new(Role::Assistant, Content::Text(text))
    }

    /// Calls of tools that the model made without a word.
    ///
    /// The content is sent as `""`: the gateway takes a string only, and the providers behind it take an empty one.
    /// Where it must be `null`, set `content` to [`Content::Raw`]`(`[`RawJson::NULL`]`)`.
    pub const fn assistant_tool_calls(tool_calls: &'a [ToolCall<'a>]) -> Self {
        Self::assistant("").tool_calls(tool_calls)
    }

    /// What a tool answered to the call of this id.
    pub const fn tool(tool_call_id: &'a str, text: &'a str) -> Self {
        let mut message = Self::new(Role::Tool, Content::Text(text));
        message.tool_call_id = Some(tool_call_id);
        message
    }

    /// What a function answered, in the form that came before tools.
    pub const fn function(name: &'a str, text: &'a str) -> Self {
        Self::new(Role::Function, Content::Text(text)).name(name)
    }

    /// Names the speaker.
    #[must_use]
    pub const fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Adds the calls that the model made.
    #[must_use]
    pub const fn tool_calls(mut self, tool_calls: &'a [ToolCall<'a>]) -> Self {
        self.tool_calls = tool_calls;
        self
    }

    /// Adds members, which override typed ones of the same name.
    #[must_use]
    pub const fn extra(mut self, extra: RawObject<'a>) -> Self {
        self.extra = Some(extra);
        self
    }

    pub(crate) fn member(&self, index: usize) -> Option<Child<'a>> {
        let calls = (!self.tool_calls.is_empty()).then_some(Node::ToolCalls(self.tool_calls));
        nth_member!(
            index,
            Role: self.role.as_str(),
            Content: self.content.value(),
            Name: self.name,
            ToolCallId: self.tool_call_id,
            ToolCalls: calls,
        )
    }
}

/// What can be sent as a message: a [`Message`], a reference to one, or a type of the caller's that keeps a
/// conversation in its own way.
pub trait AsMessage<'a> {
    /// The message. Called several times for each request, with the same result each time.
    fn as_message(&self) -> Message<'a>;
}

impl<'a, 'm: 'a> AsMessage<'a> for Message<'m> {
    fn as_message(&self) -> Message<'a> {
        *self
    }
}

impl<'a, T: AsMessage<'a> + ?Sized> AsMessage<'a> for &T {
    fn as_message(&self) -> Message<'a> {
        T::as_message(self)
    }
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role<'a> {
    /// Instructions for the model.
    System,
    /// Instructions for the model, by OpenAI's newer name.
    Developer,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool, answering a call.
    Tool,
    /// A function, answering a call in the form that came before tools.
    Function,
    /// Any other.
    Other(&'a str),
}

impl<'a> Role<'a> {
    /// The role as it is written.
    pub const fn as_str(&self) -> &'a str {
        match self {
            Self::System => "system",
            Self::Developer => "developer",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
            Self::Function => "function",
            Self::Other(role) => role,
        }
    }
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Content<'a> {
    /// Text, sent as a JSON string.
    Text(&'a str),
    /// Text, images, audio and files. A single text is sent as a string, and no part at all as an empty string: the
    /// gateway reads plain text only as a string.
    Parts(&'a [ContentPart<'a>]),
    /// JSON text, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> Content<'a> {
    pub(crate) const fn value(self) -> Value<'a> {
        match self {
            Self::Text(text) => Value::Str(text),
            Self::Parts([]) => Value::Str(""),
            Self::Parts([ContentPart::Text(text)]) => Value::Str(text),
            Self::Parts(parts) => Value::Node(Node::Parts(parts)),
            Self::Raw(json) => Value::Raw(json.as_str()),
        }
    }
}

/// A part of what a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ContentPart<'a> {
    /// Text.
    Text(&'a str),
    /// An image.
    ImageUrl {
        /// Where it is, or the image itself as a `data:` URL.
        url: &'a str,
        /// How closely it is looked at: `auto`, `low` or `high`.
        detail: Option<&'a str>,
    },
    /// Sound.
    InputAudio {
        /// The sound, in base64.
        data: &'a str,
        /// Its format: `wav` or `mp3`.
        format: &'a str,
    },
    /// A file.
    File(File<'a>),
    /// A refusal by the model, in a conversation that is sent again.
    Refusal(&'a str),
    /// JSON text, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> ContentPart<'a> {
    pub(crate) const fn value(&'a self) -> Value<'a> {
        match self {
            Self::Raw(json) => Value::Raw(json.as_str()),
            _ => Value::Node(Node::Part(self)),
        }
    }
}

/// A file: one that was uploaded, by its id, or its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct File<'a> {
    /// The id of a file that was uploaded.
    pub file_id: Option<&'a str>,
    /// The content, as a `data:` URL in base64.
    pub file_data: Option<&'a str>,
    /// Its name.
    pub filename: Option<&'a str>,
}

/// A call of a tool that the model made, to be sent back with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolCall<'a> {
    /// The call's id.
    pub id: &'a str,
    /// The function's name.
    pub name: &'a str,
    /// The arguments: JSON text as the model wrote it, which may be invalid. Sent as a string.
    pub arguments: &'a str,
    /// Additional members, which override those above; such as `extra_content` with a thought signature, which some
    /// providers want to see again.
    pub extra: Option<RawObject<'a>>,
}

impl<'a> ToolCall<'a> {
    /// The call of this id.
    pub const fn new(id: &'a str, name: &'a str, arguments: &'a str) -> Self {
        Self { id, name, arguments, extra: None }
    }

    /// Adds members, which override typed ones of the same name.
    #[must_use]
    pub const fn extra(mut self, extra: RawObject<'a>) -> Self {
        self.extra = Some(extra);
        self
    }
}
