//! `POST /v1/embeddings`.

mod base64;
mod list;
mod request;

use std::fmt;

pub use list::{Embedding, EmbeddingList};
pub use request::{EmbeddingInput, EmbeddingRequest};

use crate::call::{Call, Question, Terms, ask, terms_for_some_calls};
use crate::members::Members;
use crate::{Client, Error, Timer, Transport};

/// How long an answer may be.
const BODY_LIMIT: usize = 64 << 20;

/// Embeddings of a [`Client`].
pub struct Embeddings<'c, T, R> {
    client: &'c Client<T, R>,
    terms: Terms,
}

impl<'c, T: Transport, R: Timer> Embeddings<'c, T, R> {
    pub(crate) fn new(client: &'c Client<T, R>) -> Self {
        Self { client, terms: Terms::of(client) }
    }

    /// Asks for a vector for each of the inputs. There is either a good one for each, or an error.
    ///
    /// Failures are retried and deadlines kept as for [`Chat::create`](crate::Chat::create); the answer begins with the
    /// first byte of its body. Dropping the future cancels the request.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind): `protocol` when the answer has not exactly one vector for each input, when a
    /// vector is empty, of another length than the others, or holds what is no finite number; `limit` when the answer has
    /// more than 64 MiB.
    pub async fn create(&self, request: &EmbeddingRequest) -> Result<EmbeddingList, Error> {
        let settings = self.client.settings();
        let question = Question::post(settings.base_url.endpoint("/v1/embeddings")?, request.encode()?);
        let call = Call::start(self.client.clone(), question, self.terms.deadlines(false)?)
            .retried(self.terms.retry)
            .of_model(request.asked_model());
        let read = |members: Members<'_>| EmbeddingList::read(members, request.inputs());
        let (mut list, head) = ask(call, BODY_LIMIT, None, read).await?;
        list.answered(head);
        Ok(list)
    }

    /// Asks for the vector of one text, and gives nothing else.
    ///
    /// ```
    /// use choreoai::{Client, Error, Timer, Transport};
    ///
    /// async fn dimensions<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<usize, Error> {
    ///     let vector = client.embeddings().embed("text-embedding-3-small", "a text").await?;
    ///     Ok(vector.len())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub async fn embed(&self, model: impl Into<String>, text: impl Into<String>) -> Result<Vec<f32>, Error> {
        let list = self.create(&EmbeddingRequest::new(model, text.into())).await?;
        Ok(list.into_vector())
    }
}

terms_for_some_calls!(Embeddings);

impl<T, R> fmt::Debug for Embeddings<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embeddings").field("client", self.client).finish()
    }
}
