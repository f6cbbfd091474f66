//! The [ChoreoAI client](choreoai) on smol, and on any other executor: sockets and timers are driven by
//! [`async-io`](async_io)'s own thread, so that a bare `block_on` is enough. A thread that waits in [`async_io::block_on`], which is
//! smol's, drives them itself: then an event of an answer need not pass from one thread to the other.
//!
//! ```no_run
//! use choreoai_smol::{ChatRequest, Client, Error};
//! use futures_lite::StreamExt;
//!
//! # fn main() -> Result<(), Error> {
//! futures_lite::future::block_on(async {
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
//! the only one to depend on.
//!
//! # Several requests at once
//!
//! A client can be shared: calls borrow it, tasks and threads take a clone, and all use one pool of connections.
//!
//! ```no_run
//! use choreoai_smol::{ChatRequest, Client, Error};
//! use futures_lite::future;
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::from_env()?;
//! let haiku = ChatRequest::new("gpt-4").user("Write a haiku");
//! let limerick = ChatRequest::new("claude-3").user("Write a limerick");
//! let chat = client.chat();
//! let (haiku, limerick) = future::block_on(future::zip(chat.create(&haiku), chat.create(&limerick)));
//! println!("{}\n\n{}", haiku?.text(), limerick?.text());
//! # Ok(())
//! # }
//! ```
//!
//! For any number, spawn a task for each on the executor at hand, or a thread:
//!
//! ```no_run
//! use std::thread;
//!
//! use choreoai_smol::{ChatRequest, Client, Error};
//! use futures_lite::future::block_on;
//!
//! fn answers(client: &Client, questions: &[&'static str]) -> Vec<Result<String, Error>> {
//!     let threads = questions.iter().map(|&question| {
//!         let client = client.clone();
//!         thread::spawn(move || {
//!             let request = ChatRequest::new("gpt-4").user(question);
//!             block_on(client.chat().create(&request)).map(|answer| answer.text().to_owned())
//!         })
//!     });
//!     let threads = threads.collect::<Vec<_>>(); // all have begun
//!     threads.into_iter().map(|thread| thread.join().expect("no call panics")).collect()
//! }
//! ```
//!
//! # Tools
//!
//! A [`Conversation`] remembers what was said, and a [`Toolbox`] has the functions that the model may call:
//!
//! ```no_run
//! use choreoai_smol::{Client, Conversation, Error, ToolResult, Toolbox};
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
//! async fn talk(client: &Client) -> Result<(), Error> {
//!     let schema = r#"{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}"#;
//!     let toolbox = Toolbox::new().tool("weather", "The weather of a city", schema, weather);
//!
//!     let mut conversation = Conversation::new("gpt-4");
//!     let answer = conversation.ask_with_tools(client, &toolbox, "How is the weather in Köln?").await?;
//!     println!("{}", answer.text());
//!     let answer = conversation.ask(client, "What shall I wear?").await?;
//!     println!("{} ({:?})", answer.text(), conversation.usage());
//!     Ok(())
//! }
//! ```
//!
//! For a loop of one's own, an answer that calls tools is [pushed](ChatRequest::push) back as it is, followed by
//! a [result](ChatRequest::tool_result) for each call, whose arguments [`ToolCallExt`] parses.
//!
//! # Errors
//!
//! Printed, an [`Error`] is one line for a person. Decide by its [`class`](Error::class):
//!
//! ```no_run
//! use choreoai_smol::{ChatRequest, Client, ErrorClass};
//!
//! async fn ask(client: &Client, request: &ChatRequest) {
//!     match client.chat().create(request).await {
//!         Ok(answer) => println!("{}", answer.text()),
//!         Err(error) => match error.class() {
//!             ErrorClass::Authentication => eprintln!("Check the API key."),
//!             ErrorClass::Timeout => eprintln!("The model is slow: {error}"),
//!             ErrorClass::Truncated => {
//!                 let text = error.partial().map(|answer| answer.text()).unwrap_or_default();
//!                 println!("{text} [cut]");
//!             }
//!             _ if error.is_retryable() => eprintln!("Try again in {:?}: {error}", error.retry_after()),
//!             _ => eprintln!("{error} (request {:?})", error.request_id()),
//!         },
//!     }
//! }
//! ```
//!
//! # Timeouts and retries
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use choreoai_smol::{Client, Error};
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::builder()
//!     .base_url("http://localhost:8000")
//!     .api_key("sk-...")
//!     .connect_timeout(Duration::from_secs(3))
//!     .first_event_timeout(Duration::from_secs(60)) // a model that reasons first
//!     .idle_timeout(Duration::from_secs(15))
//!     .total_timeout(None) // streams have none anyway, whole answers 30 s
//!     .max_retries(5) // of what failed before anything of the answer came
//!     .build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! # Limits and closing
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use choreoai_smol::{Client, Error, SmolTimer, Timer};
//! use futures_lite::future;
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::builder()
//!     .env()
//!     .max_concurrent_calls(8) // the others wait, first come, first served
//!     .max_requests(60, Duration::from_secs(60)) // retries included
//!     .build()?;
//! // ... and when the service ends, running calls have ten seconds:
//! future::block_on(async {
//!     let give_up = async {
//!         SmolTimer::default().sleep(Duration::from_secs(10)).await;
//!         client.abort();
//!         future::pending().await
//!     };
//!     future::or(client.close(), give_up).await;
//! });
//! # Ok(())
//! # }
//! ```
//!
//! # Certificates and connections
//!
//! A CA of one's own, or other limits of the connection pool:
//!
//! ```no_run
//! use choreoai_smol::{Client, SmolTimer, TransportBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "rustls")] {
//! let transport = TransportBuilder::new().ca_pem(std::fs::read("gateway-ca.pem")?).build()?;
//! let client = Client::builder_with(transport, SmolTimer::default()).env().build()?;
//! # let _ = client;
//! # }
//! # Ok(())
//! # }
//! ```
//!
//! # Proxies
//!
//! `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are obeyed, by [the rules of
//! curl](http1::Proxies::from_env): an `https` gateway is reached through a tunnel (`CONNECT`), with TLS inside it and the
//! certificate checked for the gateway; requests to an `http` gateway are handed to the proxy. Proxies are spoken to in
//! plain HTTP; one that is written with another scheme is an error. A gateway on this machine is always reached directly.
//! To name a proxy in the program, or to have none:
//!
//! ```no_run
//! use choreoai_smol::http1::Proxies;
//! use choreoai_smol::{Client, SmolTimer, TransportBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let transport = TransportBuilder::new().proxies(Proxies::none()).build()?;
//! let client = Client::builder_with(transport, SmolTimer::default()).env().build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
//! | `tracing` | a span for each call, with events |

mod connector;
mod stream;
mod timer;
mod transport;

pub use choreoai::*;
pub use connector::{SmolConnecting, SmolConnector};
pub use stream::SmolStream;
pub use timer::{SmolSleep, SmolTimer};
pub use transport::{SmolConnect, SmolTransport, TransportBuilder};

/// The client over [`SmolTransport`] and [`SmolTimer`].
pub type Client = choreoai::Client<SmolTransport, SmolTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = choreoai::ClientBuilder<SmolTransport, SmolTimer>;
/// Chat completions of a [`Client`].
pub type Chat<'c> = choreoai::Chat<'c, SmolTransport, SmolTimer>;
/// Chat completions by the first of several models that answers.
pub type Fallback<'c> = choreoai::Fallback<'c, SmolTransport, SmolTimer>;
/// A streamed answer of a [`Client`].
pub type ChatStream = choreoai::ChatStream<SmolTransport, SmolTimer>;
/// The text of a streamed answer.
pub type TextStream = choreoai::TextStream<SmolTransport, SmolTimer>;
/// A streamed answer within a [`Conversation`].
pub type ConversationStream<'c> = choreoai::ConversationStream<'c, SmolTransport, SmolTimer>;
/// Embeddings of a [`Client`].
pub type Embeddings<'c> = choreoai::Embeddings<'c, SmolTransport, SmolTimer>;
/// The models of a [`Client`]'s gateway.
pub type Models<'c> = choreoai::Models<'c, SmolTransport, SmolTimer>;
