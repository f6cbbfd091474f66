//! Embedding requests.

use crate::InvalidRequest;
use crate::body::{Child, Document, MemberName as Name, Node, Value, Walk, nth_member};
use crate::invalid_request::{Check, InvalidRequestKind as Kind};
use crate::json::writer::{Encoder, Part};
use crate::json::{RawJson, RawObject};

/// A request for embeddings: the body of `POST /v1/embeddings`.
///
/// ```
/// use choreoai_core::embedding::{EmbeddingInput, EmbeddingRequest};
///
/// let input = EmbeddingInput::Many(&["one", "two"]);
/// let request = EmbeddingRequest::new("text-embedding-3-small", input).dimensions(256);
/// let mut buffer = [0; 128];
/// let count = request.encoder()?.encode(&mut buffer);
/// assert_eq!(
///     &buffer[..count],
///     br#"{"model":"text-embedding-3-small","input":["one","two"],"dimensions":256}"#
/// );
/// # Ok::<(), choreoai_core::InvalidRequest>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EmbeddingRequest<'a> {
    /// The model. Never empty.
    pub model: &'a str,
    /// What is embedded.
    pub input: EmbeddingInput<'a>,
    /// How the vectors are written.
    pub encoding_format: Option<EncodingFormat>,
    /// The length of the vectors, where the model leaves a choice; at least 1.
    pub dimensions: Option<u32>,
    /// Whom the request is made for.
    pub user: Option<&'a str>,
    /// Additional members, which override those above.
    pub extra: Option<RawObject<'a>>,
}

impl<'a> EmbeddingRequest<'a> {
    /// A request of `model` to embed the input.
    pub const fn new(model: &'a str, input: EmbeddingInput<'a>) -> Self {
        Self { model, input, encoding_format: None, dimensions: None, user: None, extra: None }
    }

    /// How the vectors are written.
    #[must_use]
    pub const fn encoding_format(mut self, format: EncodingFormat) -> Self {
        self.encoding_format = Some(format);
        self
    }

    /// The length of the vectors, where the model leaves a choice; at least 1.
    #[must_use]
    pub const fn dimensions(mut self, dimensions: u32) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// Whom the request is made for.
    #[must_use]
    pub const fn user(mut self, user: &'a str) -> Self {
        self.user = Some(user);
        self
    }

    /// Adds members, which override typed ones of the same name.
    #[must_use]
    pub const fn extra(mut self, extra: RawObject<'a>) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Checks what would be refused for sure: an empty model, no input, dimensions of 0. What `extra` overrides is
    /// not checked.
    pub fn validate(&self) -> Result<(), InvalidRequest> {
        let mut check = Check::new(self.extra);
        check.model(self.model);
        check.refuse(self.input == EmbeddingInput::Many(&[]), Name::Input, Kind::Empty);
        check.refuse(self.dimensions == Some(0), Name::Dimensions, Kind::Zero);
        check.outcome()
    }

    /// Checks the request and makes an encoder of its JSON text.
    pub fn encoder(&self) -> Result<EmbeddingEncoder<'_>, InvalidRequest> {
        self.validate()?;
        Ok(Encoder::new(EmbeddingParts(Walk::new(self))))
    }

    pub(crate) fn member(&self, index: usize) -> Option<Child<'a>> {
        nth_member!(
            index,
            Model: self.model,
            Input: self.input.value(),
            EncodingFormat: self.encoding_format.map(EncodingFormat::as_str),
            Dimensions: self.dimensions,
            User: self.user,
        )
    }
}

/// What is embedded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmbeddingInput<'a> {
    /// One text.
    One(&'a str),
    /// Several texts; at least one.
    Many(&'a [&'a str]),
    /// JSON text, such as an array of texts or of tokens, sent as it is.
    Raw(RawJson<'a>),
}

impl<'a> EmbeddingInput<'a> {
    pub(crate) const fn value(self) -> Value<'a> {
        match self {
            Self::One(text) => Value::Str(text),
            Self::Many(texts) => Value::Node(Node::Strings(texts)),
            Self::Raw(json) => Value::Raw(json.as_str()),
        }
    }
}

/// How vectors are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodingFormat {
    /// As arrays of numbers.
    Float,
    /// As the base64 of little-endian `f32`s.
    Base64,
}

impl EncodingFormat {
    /// The format's name as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Float => "float",
            Self::Base64 => "base64",
        }
    }
}

/// An encoder of an embedding request's JSON text.
pub type EmbeddingEncoder<'r> = Encoder<'r, EmbeddingParts<'r>>;

/// The parts of an embedding request's JSON text.
#[derive(Clone, Debug)]
pub struct EmbeddingParts<'r>(Walk<'r, &'r EmbeddingRequest<'r>>);

impl<'r> Iterator for EmbeddingParts<'r> {
    type Item = Part<'r>;

    fn next(&mut self) -> Option<Part<'r>> {
        self.0.next()
    }
}

impl<'r> Document<'r> for &'r EmbeddingRequest<'r> {
    fn child(&mut self, node: Node<'r>, index: usize) -> Option<Child<'r>> {
        match node {
            Node::Root => self.member(index),
            other => other.child(index),
        }
    }

    fn extra(&self, node: Node<'r>) -> Option<RawObject<'r>> {
        match node {
            Node::Root => self.extra,
            other => other.extra(),
        }
    }
}
