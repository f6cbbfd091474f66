//! `GET /v1/models`.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde_json::value::RawValue;

use crate::call::{Call, Fault, Question, Terms, ask, terms_for_some_calls};
use crate::members::{Members, elements};
use crate::{Client, Error, ExtraMembers, ResponseHead, Timer, Transport};

/// How long an answer may be.
const BODY_LIMIT: usize = 8 << 20;
/// How many models an answer may name.
const MAX_MODELS: usize = 64 << 10;

/// The models of a [`Client`]'s gateway.
pub struct Models<'c, T, R> {
    client: &'c Client<T, R>,
    terms: Terms,
}

impl<'c, T: Transport, R: Timer> Models<'c, T, R> {
    pub(crate) fn new(client: &'c Client<T, R>) -> Self {
        Self { client, terms: Terms::of(client) }
    }

    /// Asks for all models that the key may use. (A server that sends the array of them alone is understood.)
    ///
    /// Failures are retried and deadlines kept as for [`Chat::create`](crate::Chat::create). Dropping the future cancels
    /// the request.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind): `protocol` when the answer is no list of models, of which each has an id;
    /// `limit` when it has more than 8 MiB.
    pub async fn list(&self) -> Result<ModelList, Error> {
        let (mut models, head) =
            ask(self.call("/v1/models")?, BODY_LIMIT, Some("data"), ModelList::read).await?;
        models.head = Some(head);
        Ok(models)
    }

    /// Asks for one model. An id may hold any characters; they are escaped.
    ///
    /// # Errors
    ///
    /// As for [`list`](Self::list); `invalid_request`, and nothing is sent, when the id is empty, `.` or `..`; `http`
    /// with the status 404 when there is no such model.
    pub async fn retrieve(&self, id: &str) -> Result<Model, Error> {
        // The dots would name another path (RFC 3986, 5.2.4), escaped or not.
        if matches!(id, "" | "." | "..") {
            return Err(Error::invalid_request(format!("{id:?} is not the id of a model")));
        }
        let read = |members: Members<'_>| {
            Model::read(members).ok_or_else(|| Fault::foreign("`id` is missing, or no text"))
        };
        let call = self.call(&format!("/v1/models/{}", Escaped(id)))?;
        let (mut model, head) = ask(call, BODY_LIMIT, None, read).await?;
        model.head = Some(head);
        Ok(model)
    }

    fn call(&self, path: &str) -> Result<Call<T, R>, Error> {
        let settings = self.client.settings();
        let question = Question::get(settings.base_url.endpoint(path)?);
        let deadlines = self.terms.deadlines(false)?;
        Ok(Call::start(self.client.clone(), question, deadlines).retried(self.terms.retry))
    }
}

terms_for_some_calls!(Models);

impl<T, R> fmt::Debug for Models<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Models").field("client", self.client).finish()
    }
}

/// A list of models, in the server's order.
#[derive(Clone, Debug)]
pub struct ModelList {
    models: Vec<Model>,
    extra: ExtraMembers,
    head: Option<Arc<ResponseHead>>,
}

impl ModelList {
    /// The models.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The models, taken out.
    pub fn into_models(self) -> Vec<Model> {
        self.models
    }

    /// Members of the answer that have no accessor.
    pub fn extra(&self) -> &ExtraMembers {
        &self.extra
    }

    /// The head of the response, and how many requests it took.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.head.as_deref()
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.response().and_then(ResponseHead::request_id)
    }

    fn read(mut members: Members<'_>) -> Result<Self, Fault> {
        let data = members.take("data").ok_or_else(|| Fault::foreign("`data` is missing"))?;
        let data = elements(data, MAX_MODELS).ok_or_else(|| {
            Fault::malformed(format!("`data` is not an array of at most {MAX_MODELS} models"))
        })?;
        let model = |(place, model): (usize, &RawValue)| {
            let model = Members::parse(model.get()).ok().and_then(Model::read);
            model.ok_or_else(|| Fault::malformed(format!("`data[{place}]` is not an object with an `id`")))
        };
        let models = data.into_iter().enumerate().map(model).collect::<Result<_, _>>()?;
        members.take_as::<String>("object");
        Ok(Self { models, extra: members.into_extra(), head: None })
    }
}

impl IntoIterator for ModelList {
    type Item = Model;
    type IntoIter = std::vec::IntoIter<Model>;

    fn into_iter(self) -> Self::IntoIter {
        self.models.into_iter()
    }
}

impl<'l> IntoIterator for &'l ModelList {
    type Item = &'l Model;
    type IntoIter = std::slice::Iter<'l, Model>;

    fn into_iter(self) -> Self::IntoIter {
        self.models.iter()
    }
}

/// A model that a gateway serves.
#[derive(Clone, Debug)]
pub struct Model {
    id: String,
    created: Option<u64>,
    owned_by: Option<String>,
    extra: ExtraMembers,
    head: Option<Arc<ResponseHead>>,
}

impl Model {
    /// Its name, as requests give it; never empty.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// When it was made, in whole seconds of Unix time.
    pub fn created(&self) -> Option<u64> {
        self.created
    }

    /// Whose model it is.
    pub fn owned_by(&self) -> Option<&str> {
        self.owned_by.as_deref()
    }

    /// Members that have no accessor: what else the gateway says of it. Members of an unusual type
    /// (a time that is no whole number, say) are here, too.
    pub fn extra(&self) -> &ExtraMembers {
        &self.extra
    }

    /// The head of the response, and how many requests it took; `None` for a model of a list, which has it itself.
    pub fn response(&self) -> Option<&ResponseHead> {
        self.head.as_deref()
    }

    /// The server's name for the request; `None` for a model of a list, too.
    pub fn request_id(&self) -> Option<&str> {
        self.response().and_then(ResponseHead::request_id)
    }

    fn read(mut members: Members<'_>) -> Option<Self> {
        let id = members.take_as::<String>("id").filter(|id| !id.is_empty())?;
        members.take_as::<String>("object");
        Some(Self {
            id,
            created: members.take_as("created"),
            owned_by: members.take_as("owned_by"),
            extra: members.into_extra(),
            head: None,
        })
    }
}

/// A text as one segment of a path (RFC 3986, 3.3): all but the unreserved characters are escaped, slashes too.
struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.bytes().try_for_each(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                f.write_char(char::from(byte))
            }
            _ => write!(f, "%{byte:02X}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_of_a_path_is_escaped() {
        for (text, escaped) in [
            ("gpt-4o_mini.1~x", "gpt-4o_mini.1~x"),
            ("meta-llama/Llama-3", "meta-llama%2FLlama-3"),
            ("a b?c#d%e", "a%20b%3Fc%23d%25e"),
            ("ft:gpt-4:org::id", "ft%3Agpt-4%3Aorg%3A%3Aid"),
            ("..\\\r\n", "..%5C%0D%0A"),
            ("ü", "%C3%BC"),
        ] {
            assert_eq!(Escaped(text).to_string(), escaped);
        }
    }
}
