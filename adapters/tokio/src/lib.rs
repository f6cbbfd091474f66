//! The [ChoreoAI client](choreoai) on tokio, over [reqwest](https://docs.rs/reqwest): over a client of its own, or over
//! yours.
//!
//! ```no_run
//! use choreoai_tokio::{ChatRequest, Client, Error};
//! use futures_lite::StreamExt; // or that of `futures`, or `tokio_stream`
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     let client = Client::from_env()?; // one client, cheap clones
//!     let request = ChatRequest::new("gpt-4").system("Be brief.").user("Write a haiku");
//!     let mut stream = client.chat().stream(&request).await?;
//!     while let Some(chunk) = stream.next().await {
//!         print!("{}", chunk?.text());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The whole of [`choreoai`] is re-exported, its generic `Client` as [`Client`] of this crate's types: this crate is
//! the only one to depend on.
//!
//! # The runtime
//!
//! A client can be made anywhere. Its calls and streams must be polled within a tokio runtime that has I/O and time enabled;
//! outside of one **they panic**, as everything of tokio's does. Connections live in the runtime that they were made in:
//! a client that goes from one runtime to another, as from one `#[tokio::test]` to the next, loses them when the first one
//! ends. Tests that pause tokio's clock pause the client's deadlines.
//!
//! # Several requests at once
//!
//! A client can be shared: calls borrow it, tasks take a clone, and all use one pool of connections. All futures are `Send`.
//!
//! ```no_run
//! use choreoai_tokio::{ChatRequest, Client, Error};
//!
//! async fn answers(client: &Client, questions: &[&'static str]) -> Vec<Result<String, Error>> {
//!     let tasks = questions.iter().map(|&question| {
//!         let client = client.clone();
//!         tokio::spawn(async move {
//!             let request = ChatRequest::new("gpt-4").user(question);
//!             client.chat().create(&request).await.map(|answer| answer.text().to_owned())
//!         })
//!     });
//!     let tasks = tasks.collect::<Vec<_>>(); // all have begun
//!     let mut answers = Vec::new();
//!     for task in tasks {
//!         answers.push(task.await.expect("no call panics"));
//!     }
//!     answers
//! }
//! ```
//!
//! # A reqwest client of yours
//!
//! Proxies, roots, client certificates, DNS, middleware: what a [`reqwest::Client`] is set up with is used as it is. How its
//! redirects and timeouts are to be set, [`ReqwestTransport`] says.
//!
//! ```
//! use choreoai_tokio::{Client, ReqwestTransport, TokioTimer};
//! use reqwest::redirect::Policy;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rustls")] {
//! let http = reqwest::Client::builder()
//!     .redirect(Policy::none())
//!     .tls_backend_preconfigured(choreoai_tokio::tls_config(None)?) // or a feature of reqwest's for TLS
//!     .build()?;
//! let client = Client::builder_with(ReqwestTransport::new(http), TokioTimer::default());
//! let client = client.base_url("https://gateway.example").api_key("sk-...").build()?;
//! # let _ = client;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! Depend on reqwest 0.13 for it, with whichever of its features you want. Those for TLS (`rustls`, `native-tls`) are not
//! forwarded from here: the client that is made [here](TransportBuilder) has no use for them, and yours has them from
//! there. Without one of them, **reqwest panics** where a client is built with neither settings for TLS, as above, nor a
//! process-wide provider of rustls: the feature `rustls` of this crate is reqwest's `rustls-no-provider`.
//!
//! # Certificates and connections
//!
//! A CA of one's own, or other limits of the connection pool:
//!
//! ```no_run
//! use choreoai_tokio::{Client, TokioTimer, TransportBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rustls")] {
//! let transport = TransportBuilder::new().ca_pem(std::fs::read("gateway-ca.pem")?).build()?;
//! let client = Client::builder_with(transport, TokioTimer::default()).env().build()?;
//! # let _ = client;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! Where the server agrees, calls share an HTTP/2 connection. While answers are awaited over it and nothing comes for 20 s,
//! the server is asked whether it is still there; without a reply within 10 s the connection is closed, and its answers fail.
//! Of an answer that nobody reads up to 2 MiB are buffered; 5 MiB of all those of a connection, and then the others wait, too.
//!
//! # Proxies
//!
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed, by [the rules of
//! curl](http1::Proxies::from_env) and not by reqwest's: an `https` gateway is reached through a tunnel (`CONNECT`), with
//! TLS inside it and the certificate checked for the gateway; requests to an `http` gateway are handed to the proxy. Proxies
//! are spoken to in plain HTTP; one that is written with another scheme is an error. A gateway on this machine is always
//! reached directly. To name a proxy in the program, or to have none:
//!
//! ```no_run
//! use choreoai_tokio::http1::Proxies;
//! use choreoai_tokio::{Client, TokioTimer, TransportBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = TransportBuilder::new().proxies(Proxies::none()).build()?;
//! let client = Client::builder_with(transport, TokioTimer::default()).env().build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! # Timeouts, limits and closing
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use choreoai_tokio::{Client, Error};
//! use tokio::time::timeout;
//!
//! # async fn serve() -> Result<(), Error> {
//! let client = Client::builder()
//!     .env()
//!     .connect_timeout(Duration::from_secs(3))
//!     .first_event_timeout(Duration::from_secs(60)) // a model that reasons first
//!     .max_concurrent_calls(8) // the others wait, first come, first served
//!     .build()?;
//! // ... and when the service ends, running calls have ten seconds:
//! if timeout(Duration::from_secs(10), client.close()).await.is_err() {
//!     client.abort();
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Without reqwest
//!
//! The client's own HTTP/1.1 ([`http1::Http1`]) runs on tokio's sockets as well. Prefer it
//!
//! - where each new connection counts, and the gateway is spoken to in HTTP/1.1: it reuses one exactly where that is safe,
//!   and for the very next request; what a connection that was closed meanwhile has swallowed, it repeats at once;
//! - where the server is not trusted: it is strict about what is valid HTTP/1.1, and bounds every part of it;
//! - for very many streams: each has a buffer of 4 KiB, and no task.
//!
//! A connector over tokio's sockets:
//!
//! ```
#![doc = include_str!("../tests/support/connector.rs")]
//! # #[cfg(feature = "rustls")]
//! # fn main() -> Result<(), choreoai_tokio::Error> {
//! use choreoai_tokio::Tls;
//! use choreoai_tokio::http1::{Http1, Proxied, Proxies};
//!
//! let connector = Tls::new(Proxied::new(TokioConnector, Proxies::from_env()));
//! let transport = Http1::new(connector, TokioTimer::default());
//! let client = choreoai_tokio::Client::builder().transport(transport).api_key("sk-...").build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "rustls"))]
//! # fn main() {}
//! ```
//!
//! # What reqwest decides
//!
//! | | over reqwest | over [`http1::Http1`] |
//! |---|---|---|
//! | a connection, after an answer | is given back by a task; a request that comes before may open another one | serves the next request |
//! | the end of a body, after `[DONE]` | is waited for until the next request, to whatever server | is looked for by the next request to the server |
//! | a dropped answer | is cancelled by a task | is cancelled by the drop |
//! | a request over a connection that the server has just closed | fails; it is sent again after a wait, as one of the retries | is sent again at once |
//! | an answer that comes before the request | is lost | is delivered |
//! | the head of a response | 408 KiB and 256 fields, in HTTP/2 64 KiB | 64 KiB and 256 fields |
//! | interim responses; digits of a chunk's size | any number, until a deadline | 16 |
//! | an HTTP/2 head, a length, a chunk's size, extension or trailers out of bounds | `protocol` | `limit` |
//! | a connection that is lost within a head | `connect` | `truncated` |
//! | requests after an answer in HTTP/1.0 | are in HTTP/1.0 | are in HTTP/1.1 |
//! | a stream that an HTTP/2 server resets with `NO_ERROR` | counts as ended; what it says tells whether the answer is whole | |
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |
//! | `http2` (on by default) | HTTP/2 where the server agrees to it, over `https` |
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
//! | `tracing` | a span for each call, with events |
//!
//! Without `rustls` an `https` gateway is refused before anything is sent, unless a client is given that speaks TLS.

mod body;
mod builder;
mod clients;
mod error;
mod released;
mod stream;
mod timer;
#[cfg(feature = "rustls")]
mod tls;
mod transport;

pub use body::ReqwestBody;
pub use builder::TransportBuilder;
pub use choreoai::*;
pub use stream::TokioStream;
pub use timer::TokioTimer;
pub use transport::{ReqwestSending, ReqwestTransport};

/// The client over [`ReqwestTransport`] and [`TokioTimer`].
pub type Client = choreoai::Client<ReqwestTransport, TokioTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = choreoai::ClientBuilder<ReqwestTransport, TokioTimer>;
/// Chat completions of a [`Client`].
pub type Chat<'c> = choreoai::Chat<'c, ReqwestTransport, TokioTimer>;
/// Chat completions by the first of several models that answers.
pub type Fallback<'c> = choreoai::Fallback<'c, ReqwestTransport, TokioTimer>;
/// A streamed answer of a [`Client`].
pub type ChatStream = choreoai::ChatStream<ReqwestTransport, TokioTimer>;
/// The text of a streamed answer.
pub type TextStream = choreoai::TextStream<ReqwestTransport, TokioTimer>;
/// A streamed answer within a [`Conversation`].
pub type ConversationStream<'c> = choreoai::ConversationStream<'c, ReqwestTransport, TokioTimer>;
/// Embeddings of a [`Client`].
pub type Embeddings<'c> = choreoai::Embeddings<'c, ReqwestTransport, TokioTimer>;
/// The models of a [`Client`]'s gateway.
pub type Models<'c> = choreoai::Models<'c, ReqwestTransport, TokioTimer>;
