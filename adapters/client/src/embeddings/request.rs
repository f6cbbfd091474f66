//! An embedding request, owned.

use bytes::Bytes;
use choreoai_core::embedding::{self as core, EncodingFormat};
use serde_json::value::RawValue;

use crate::Error;
use crate::chat::json;
use crate::members::elements;

/// What to embed, and by which model.
///
/// ```
/// use choreoai::EmbeddingRequest;
///
/// let one = EmbeddingRequest::new("text-embedding-3-small", "a text");
/// let two = EmbeddingRequest::new("text-embedding-3-small", ["a text", "another"]).dimensions(256);
/// # let _ = (one, two);
/// ```
///
/// It is checked when it is sent: an empty model, no input or 0 dimensions are `invalid_request`, and nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingRequest {
    model: String,
    input: EmbeddingInput,
    encoding_format: EncodingFormat,
    dimensions: Option<u32>,
    user: Option<String>,
    extra: Option<String>,
}

impl EmbeddingRequest {
    /// A request of `model` to embed the input.
    pub fn new(model: impl Into<String>, input: impl Into<EmbeddingInput>) -> Self {
        Self {
            model: model.into(),
            input: input.into(),
            encoding_format: EncodingFormat::Base64,
            dimensions: None,
            user: None,
            extra: None,
        }
    }

    /// How the server writes the vectors: as base64, which is shorter and loses nothing, unless chosen otherwise.
    /// Either is understood whatever was asked for; choose `Float` for a server that refuses base64.
    #[must_use]
    pub fn encoding_format(mut self, format: EncodingFormat) -> Self {
        self.encoding_format = format;
        self
    }

    /// The length of the vectors, where the model leaves a choice. A server may ignore it.
    #[must_use]
    pub fn dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// For whom the request is made.
    #[must_use]
    pub fn end_user(mut self, id: impl Into<String>) -> Self {
        self.user = Some(id.into());
        self
    }

    /// More members, as the text of a JSON object; they override the typed ones.
    #[must_use]
    pub fn extra(mut self, object: impl Into<String>) -> Self {
        self.extra = Some(object.into());
        self
    }

    pub(super) fn asked_model(&self) -> &str {
        &self.model
    }

    /// How many vectors are asked for; `None`: more members have replaced the input.
    pub(super) fn inputs(&self) -> Option<usize> {
        let is_replaced = |text: &String| {
            json::optional_object("", Some(text))
                .is_ok_and(|object| object.is_some_and(|o| o.contains("input")))
        };
        if self.extra.as_ref().is_some_and(is_replaced) { None } else { Some(self.input.count()) }
    }

    /// The body, checked.
    pub(super) fn encode(&self) -> Result<Bytes, Error> {
        let texts: Vec<&str> = match &self.input.0 {
            Input::Many(texts) => texts.iter().map(String::as_str).collect(),
            Input::One(_) | Input::Raw(_) => Vec::new(),
        };
        let input = match &self.input.0 {
            Input::One(text) => core::EmbeddingInput::One(text),
            Input::Many(_) => core::EmbeddingInput::Many(&texts),
            Input::Raw(text) => core::EmbeddingInput::Raw(json::value("the input", text)?),
        };
        let mut request =
            core::EmbeddingRequest::new(&self.model, input).encoding_format(self.encoding_format);
        request.dimensions = self.dimensions;
        request.user = self.user.as_deref();
        request.extra = json::optional_object("the additional members", self.extra.as_deref())?;
        json::encoded(request.encoder())
    }
}

/// What is embedded: a text, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingInput(Input);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Input {
    One(String),
    Many(Vec<String>),
    Raw(String),
}

impl EmbeddingInput {
    /// JSON text, sent as it is: an array of tokens, for instance, or of arrays of tokens.
    pub fn raw(json: impl Into<String>) -> Self {
        Self(Input::Raw(json.into()))
    }

    /// How many vectors it takes. An array of numbers is the tokens of one text.
    fn count(&self) -> usize {
        match &self.0 {
            Input::One(_) => 1,
            Input::Many(texts) => texts.len(),
            Input::Raw(text) => {
                let elements = serde_json::from_str::<&RawValue>(text)
                    .ok()
                    .and_then(|value| elements(value, usize::MAX));
                let is_token = |element: &&RawValue| !element.get().starts_with(['"', '[', '{']);
                elements.filter(|elements| !elements.first().is_some_and(is_token)).map_or(1, |all| all.len())
            }
        }
    }
}

impl From<&str> for EmbeddingInput {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for EmbeddingInput {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<String> for EmbeddingInput {
    fn from(text: String) -> Self {
        Self(Input::One(text))
    }
}

impl<S: Into<String>> From<Vec<S>> for EmbeddingInput {
    fn from(texts: Vec<S>) -> Self {
        texts.into_iter().collect()
    }
}

impl<S: Into<String> + Clone> From<&[S]> for EmbeddingInput {
    fn from(texts: &[S]) -> Self {
        texts.iter().cloned().collect()
    }
}

impl<S: Into<String>, const N: usize> From<[S; N]> for EmbeddingInput {
    fn from(texts: [S; N]) -> Self {
        texts.into_iter().collect()
    }
}

impl<S: Into<String>> FromIterator<S> for EmbeddingInput {
    fn from_iter<I: IntoIterator<Item = S>>(texts: I) -> Self {
        Self(Input::Many(texts.into_iter().map(Into::into).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(request: &EmbeddingRequest) -> String {
        String::from_utf8(request.encode().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn encoded() {
        for (request, expected) in [
            (
                EmbeddingRequest::new("m", "a \"b\""),
                r#"{"model":"m","input":"a \"b\"","encoding_format":"base64"}"#,
            ),
            (
                EmbeddingRequest::new("m", ["a"]).encoding_format(EncodingFormat::Float),
                r#"{"model":"m","input":["a"],"encoding_format":"float"}"#,
            ),
            (
                EmbeddingRequest::new("m", vec!["a".to_owned(), "b".to_owned()])
                    .dimensions(8)
                    .end_user("u")
                    .extra(r#"{"input_type": "query", "model": "n"}"#),
                r#"{"input":["a","b"],"encoding_format":"base64","dimensions":8,"user":"u","input_type":"query","model":"n"}"#,
            ),
            (
                EmbeddingRequest::new("m", EmbeddingInput::raw("[[1, 2], [3]]")),
                r#"{"model":"m","input":[[1, 2], [3]],"encoding_format":"base64"}"#,
            ),
        ] {
            let (body, expected): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(&body(&request)).unwrap(), serde_json::from_str(expected).unwrap());
            assert_eq!(body, expected);
        }
    }

    #[test]
    fn refused() {
        for (request, what) in [
            (EmbeddingRequest::new("", "a"), "model"),
            (EmbeddingRequest::new("m", Vec::<String>::new()), "input"),
            (EmbeddingRequest::new("m", "a").dimensions(0), "dimensions"),
            (EmbeddingRequest::new("m", EmbeddingInput::raw("[1")), "the input"),
            (EmbeddingRequest::new("m", "a").extra("[]"), "the additional members"),
        ] {
            let error = request.encode().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::InvalidRequest);
            assert!(error.message().contains(what), "{error}");
        }
    }

    #[test]
    fn how_many_vectors_are_asked_for() {
        for (input, count) in [
            (EmbeddingInput::from("a"), 1),
            (["a"].into(), 1),
            (["a", "b"].into(), 2),
            (EmbeddingInput::raw("\"a\""), 1),
            (EmbeddingInput::raw("[1, 2, 3]"), 1),
            (EmbeddingInput::raw("[\"a\", \"b\", \"c\"]"), 3),
            (EmbeddingInput::raw("[[1, 2], [3]]"), 2),
        ] {
            assert_eq!(EmbeddingRequest::new("m", input.clone()).inputs(), Some(count), "{input:?}");
        }
        let replaced = EmbeddingRequest::new("m", "a").extra(r#"{"input": ["b", "c"]}"#);
        assert_eq!(replaced.inputs(), None);
        assert_eq!(EmbeddingRequest::new("m", "a").extra(r#"{"x": ["input"]}"#).inputs(), Some(1));
    }
}
