//! The [ChoreoAI client](choreoai) on async-std, by way of surf where that is wanted.
//!
//! It is for services that stand on these two. async-std is discontinued (RUSTSEC-2025-0052), and surf is no longer
//! maintained: new ones take `choreoai-smol`, which is the same client on the same reactor, runs on any executor, and brings
//! far fewer crates.
//!
//! ```no_run
//! use async_std::stream::StreamExt;
//! use choreoai_async_std::{ChatRequest, Client, Error};
//!
//! # fn main() -> Result<(), Error> {
//! async_std::task::block_on(async {
//!     let client = Client::from_env()?; // one client, cheap clones
//!     let request = ChatRequest::new("gpt-4").system("Be brief.").user("Write a haiku");
//!     let mut stream = client.chat().stream(&request).await?;
//!     while let Some(chunk) = stream.next().await {
//!         print!("{}", chunk?.text());
//!     }
//!     Ok(())
//! })
//! # }
//! ```
//!
//! The whole of [`choreoai`] is re-exported, its generic `Client` as [`Client`] of this crate's types: this crate is
//! the only one to depend on. [Its page](choreoai) tells of tools, errors, deadlines, retries, limits and closing.
//!
//! # Several requests at once
//!
//! A client can be shared: calls borrow it, tasks take a clone, and all use one pool of connections.
//!
//! ```no_run
//! use async_std::task;
//! use choreoai_async_std::{ChatRequest, Client, Error};
//!
//! async fn answers(client: &Client, questions: &[&'static str]) -> Vec<Result<String, Error>> {
//!     let tasks = questions.iter().map(|&question| {
//!         let client = client.clone();
//!         task::spawn(async move {
//!             let request = ChatRequest::new("gpt-4").user(question);
//!             client.chat().create(&request).await.map(|answer| answer.text().to_owned())
//!         })
//!     });
//!     let mut answers = Vec::new();
//!     for task in tasks.collect::<Vec<_>>() {
//!         // All have begun.
//!         answers.push(task.await);
//!     }
//!     answers
//! }
//! ```
//!
//! The client itself spawns nothing.
//!
//! # Certificates, connections, proxies
//!
//! A CA of one's own, other limits of the connection pool, a proxy named in the program or none at all:
//!
//! ```no_run
//! use choreoai_async_std::http1::{PoolLimits, Proxies};
//! use choreoai_async_std::{AsyncStdTimer, Client, TransportBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rustls")] {
//! let transport = TransportBuilder::new()
//!     .ca_pem(std::fs::read("gateway-ca.pem")?)
//!     .pool_limits(PoolLimits { max_idle_per_host: 8, ..PoolLimits::default() })
//!     .proxies(Proxies::none())
//!     .build()?;
//! let client = Client::builder_with(transport, AsyncStdTimer::default()).env().build()?;
//! # let _ = client;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! Unless proxies are given, those of the environment are gone through, by [the rules of curl](http1::Proxies::from_env).
//!
//! # surf
//!
//! [`AsyncStdTransport`] sends its requests through a `surf::Client`, beneath which is not one of surf's own backends but
//! `SurfBackend`: [`http1`] over async-std's sockets. Nothing is lost on the way but what a middleware takes: responses,
//! errors and the use of connections are those of [`AsyncStdTransport::direct`], which leaves surf out.
//!
//! | | the backend | middleware |
//! |---|---|---|
//! | `AsyncStdTransport::default()`, `TransportBuilder::build` | `SurfBackend` | none |
//! | `TransportBuilder::build_with` | `SurfBackend` | any |
//! | `AsyncStdTransport::with_surf` | that of the client that is given | the client's |
//! | [`AsyncStdTransport::direct`], [`TransportBuilder::build_direct`] | none, nor surf | none |
//!
//! ```
//! # #[cfg(feature = "surf")]
//! # mod example {
//! use choreoai_async_std::{AsyncStdTimer, Client, Error, TransportBuilder};
//! use surf::middleware::{Middleware, Next};
//! use surf::{Request, Response};
//!
//! /// Says for whom the request is made.
//! struct Tenant(&'static str);
//!
//! #[surf::utils::async_trait]
//! impl Middleware for Tenant {
//!     async fn handle(&self, mut request: Request, client: surf::Client, next: Next<'_>) -> surf::Result<Response> {
//!         request.insert_header("x-tenant", self.0);
//!         next.run(request, client).await
//!     }
//! }
//!
//! pub fn client() -> Result<Client, Error> {
//!     let transport = TransportBuilder::new().build_with(|client| client.with(Tenant("blue")))?;
//!     Client::builder_with(transport, AsyncStdTimer::default()).base_url("http://localhost:8000").api_key("sk-...").build()
//! }
//! # }
//! # #[cfg(feature = "surf")]
//! # example::client().unwrap();
//! ```
//!
//! - Middleware sees the API key, and each request that is sent: retries and redirects are the client's.
//! - surf's own `Redirect` is not for this: it sends every request twice, first without its body, and takes the key wherever
//!   it is told to. The client follows redirects within the origin.
//! - A request that middleware clones has neither body nor extensions any more. Without these it is sent with the default
//!   connect timeout, and its connection is closed where it could have been kept after `[DONE]`.
//! - A status that surf does not know (520, 529) is shown to middleware as the first of its class, and values of headers that
//!   are not ASCII are not shown; both arrive as they were. A request cannot have such values, nor a host that the `url` crate
//!   reads as another one (`127.1`): they are refused.
//! - The base URL and the headers of surf's `Config` are not used, for requests are sent whole; nor are its other
//!   settings by `SurfBackend`.
//!
//! ## Other backends
//!
//! With a client over another backend there is no connect deadline (the first-event deadline bounds connecting, too), a
//! connection is closed after `[DONE]` or not as that backend sees fit, [`close`](Client::close) leaves idle connections
//! to it, and what failed is told in its words, as a lost connection where these say nothing. What else is known of
//! surf 2.3 with http-client 6.5, by this crate's tests (t) or from the source (s):
//!
//! | backend | fault | cure |
//! |---|---|---|
//! | `h1-client` | a stream that is dropped goes on at the gateway, and what is left of it is read as the next answer (t) | keep-alive off |
//! | | a request that is dropped has its answer given to the next request (t) | keep-alive off |
//! | | connections are kept by address, not by name: one whose certificate was checked for one name serves all (s) | keep-alive off |
//! | | no more than 50 connections to an address, streams included: the next request waits for one (s) | keep-alive off, or `set_max_connections_per_host` |
//! | | a body that ends with the connection is empty, a 204 or 304 has one (t) | none |
//! | | interim responses are taken for the answer; HTTP/1.0, chunk extensions, values that are not ASCII and statuses that surf does not know are errors (t) | none |
//! | | the end of chunks that comes in two pieces wakes nobody (t): only a deadline does | none |
//! | | a head line has no bound; names are resolved on the executor's thread (s) | none |
//! | | `async-h1` logs requests with the API key, at the `TRACE` level (t) | the level |
//! | `curl-client` | panics at a status that surf does not know and at a header value that is not ASCII (s) | none |
//! | | the status comes with the first byte of the body, or with its end (s) | none |
//! | | a `Config` bounds the whole response, streams included, by 60 s (s) | `set_timeout(None)` |
//! | `hyper-client` | wants tokio 0.2; panics at a status that surf does not know; of repeated headers the first value arrives (s) | none |
//!
//! With keep-alive off (`Config::set_http_keep_alive(false)`) each request has a connection of its own, and the client
//! is in order over `h1-client` but for what has no cure: streams, retries, redirects, cancellation, bounds of memory (t).
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |
//! | `surf` (on by default) | requests by way of surf, `SurfBackend`, `AsyncStdTransport::with_surf` |
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
//! | `tracing` | a span for each call, with events |
//!
//! Each only adds: no type or method changes with them, nor what goes over the wire.

mod builder;
mod connector;
#[cfg(feature = "surf")]
mod surfing;
mod timer;
mod transport;

pub use builder::TransportBuilder;
pub use choreoai::*;
pub use connector::{AsyncStdConnecting, AsyncStdConnector};
#[cfg(feature = "surf")]
pub use surfing::SurfBackend;
pub use timer::{AsyncStdSleep, AsyncStdTimer};
pub use transport::{AsyncStdBody, AsyncStdSending, AsyncStdTransport};

/// The client over [`AsyncStdTransport`] and [`AsyncStdTimer`].
pub type Client = choreoai::Client<AsyncStdTransport, AsyncStdTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = choreoai::ClientBuilder<AsyncStdTransport, AsyncStdTimer>;
/// Chat completions of a [`Client`].
pub type Chat<'c> = choreoai::Chat<'c, AsyncStdTransport, AsyncStdTimer>;
/// Chat completions by the first of several models that answers.
pub type Fallback<'c> = choreoai::Fallback<'c, AsyncStdTransport, AsyncStdTimer>;
/// A streamed answer of a [`Client`].
pub type ChatStream = choreoai::ChatStream<AsyncStdTransport, AsyncStdTimer>;
/// The text of a streamed answer.
pub type TextStream = choreoai::TextStream<AsyncStdTransport, AsyncStdTimer>;
/// A streamed answer within a [`Conversation`].
pub type ConversationStream<'c> = choreoai::ConversationStream<'c, AsyncStdTransport, AsyncStdTimer>;
/// Embeddings of a [`Client`].
pub type Embeddings<'c> = choreoai::Embeddings<'c, AsyncStdTransport, AsyncStdTimer>;
/// The models of a [`Client`]'s gateway.
pub type Models<'c> = choreoai::Models<'c, AsyncStdTransport, AsyncStdTimer>;
