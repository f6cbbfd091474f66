//! Chat completions: what is asked, what is answered.

pub mod assemble;
mod decoder;
mod encode;
mod event;
mod interest;
mod machine;
mod message;
mod progress;
mod request;
mod request_check;
mod request_options;
mod schema;
mod scratch;
mod usage;

pub use decoder::{Decoder, Found, TemplateDecoder, TextDecoder, TextTemplateDecoder, Verdict};
pub use encode::{ChatEncoder, ChatParts};
pub use event::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};
pub use message::{AsMessage, Content, ContentPart, File, Message, Role, ToolCall};
pub use request::ChatRequest;
pub use request_options::{
    AudioOutput, Function, JsonSchema, LogitBias, Metadata, ResponseFormat, Stop, Tool, ToolChoice,
};
pub use usage::{Count, Usage};
