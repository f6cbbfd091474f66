//! The [ChoreoAI client](choreoai) on smol, and on any other executor: sockets and timers are driven by
//! [`async-io`](async_io)'s own thread, so that a bare `block_on` is enough.
//!
//! The whole of [`choreoai`] is re-exported: this crate is the only one to depend on. [`Client`] and the streams are those of
//! smol here; the generic ones are `choreoai_smol::choreoai::Client` and so on.
//!
//! ```no_run
//! use choreoai_smol::{ChatRequest, Client};
//! use futures_lite::StreamExt as _;
//!
//! futures_lite::future::block_on(async {
//!     let client = Client::from_env()?; // one client; clones share its connections
//!     let request = ChatRequest::new("gpt-4").user("Write a haiku about Rust");
//!     let mut stream = client.chat().stream(&request).await?;
//!     while let Some(chunk) = stream.next().await {
//!         print!("{}", chunk?.text());
//!     }
//!     Ok::<_, choreoai_smol::Error>(())
//! })?;
//! # Ok::<_, choreoai_smol::Error>(())
//! ```
//!
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |

mod connector;
mod race;
mod timer;
mod transport;

pub use choreoai;
pub use choreoai::*;
pub use connector::{SmolConnecting, SmolConnector};
pub use timer::{SmolSleep, SmolTimer};
pub use transport::{SmolConnect, SmolTransport, TransportBuilder};

/// A client over [`SmolTransport`].
pub type Client = choreoai::Client<SmolTransport, SmolTimer>;
/// An answer as it arrives over [`SmolTransport`].
pub type ChatStream = choreoai::ChatStream<SmolTransport, SmolTimer>;
/// The content of an answer as it arrives over [`SmolTransport`].
pub type TextStream = choreoai::TextStream<SmolTransport, SmolTimer>;
