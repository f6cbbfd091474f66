//! Chat completions.

mod ask;
mod chunk;
mod chunk_builder;
mod chunk_decoder;
mod completion;
mod conversation;
mod exchange;
mod extra;
mod fallback;
pub(crate) mod json;
mod logprobs;
mod message;
mod options;
mod parse;
mod request;
#[cfg(feature = "schemars")]
mod schema;
mod stream;
mod tools;

use std::fmt;

pub use ask::Ask;
pub use choreoai_core::chat::assemble::{Choice, ToolCall};
pub use chunk::{ChatChunk, ExtraMember, Fragment, FragmentKind, Fragments, ToolCallFragment};
pub use chunk_decoder::ChunkDecoder;
pub use completion::{Assembly, ChatCompletion};
pub use conversation::{Conversation, ConversationStream};
pub use extra::ExtraMembers;
pub use fallback::{Answered, Fallback, FallbackError, ModelFailure};
pub use logprobs::{Logprobs, TokenLogprob, TopLogprob};
pub use message::{ContentPart, Message};
pub use options::{ResponseFormat, Tool, ToolChoice};
pub use parse::{Parsed, ToolCallExt};
pub use request::ChatRequest;
pub use stream::{ChatStream, TextStream, WriteCause, WriteError};
pub use tools::{ToolResult, Toolbox};

use serde::de::DeserializeOwned;

use crate::call::{Call, Question, Terms, terms_for_some_calls};
use crate::{Client, Error, Timer, Transport};
use exchange::{Exchange, Wanted};

/// Chat completions of a [`Client`].
///
/// A call that is to have less time than others, or more, or no retries, is told so here:
///
/// ```
/// use std::time::Duration;
///
/// use choreoai::{ChatRequest, Client, Error, Timer, Transport};
///
/// async fn title<T: Transport, R: Timer>(client: &Client<T, R>, text: &str) -> Result<String, Error> {
///     let request = ChatRequest::new("gpt-4").system("A title for this text, no more.").user(text);
///     let chat = client.chat().total_timeout(Duration::from_secs(5)).max_retries(0);
///     Ok(chat.create(&request).await?.into_text())
/// }
/// ```
pub struct Chat<'c, T, R> {
    client: &'c Client<T, R>,
    terms: Terms,
}

impl<'c, T: Transport, R: Timer> Chat<'c, T, R> {
    pub(crate) fn new(client: &'c Client<T, R>) -> Self {
        Self { client, terms: Terms::of(client) }
    }

    /// Asks for a whole answer. (A server that streams nevertheless is understood.)
    ///
    /// Dropping the future cancels the request at the server.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind). What arrived of the answer before is in [`Error::partial`].
    pub async fn create(&self, request: &ChatRequest) -> Result<ChatCompletion, Error> {
        self.start(request, false).await?.collect_message().await
    }

    /// Asks for a whole answer whose content is JSON, as a `T`. The request says which form that is to have: see
    /// [`ResponseFormat::json_schema`].
    ///
    /// # Errors
    ///
    /// Those of [`create`](Self::create), and of kind `answer` those of
    /// [`ChatCompletion::parse_choice`]; the answer is in [`Error::partial`] then.
    pub async fn parse<D: DeserializeOwned>(&self, request: &ChatRequest) -> Result<Parsed<D>, Error> {
        let completion = self.create(request).await?;
        match completion.parse() {
            Ok(value) => Ok(Parsed { value, completion }),
            Err(error) => Err(error.redacted(&self.client.settings().credentials)),
        }
    }

    /// Asks for the answer as it is made, and waits for its first chunk. (A server that sends a whole answer
    /// nevertheless is understood.)
    ///
    /// Until the first chunk is there, failures are retried; they never show in the stream. From then on nothing is
    /// repeated. Dropping the future, or the stream, cancels the request at the server.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind), when nothing of an answer came.
    pub async fn stream(&self, request: &ChatRequest) -> Result<ChatStream<T, R>, Error> {
        self.start(request, true).await
    }

    async fn start(&self, request: &ChatRequest, streamed: bool) -> Result<ChatStream<T, R>, Error> {
        let settings = self.client.settings();
        let question = Question {
            accept: if streamed { Question::EVENT_STREAM } else { Question::JSON },
            ..Question::post(settings.chat_url.clone(), request.encode(streamed)?)
        };
        let call = Call::start(self.client.clone(), question, self.terms.deadlines(streamed)?)
            .retried(self.terms.retry)
            .of_model(request.asked_model());
        let wanted = Wanted {
            logprobs: request.wants_logprobs(),
            extra: request.wants_extra(),
            raw_body: request.wants_raw_body(),
        };
        let mut exchange = Exchange::new(call, wanted);
        let first = exchange.begin().await?;
        Ok(ChatStream::new(exchange, first))
    }
}

terms_for_some_calls!(Chat);

impl<T, R> fmt::Debug for Chat<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chat").field("client", self.client).finish()
    }
}
