//! The [ChoreoAI client](choreoai) on smol, and on any other executor: sockets and timers are driven by
//! [`async-io`](async_io)'s own thread, so that a bare `block_on` is enough.
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
//! the only one to depend on. A CA of one's own, or other limits of the connection pool:
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
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |

mod connector;
mod race;
mod timer;
mod transport;

pub use choreoai::*;
pub use connector::{SmolConnecting, SmolConnector};
pub use timer::{SmolSleep, SmolTimer};
pub use transport::{SmolConnect, SmolTransport, TransportBuilder};

/// The client over [`SmolTransport`] and [`SmolTimer`].
pub type Client = choreoai::Client<SmolTransport, SmolTimer>;
/// The settings of a [`Client`].
pub type ClientBuilder = choreoai::ClientBuilder<SmolTransport, SmolTimer>;
/// A streamed answer of a [`Client`].
pub type ChatStream = choreoai::ChatStream<SmolTransport, SmolTimer>;
