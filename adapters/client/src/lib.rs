//! The ChoreoAI client, generic over transport and timer: one source for every executor.
//!
//! Most will take it from an adapter crate, such as `choreoai-smol`, which brings a transport and a timer. What is here
//! runs on any executor, spawns nothing, and is `Send` exactly where the transport and the timer are.
//!
//! ```
//! use choreoai::{ChatRequest, Client, Error, Timer, Transport};
//!
//! async fn haiku<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<String, Error> {
//!     let request = ChatRequest::new("gpt-4").system("Be brief.").user("Write a haiku about Rust");
//!     let completion = client.chat().create(&request).await?;
//!     Ok(completion.text().to_owned())
//! }
//! ```
//!
//! # How a call goes
//!
//! ```text
//!            request ── encode, check ──▶ send ──▶ head ──▶ first event ──▶ chunk, chunk, ... ──▶ end
//!                        │                 ▲  │      │          │                  │              ├─ finished: every choice said why
//!                        ▼                 │  ▼      ▼          ▼                  ▼              └─ done: `[DONE]`, not every reason
//!                 invalid_request          └─ wait: may be sent again      never sent again; one error, after
//!                                             (or `connect`, `http`, ...)   all that arrived before it
//! ```
//!
//! [`Chat::stream`] resolves with the first chunk and [`Chat::create`] with the whole answer; both go the same way.
//! Dropping a call or a stream cancels it at the server. [`ErrorKind`] lists all failures.
//!
//! | deadline | from | by default |
//! |---|---|---|
//! | connect | the transport begins to connect | 10 s |
//! | first event | an attempt begins, connecting included | 30 s |
//! | idle | the last piece of content, but for the time that the caller has a chunk | 30 s |
//! | total | the call begins, retries included | 30 s for [`Chat::create`], none for [`Chat::stream`] |
//!
//! # Bounds
//!
//! | what | bound | past it |
//! |---|---|---|
//! | an event whose choice is not known yet | 64 MiB | `limit` |
//! | a whole answer ([`Chat::create`], [`Assembly`]) | 64 MiB | `limit` |
//! | the body of an error response | 64 KiB, 5 s | shortened, and said so |
//! | redirects, within the origin | 3 | `http` |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `rustls` | `Tls`, a connector that wraps a connector |
//!
//! The minimum Rust version is 1.88.

mod api_key;
mod base_url;
mod body;
mod builder;
mod call;
mod chat;
mod client;
mod embeddings;
mod error;
mod health;
pub mod http1;
mod members;
mod models;
mod response;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

pub use builder::ClientBuilder;
pub use chat::{
    Assembly, Chat, ChatChunk, ChatCompletion, ChatRequest, ChatStream, Choice, ChunkDecoder, ContentPart,
    ExtraMember, ExtraMembers, Fragment, FragmentKind, Fragments, Logprobs, Message, Parsed, ResponseFormat,
    TextStream, TokenLogprob, Tool, ToolCall, ToolCallExt, ToolCallFragment, ToolChoice, TopLogprob,
};
pub use choreoai_core::chat::{Count, Scope, Usage, Verdict};
pub use choreoai_core::embedding::EncodingFormat;
pub use choreoai_core::rate_limit::{Quota, RateLimit};
pub use choreoai_core::retry;
pub use client::Client;
pub use embeddings::{Embedding, EmbeddingInput, EmbeddingList, EmbeddingRequest, Embeddings};
pub use error::{Error, ErrorClass, ErrorKind};
pub use health::Health;
pub use models::{Model, ModelList, Models};
pub use response::ResponseHead;
#[cfg(feature = "rustls")]
pub use tls::{MaybeTlsStream, Tls, TlsConnecting};
pub use transport::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind};
