//! The objects and arrays of requests.

use super::{Child, Value};
use crate::chat::{AudioOutput, Content, ContentPart, Function, JsonSchema, Tool, ToolCall};
use crate::json::RawObject;

/// An object or array of a request's body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'a> {
    /// The body itself.
    Root,
    /// The messages: known to the request alone, as an iterator.
    Messages,
    /// The message that the request's iterator yielded last.
    Message,
    Strings(&'a [&'a str]),
    Metadata(&'a [(&'a str, &'a str)]),
    LogitBias(&'a [(u32, f64)]),
    Parts(&'a [ContentPart<'a>]),
    /// Not one of JSON text.
    Part(&'a ContentPart<'a>),
    /// The object in an image, in sound or in a file.
    InPart(&'a ContentPart<'a>),
    ToolCalls(&'a [ToolCall<'a>]),
    ToolCall(&'a ToolCall<'a>),
    CalledFunction(&'a ToolCall<'a>),
    Tools(&'a [Tool<'a>]),
    Tool(&'a Function<'a>),
    Function(&'a Function<'a>),
    ToolChoice(&'a str),
    FunctionName(&'a str),
    /// An object with nothing but a `type`.
    Type(&'static str),
    JsonSchemaFormat(&'a JsonSchema<'a>),
    JsonSchema(&'a JsonSchema<'a>),
    StreamOptions(bool),
    AudioOutput(&'a AudioOutput<'a>),
    Prediction(Content<'a>),
}

impl<'a> Node<'a> {
    /// The child at `index`; none of the nodes that only the request knows.
    pub(crate) fn child(self, index: usize) -> Option<Child<'a>> {
        match self {
            Self::Root | Self::Messages | Self::Message => None,
            Self::Strings(list) => list.get(index).map(|text| Child::element(*text)),
            Self::Metadata(list) => list.get(index).map(|label| Child::element(Value::Label(label))),
            Self::LogitBias(list) => list.get(index).map(|bias| Child::element(Value::Bias(bias))),
            Self::Parts(list) => list.get(index).map(|part| Child::element(part.value())),
            Self::ToolCalls(list) => list.get(index).map(|call| Child::element(Self::ToolCall(call))),
            Self::Tools(list) => list.get(index).map(|tool| Child::element(tool.value())),
            Self::Part(part) => match part {
                ContentPart::Text(text) => nth_member!(index, Type: "text", Text: *text),
                ContentPart::Refusal(text) => nth_member!(index, Type: "refusal", Refusal: *text),
                ContentPart::ImageUrl { .. } => {
                    nth_member!(index, Type: "image_url", ImageUrl: Self::InPart(part))
                }
                ContentPart::InputAudio { .. } => {
                    nth_member!(index, Type: "input_audio", InputAudio: Self::InPart(part))
                }
                ContentPart::File(_) => nth_member!(index, Type: "file", File: Self::InPart(part)),
                ContentPart::Raw(_) => None,
            },
            Self::InPart(part) => match part {
                ContentPart::ImageUrl { url, detail } => {
                    nth_member!(index, Url: *url, Detail: *detail)
                }
                ContentPart::InputAudio { data, format } => {
                    nth_member!(index, Data: *data, Format: *format)
                }
                ContentPart::File(file) => nth_member!(
                    index,
                    FileId: file.file_id,
                    FileData: file.file_data,
                    Filename: file.filename,
                ),
                _ => None,
            },
            Self::ToolCall(call) => nth_member!(
                index,
                Id: call.id,
                Type: "function",
                Function: Self::CalledFunction(call),
            ),
            Self::CalledFunction(call) => {
                nth_member!(index, Name: call.name, Arguments: call.arguments)
            }
            Self::Tool(function) => {
                nth_member!(index, Type: "function", Function: Self::Function(function))
            }
            Self::Function(function) => nth_member!(
                index,
                Name: function.name,
                Description: function.description,
                Parameters: function.parameters,
                Strict: function.strict,
            ),
            Self::ToolChoice(name) => {
                nth_member!(index, Type: "function", Function: Self::FunctionName(name))
            }
            Self::FunctionName(name) => nth_member!(index, Name: name),
            Self::Type(name) => nth_member!(index, Type: name),
            Self::JsonSchemaFormat(schema) => {
                nth_member!(index, Type: "json_schema", JsonSchema: Self::JsonSchema(schema))
            }
            Self::JsonSchema(schema) => nth_member!(
                index,
                Name: schema.name,
                Description: schema.description,
                Schema: schema.schema,
                Strict: schema.strict,
            ),
            Self::StreamOptions(include_usage) => nth_member!(index, IncludeUsage: include_usage),
            Self::AudioOutput(audio) => {
                nth_member!(index, Voice: audio.voice, Format: audio.format)
            }
            Self::Prediction(content) => {
                nth_member!(index, Type: "content", Content: content.value())
            }
        }
    }

    /// Additional members; none of the nodes that only the request knows.
    pub(crate) const fn extra(self) -> Option<RawObject<'a>> {
        match self {
            Self::ToolCall(call) => call.extra,
            _ => None,
        }
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))] // Else there is a table of brackets wherever it is asked for.
    pub(crate) const fn is_array(self) -> bool {
        matches!(
            self,
            Self::Messages | Self::Strings(_) | Self::Parts(_) | Self::ToolCalls(_) | Self::Tools(_)
        )
    }

    pub(crate) const fn opening(self) -> &'static str {
        if self.is_array() { "[" } else { "{" }
    }

    pub(crate) const fn closing(self) -> &'static str {
        if self.is_array() { "]" } else { "}" }
    }
}

/// The member number `$index` of those listed; `None` past the last.
macro_rules! nth_member {
    ($index:expr, $($name:ident: $value:expr),+ $(,)?) => {{
        let index: usize = $index;
        let mut number = 0_usize;
        $(
            if index == number {
                return Some($crate::body::Child {
                    key: $crate::body::Key::Name($crate::body::MemberName::$name),
                    value: $value.into(),
                });
            }
            number = number.wrapping_add(1);
        )+
        let _past_the_last = number;
        None
    }};
}
pub(crate) use nth_member;
