//! The [ChoreoAI client](choreoai) on async-std.

mod builder;
mod connector;
mod timer;
mod transport;

pub use builder::TransportBuilder;
pub use choreoai::*;
pub use connector::{AsyncStdConnecting, AsyncStdConnector};
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
