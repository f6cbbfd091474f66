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
//! Dropping a call or a stream cancels it at the server. [`ErrorKind`] tells where a call failed, and [`ErrorClass`] what
//! that means.
//!
//! | deadline | from | by default |
//! |---|---|---|
//! | connect | the transport begins to connect | 10 s |
//! | first event | an attempt begins, connecting included | 30 s |
//! | idle | the last piece of content, but for the time that the caller has a chunk | 30 s |
//! | total | the call begins, retries included | 30 s for [`Chat::create`], none for [`Chat::stream`] |
//!
//! # Errors
//!
//! All calls fail with one [`Error`]. What to do is told by its [`class`](Error::class), and [`ErrorClass`] has the table
//! it is derived by; a person is told by its `Display`, in one line.
//!
//! | class | met when | what to do |
//! |---|---|---|
//! | `authentication`, `permission` | 401, 403 | another key |
//! | `not_found` | 404, no such model | check the model and the base URL |
//! | `invalid_request` | 400, 413, 422, or never sent | change the request |
//! | `rate_limit`, `conflict` | 429, 409 | wait; the client has retried already |
//! | `quota` | 402, 429 with the code of a quota | do not retry; pay |
//! | `provider`, `server` | 502, other 5xx, an error within an answer | try later, or another model |
//! | `timeout` | a deadline, 408, 504 | try later, or allow more time |
//! | `connection` | nobody listens, TLS, a connection that broke | check the network and the base URL |
//! | `protocol` | no such server there: HTML, malformed JSON | check the base URL and any proxy |
//! | `truncated`, `limit` | the answer ended too early, or is too large | what came of it is in [`Error::partial`] |
//! | `refusal`, `length`, `content_filter`, `empty_answer`, `malformed_answer` | an answer that is not [what was asked for](ChatCompletion::parse) | the answer is in [`Error::partial`] |
//!
//! ```
//! use choreoai::{Error, ErrorClass};
//!
//! fn is_worth_another_model(error: &Error) -> bool {
//!     matches!(error.class(), ErrorClass::NotFound | ErrorClass::Quota | ErrorClass::Provider | ErrorClass::Timeout)
//! }
//! ```
//!
//! The bodies of error responses are understood in every shape that servers and proxies send, gzip'ed and in UTF-16 or
//! Latin-1, too. No compression is asked for; an answer that is gzip'ed or deflated all the same is inflated as it
//! arrives, and one in another coding, or not in the one it names, is refused (`protocol`).
//!
//! # Bounds
//!
//! | what | bound | past it |
//! |---|---|---|
//! | an event whose choice is not known yet | 64 MiB | `limit` |
//! | a whole answer ([`Chat::create`], [`Assembly`]) | 64 MiB | `limit` |
//! | members of a whole answer that the schema does not know | 64 MiB | `limit` |
//! | a body that is [kept](ChatRequest::keep_raw_body) | 64 MiB | `limit` |
//! | the body of an error response, inflated | 64 KiB, 5 s | shortened, and said so |
//! | inflated at a time | 16 KiB | the rest follows |
//! | redirects, within the origin | 3 | `http` |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `rustls` | `Tls`, a connector that wraps a connector |
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
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
