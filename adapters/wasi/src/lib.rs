//! The [ChoreoAI client](choreoai) in a WebAssembly component: over the host's HTTP client (`wasi:http`), clock and
//! randomness, by WASI 0.2 (`wasm32-wasip2`).
//!
//! ```no_run
//! use choreoai_wasi::{ChatRequest, Client, Error, block_on};
//! use futures_lite::StreamExt; // or that of `futures`
//!
//! fn main() -> Result<(), Error> {
//!     block_on(async {
//!         let client = Client::from_env()?; // one client, cheap clones
//!         let request = ChatRequest::new("gpt-4").system("Be brief.").user("Write a haiku");
//!         let mut stream = client.chat().stream(&request).await?;
//!         while let Some(chunk) = stream.next().await {
//!             print!("{}", chunk?.text());
//!         }
//!         Ok(())
//!     })
//! }
//! ```
//!
//! ```sh
//! rustup target add wasm32-wasip2
//! cargo build --release --target wasm32-wasip2
//! wasmtime run -S http --env CHOREOAI_API_KEY --env CHOREOAI_BASE_URL target/wasm32-wasip2/release/haiku.wasm
//! ```
//!
//! The whole of [`choreoai`] is re-exported, its generic `Client` as [`Client`] of this crate's types: this crate is
//! the only one to depend on.
//!
//! # Several requests at once
//!
//! [`block_on`] is the executor. A component has one thread; calls that are joined run at once in it all the same:
//!
//! ```no_run
//! use choreoai_wasi::{ChatRequest, Client, Error, block_on};
//! use futures_lite::future;
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::from_env()?;
//! let haiku = ChatRequest::new("gpt-4").user("Write a haiku");
//! let limerick = ChatRequest::new("claude-3").user("Write a limerick");
//! let chat = client.chat();
//! let (haiku, limerick) = block_on(future::zip(chat.create(&haiku), chat.create(&limerick)));
//! println!("{}\n\n{}", haiku?.text(), limerick?.text());
//! # Ok(())
//! # }
//! ```
//!
//! For any number, the future is an executor for one thread, such as `async_executor::LocalExecutor`; what a program waits
//! for besides its calls, [`ready`] waits for.
//!
//! # Timeouts
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use choreoai_wasi::{Client, Error};
//!
//! # fn main() -> Result<(), Error> {
//! let client = Client::builder()
//!     .base_url("http://localhost:8000")
//!     .api_key("sk-...")
//!     .first_event_timeout(Duration::from_secs(60)) // a model that reasons first
//!     .total_timeout(Duration::from_secs(120))
//!     .max_retries(5) // of what failed before anything of the answer came
//!     .build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! All deadlines are the client's own, by the monotonic clock, but for the connect timeout: only the host knows when a
//! connection stands. Waits before retries have a share of chance in them, which the standard library draws from
//! `wasi:random`.
//!
//! # What the host decides
//!
//! Connections, TLS and its roots, proxies, name resolution and HTTP itself are the host's: there is nothing to set up
//! here, and it may refuse a request by its own policy. How much a host tells of a failure differs, too.
//!
//! | | wasmtime 50 | jco (`preview2-shim` 0.26, on node) |
//! |---|---|---|
//! | connections | a new one for each request | are reused |
//! | a dropped answer | is cancelled at once | **goes on** until the program ends: sockets (below) cancel |
//! | the connect timeout | is kept | counts how long the server may be silent before it answers: raise it where a model thinks first |
//! | invalid HTTP or a lost connection, before the head | are told alike: `connect` | are told alike: `connect` |
//! | invalid HTTP or a lost connection, within the body | are told alike: `truncated` | are told alike: `truncated`; what came just before is lost |
//!
//! # Without `wasi:http`
//!
//! The client's own HTTP/1.1 ([`http1::Http1`]) runs over the host's sockets, too, where the gateway is spoken to in plain
//! `http`: it reuses connections, is strict about HTTP, and cancels on any host, for a dropped socket is closed.
//!
//! ```no_run
//! use choreoai_wasi::http1::Http1;
//! use choreoai_wasi::{Client, Error, WasiConnector, WasiTimer};
//!
//! # fn main() -> Result<(), Error> {
//! let transport = Http1::new(WasiConnector, WasiTimer);
//! let client = Client::builder().transport(transport).env().build()?;
//! # let _ = client;
//! # Ok(())
//! # }
//! ```
//!
//! # On other targets
//!
//! The crate compiles anywhere, so that `cargo check` and documentation need no target of their own. Whatever asks the
//! host for something panics there: **a client can be made, and its calls panic**.
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `schemars` | `ResponseFormat::of` and `Tool::of`: the schemas of Rust types |
//! | `tracing` | a span for each call, with events |

mod executor;
mod http;
mod reactor;
mod tcp;
mod timer;

pub use choreoai::*;
pub use wasip2;

pub use self::executor::block_on;
pub use self::http::{WasiBody, WasiHttp, WasiSending};
pub use self::reactor::ready;
pub use self::tcp::{WasiConnecting, WasiConnector, WasiStream};
pub use self::timer::{WasiSleep, WasiTimer};

/// The client over [`WasiHttp`] and [`WasiTimer`].
pub type Client = choreoai::Client<WasiHttp, WasiTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = choreoai::ClientBuilder<WasiHttp, WasiTimer>;
/// Chat completions of a [`Client`].
pub type Chat<'c> = choreoai::Chat<'c, WasiHttp, WasiTimer>;
/// Chat completions by the first of several models that answers.
pub type Fallback<'c> = choreoai::Fallback<'c, WasiHttp, WasiTimer>;
/// A streamed answer of a [`Client`].
pub type ChatStream = choreoai::ChatStream<WasiHttp, WasiTimer>;
/// The text of a streamed answer.
pub type TextStream = choreoai::TextStream<WasiHttp, WasiTimer>;
/// A streamed answer within a [`Conversation`].
pub type ConversationStream<'c> = choreoai::ConversationStream<'c, WasiHttp, WasiTimer>;
/// Embeddings of a [`Client`].
pub type Embeddings<'c> = choreoai::Embeddings<'c, WasiHttp, WasiTimer>;
/// The models of a [`Client`]'s gateway.
pub type Models<'c> = choreoai::Models<'c, WasiHttp, WasiTimer>;
