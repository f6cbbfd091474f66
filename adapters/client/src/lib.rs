//! The ChoreoAI client, generic over transport and timer.

mod api_key;
mod base_url;
mod builder;
mod chat;
mod client;
mod error;
pub mod http1;
mod response;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

pub use builder::ClientBuilder;
pub use chat::{
    Assembly, Chat, ChatChunk, ChatCompletion, ChatRequest, ChatStream, Choice, ChunkDecoder, ContentPart,
    ExtraMember, Fragment, FragmentKind, Fragments, Message, ResponseFormat, TextStream, Tool, ToolCall,
    ToolCallFragment, ToolChoice,
};
pub use choreoai_core::chat::{Count, Scope, Usage, Verdict};
pub use choreoai_core::rate_limit::{Quota, RateLimit};
pub use choreoai_core::retry;
pub use client::Client;
pub use error::{Error, ErrorKind};
pub use response::ResponseHead;
#[cfg(feature = "rustls")]
pub use tls::{MaybeTlsStream, Tls, TlsConnecting};
pub use transport::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind};
