//! `serde::Serialize` for requests and their parts: the same value as the encoder's text.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{Child, Node, Overridden, Value};
use crate::chat::{
    AsMessage, ChatRequest, Content, ContentPart, Function, LogitBias, Message, Metadata, ResponseFormat,
    Stop, Tool, ToolCall, ToolChoice,
};
use crate::embedding::{EmbeddingInput, EmbeddingRequest, EncodingFormat};
use crate::json::{RawJson, RawObject};

impl<'a, M> Serialize for ChatRequest<'a, M>
where
    M: IntoIterator<Item: AsMessage<'a>> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let messages = Elements(|| self.messages.clone().into_iter().map(|message| message.as_message()));
        serialize_object(serializer, self.extra, |index| self.member(index, self.stream), &messages)
    }
}

/// The elements of an array, as often as they are asked for.
struct Elements<F>(F);

impl<F: Fn() -> I, I: Iterator<Item: Serialize>> Serialize for Elements<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, self.extra, |index| self.member(index), &())
    }
}

impl Serialize for EmbeddingRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_object(serializer, self.extra, |index| self.member(index), &())
    }
}

macro_rules! serialize_as_value {
    ($($type:ty: $this:ident => $value:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $this = self;
                Value::from($value).serialize(serializer)
            }
        }
    )*};
}

serialize_as_value! {
    Content<'_>: this => this.value();
    ContentPart<'_>: this => this.value();
    EmbeddingInput<'_>: this => this.value();
    EncodingFormat: this => this.as_str();
    Function<'_>: this => Node::Function(this);
    LogitBias<'_>: this => *this;
    Metadata<'_>: this => *this;
    ResponseFormat<'_>: this => this.value();
    Stop<'_>: this => *this;
    Tool<'_>: this => this.value();
    ToolCall<'_>: this => Node::ToolCall(this);
    ToolChoice<'_>: this => *this;
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Absent => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(value),
            Self::Unsigned(n) => serializer.serialize_u64(n),
            Self::Integer(n) => serializer.serialize_i64(n),
            Self::Float(x) => serializer.serialize_f64(x),
            Self::Str(text) => serializer.serialize_str(text),
            Self::Raw(text) => RawJson::assume_valid(text).serialize(serializer),
            Self::Node(node) if node.is_array() => {
                let mut list = serializer.serialize_seq(None)?;
                for child in (0..).map_while(|index| node.child(index)) {
                    list.serialize_element(&child.value)?;
                }
                list.end()
            }
            Self::Node(node) => serialize_object(serializer, node.extra(), |index| node.child(index), &()),
            Self::Label((_, text)) => serializer.serialize_str(text),
            Self::Bias((_, bias)) => serializer.serialize_f64(*bias),
        }
    }
}

/// An object, with `messages` for the value that only the request knows.
fn serialize_object<'a, S: Serializer>(
    serializer: S,
    extra: Option<RawObject<'_>>,
    member: impl Fn(usize) -> Option<Child<'a>>,
    messages: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let overridden = Overridden::find(extra, &member);
    let mut map = serializer.serialize_map(None)?;
    for (index, Child { key, value }) in (0..).map_while(member).enumerate() {
        match (key, value) {
            (_, Value::Absent) => {}
            _ if overridden.contains(index) => {}
            (_, Value::Bias((token, _))) => map.serialize_entry(token, &value)?,
            (_, Value::Label((name, _))) => map.serialize_entry(name, &value)?,
            (key, Value::Node(Node::Messages)) => {
                map.serialize_entry(key.name().unwrap_or_default(), messages)?
            }
            (key, value) => map.serialize_entry(key.name().unwrap_or_default(), &value)?,
        }
    }
    if let Some(extra) = extra {
        extra.serialize_members(&mut map)?;
    }
    map.end()
}
