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
//! | first event | a request is sent, connecting included | 30 s |
//! | idle | the last piece of content, but for the time that the caller has a chunk | 30 s |
//! | total | the call begins, retries and what a limit holds back included | none for [`Chat::stream`], 30 s for all others |
//!
//! A whole answer may take as long to begin as to end: by default a server that stays silent for 30 s has used up the
//! call, and is not asked again. (One that refuses, or whose connection fails, is.) Whoever would rather ask a silent
//! server anew sets a first-event timeout well below the total; a server that was at work all the time may bill both
//! answers.
//!
//! These are of the client; [`Chat`], [`Embeddings`] and [`Models`] take others, and another number of retries, for some of
//! the calls: `client.chat().total_timeout(...)`.
//!
//! # Models, embeddings, health
//!
//! ```
//! use choreoai::{Client, EmbeddingRequest, Error, Timer, Transport};
//!
//! async fn look<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
//!     println!("{:?}", client.health().await?.status());
//!     for model in client.models().list().await? {
//!         println!("{} of {:?}", model.id(), model.owned_by());
//!     }
//!     let request = EmbeddingRequest::new("text-embedding-3-small", ["one text", "another"]);
//!     for vector in client.embeddings().create(&request).await?.vectors() {
//!         println!("{} numbers", vector.len());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! These are read as a whole, strictly: either all that was asked for is there, or there is an error that says what was
//! wrong. They share retries, deadlines, redirects within the origin and errors with the chat completions, but that
//! [`Client::health`] is never sent again. Their first event is the first byte of the body that is no white space, any
//! byte after it is progress, and from the first one on nothing is repeated.
//!
//! # More than one call
//!
//! | for | there is |
//! |---|---|
//! | a history that grows by questions and answers, and by nothing else | [`Conversation`] |
//! | functions that the model calls, with typed arguments | [`Toolbox`], [`Conversation::ask_with_tools`] |
//! | other models, when the first one cannot answer | [`Chat::fallback`] |
//! | text that goes on to a file, a socket, a terminal | [`ChatStream::write_to`] |
//!
//! ```
//! use choreoai::{Client, Conversation, Error, Timer, ToolResult, Toolbox, Transport};
//!
//! #[derive(serde::Deserialize)]
//! struct Place {
//!     city: String,
//! }
//!
//! async fn weather(place: Place) -> ToolResult {
//!     Ok(format!("Sunny in {}", place.city))
//! }
//!
//! async fn talk<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<(), Error> {
//!     let schema = r#"{"type": "object", "properties": {"city": {"type": "string"}}}"#;
//!     let toolbox = Toolbox::new().tool("weather", "The weather of a city", schema, weather);
//!
//!     let mut conversation = Conversation::new("gpt-4").system("Be brief.").keep_turns(20);
//!     let answer = conversation.ask_with_tools(client, &toolbox, "How is the weather in Köln?").await?;
//!     println!("{}", answer.text());
//!     let answer = conversation.ask(client, "What shall I wear?").await?;
//!     println!("{}", answer.text());
//!     Ok(())
//! }
//! ```
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
//! | `refusal`, `length`, `content_filter`, `empty_answer`, `malformed_answer` | an answer that is not [what was asked for](ChatCompletion::parse), or was cut when it [called tools](Conversation::ask_with_tools) | the answer is in [`Error::partial`] |
//! | `closed` | the client was [closed](Client::close) | make another one |
//! | `tool` | a function of a [`Toolbox`] failed | it is its own error, the source of this one |
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
//! # Limits
//!
//! A client may be told how many of its calls run at once, and how many requests it sends in an interval. Its clones
//! share both.
//!
//! ```
//! use std::time::Duration;
//!
//! use choreoai::{ClientBuilder, Timer, Transport};
//!
//! fn modest<T: Transport, R: Timer>(builder: ClientBuilder<T, R>) -> ClientBuilder<T, R> {
//!     builder.max_concurrent_calls(8).max_requests(60, Duration::from_secs(60))
//! }
//! ```
//!
//! ```text
//! call ──▶ wait for a place ──▶ wait for a turn ──▶ request ──▶ answer ──▶ its end: the place is free
//!                                  ▲                    │
//!                                  └─ retry, redirect ◀─┘  the place is kept
//! ```
//!
//! Both are fair: whoever came first goes first, and whoever is dropped makes room for the next. Of any interval that
//! long, wherever it begins, no more requests than allowed are sent in it. While a call is held back, only its total
//! deadline runs; a stream has none unless it is [set](ClientBuilder::total_timeout). [`Client::load`] tells how many
//! calls run and how many are held back.
//!
//! # Closing
//!
//! | | calls that run | calls held back | new calls | idle connections |
//! |---|---|---|---|---|
//! | [`Client::close`] | come to their ends; it waits for them | fail | fail | closed at the end |
//! | [`Client::abort`] | fail; their tasks are woken | fail | fail | closed at once |
//! | the last clone dropped | none, or streams, which go on | none | none | closed |
//!
//! What fails does so with [`ErrorKind::Closed`]. To give the calls some time, put a timeout around `close`, and `abort`
//! after it.
//!
//! # Observing
//!
//! An [`Observer`] is told of each request, response, retry, beginning and end, with the feature `tracing` there is a span
//! for each call (`choreoai.call`, target `choreoai`) with these as its events, retries at `WARN` and the others at
//! `DEBUG`. Neither has the key, the value of a header that was given, the query of a URL, or a word of a conversation; an
//! observer's [`Error`], but not the events, may quote the server.
//!
//! # Bounds
//!
//! | what | bound | past it |
//! |---|---|---|
//! | an event whose choice is not known yet | 64 MiB | `limit` |
//! | a whole answer ([`Chat::create`], [`Assembly`]) | 64 MiB | `limit` |
//! | members of a whole answer that the schema does not know | 64 MiB | `limit` |
//! | a body that is [kept](ChatRequest::keep_raw_body) | 64 MiB | `limit` |
//! | an answer with embeddings | 64 MiB, 65,536 vectors | `limit`, `protocol` |
//! | an answer with models | 8 MiB, 65,536 models | `limit`, `protocol` |
//! | an answer about health | 64 KiB | `limit` |
//! | the members of an object in one of these | 1,024 | `protocol` |
//! | the body of an error response, inflated | 64 KiB, 5 s | shortened, and said so |
//! | inflated at a time | 16 KiB | the rest follows |
//! | redirects, within the origin | 3 | `http` |
//! | a proxy's answer to `CONNECT` | a head of 64 KiB; of a refusal 200 characters are repeated | `connect` |
//! | rounds of tool calls in a turn | 10, or as the toolbox says | `limit` |
//! | the history of a conversation | none, or as many turns as it is told to keep | the oldest turns are forgotten |
//! | moments kept for [`max_requests`](ClientBuilder::max_requests) | 16 bytes for each request allowed | |
//!
//! # Proxies
//!
//! [`http1::Proxied`] takes any connector through proxies, those of the environment or given ones ([`http1::Proxies`]).
//! `https` goes through a tunnel, with TLS spoken to the gateway inside it; an `http` proxy reads what is sent to an
//! `http` gateway, the API key included.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `rustls` | `Tls`, a connector that wraps a connector; `tls_config` and `tls_refusal` for libraries that connect themselves |
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
//! | `tracing` | a span for each call, with events |
//!
//! The minimum Rust version is 1.88.

mod base_url;
mod body;
mod builder;
mod call;
mod chat;
mod client;
mod close;
mod credentials;
mod embeddings;
mod error;
mod health;
pub mod http1;
mod limits;
mod members;
mod models;
mod observe;
mod response;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

pub use builder::ClientBuilder;
pub use chat::{
    Answered, Ask, Assembly, Chat, ChatChunk, ChatCompletion, ChatRequest, ChatStream, Choice, ChunkDecoder,
    ContentPart, Conversation, ConversationStream, ExtraMember, ExtraMembers, Fallback, FallbackError,
    Fragment, FragmentKind, Fragments, Logprobs, Message, ModelFailure, Parsed, ResponseFormat, TextStream,
    TokenLogprob, Tool, ToolCall, ToolCallExt, ToolCallFragment, ToolChoice, ToolResult, Toolbox, TopLogprob,
    WriteCause, WriteError,
};
pub use choreoai_core::chat::{Count, Scope, Usage, Verdict};
pub use choreoai_core::embedding::EncodingFormat;
pub use choreoai_core::rate_limit::{Quota, RateLimit};
pub use choreoai_core::retry;
pub use client::Client;
pub use embeddings::{Embedding, EmbeddingInput, EmbeddingList, EmbeddingRequest, Embeddings};
pub use error::{Error, ErrorClass, ErrorKind};
pub use health::Health;
pub use limits::Load;
pub use models::{Model, ModelList, Models};
pub use observe::{CallInfo, EndInfo, Observer, Outcome, RequestInfo, ResponseInfo, RetryInfo, Warning};
pub use response::ResponseHead;
#[cfg(feature = "rustls")]
pub use tls::{MaybeTlsStream, Tls, TlsConnecting, tls_config, tls_refusal};
pub use transport::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind};
