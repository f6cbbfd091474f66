//! The vectors.

use std::sync::Arc;

use choreoai_core::chat::{Count, Usage};
use serde_json::value::RawValue;

use super::base64;
use crate::call::Fault;
use crate::members::{Members, elements};
use crate::{ExtraMembers, ResponseHead};

/// How many vectors an answer may have when it is not known how many were asked for.
const MAX_EMBEDDINGS: usize = 64 << 10;

/// Vectors, one for each input and in the order of the inputs, whatever the server's order was.
#[derive(Clone, Debug)]
pub struct EmbeddingList {
    embeddings: Vec<Embedding>,
    model: Option<String>,
    usage: Option<Usage>,
    extra: ExtraMembers,
    head: Option<Arc<ResponseHead>>,
}

impl EmbeddingList {
    /// The vectors with what else is said of each. There is at least one.
    pub fn embeddings(&self) -> &[Embedding] {
        &self.embeddings
    }

    /// The vectors alone, all of the same length.
    pub fn vectors(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.embeddings.iter().map(Embedding::vector)
    }

    /// The vector of the first input, which may be the only one; never empty.
    pub fn vector(&self) -> &[f32] {
        self.embeddings.first().map(Embedding::vector).unwrap_or_default()
    }

    /// The vector of the first input, taken out.
    pub fn into_vector(self) -> Vec<f32> {
        self.embeddings.into_iter().next().map(Embedding::into_vector).unwrap_or_default()
    }

    /// The vectors, taken out.
    pub fn into_vectors(self) -> Vec<Vec<f32>> {
        self.embeddings.into_iter().map(Embedding::into_vector).collect()
    }

    /// The model that made them.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Token counts. A `usage` that says more than they do is in [`extra`](Self::extra), too.
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
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

    pub(super) fn answered(&mut self, head: Arc<ResponseHead>) {
        self.head = Some(head);
    }

    /// Reads the answer to a request for this many vectors, if that is known.
    pub(super) fn read(mut members: Members<'_>, wanted: Option<usize>) -> Result<Self, Fault> {
        let data = members.take("data").ok_or_else(|| Fault::foreign("`data` is missing"))?;
        let embeddings = read_data(data, wanted)?;
        members.take_as::<String>("object");
        let usage = read_usage(&mut members);
        Ok(Self {
            embeddings,
            model: members.take_as("model"),
            usage,
            extra: members.into_extra(),
            head: None,
        })
    }
}

/// A vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    vector: Vec<f32>,
    extra: ExtraMembers,
}

impl Embedding {
    /// The vector: finite numbers, at least one.
    pub fn vector(&self) -> &[f32] {
        &self.vector
    }

    /// The vector, taken out.
    pub fn into_vector(self) -> Vec<f32> {
        self.vector
    }

    /// Members that have no accessor.
    pub fn extra(&self) -> &ExtraMembers {
        &self.extra
    }
}

fn read_data(data: &RawValue, wanted: Option<usize>) -> Result<Vec<Embedding>, Fault> {
    let max = wanted.unwrap_or(MAX_EMBEDDINGS);
    let data = elements(data, max)
        .ok_or_else(|| Fault::malformed(format!("`data` is not an array of at most {max} embeddings")))?;
    if data.is_empty() || wanted.is_some_and(|wanted| wanted != data.len()) {
        let (came, wanted) = (data.len(), wanted.unwrap_or(1));
        return Err(Fault::malformed(format!("`data` has {came} embeddings where {wanted} were asked for")));
    }
    // As many places as embeddings: when none is taken twice, none is left empty.
    let mut places = vec![None; data.len()];
    for (at, embedding) in data.into_iter().enumerate() {
        let fault = |what: String| Fault::malformed(format!("`data[{at}]` {what}"));
        let mut members =
            Members::parse(embedding.get()).map_err(|_| fault("is not an object".to_owned()))?;
        let index = members
            .take_as::<usize>("index")
            .ok_or_else(|| fault("has no `index` that is a whole number".to_owned()))?;
        let count = places.len();
        let place = places
            .get_mut(index)
            .ok_or_else(|| fault(format!("has the index {index}, but there are {count} embeddings")))?;
        if place.is_some() {
            return Err(fault(format!("has the index {index}, which another has, too")));
        }
        let vector = members
            .take("embedding")
            .ok_or_else(|| "is missing".to_owned())
            .and_then(read_vector)
            .map_err(|what| Fault::malformed(format!("`data[{at}].embedding` {what}")))?;
        members.take_as::<String>("object");
        *place = Some(Embedding { vector, extra: members.into_extra() });
    }
    let embeddings: Vec<Embedding> = places.into_iter().flatten().collect();
    let length = embeddings.first().map_or(0, |first| first.vector.len());
    if let Some(other) = embeddings.iter().map(|other| other.vector.len()).find(|&other| other != length) {
        return Err(Fault::malformed(format!("its vectors are of different lengths, {length} and {other}")));
    }
    Ok(embeddings)
}

/// A vector in either format, whichever was asked for; or what is wrong with it.
fn read_vector(value: &RawValue) -> Result<Vec<f32>, String> {
    let vector = if value.get().starts_with('"') {
        let text: String = serde_json::from_str(value.get()).map_err(|_| "is not text".to_owned())?;
        let bytes = base64::decode(&text).ok_or_else(|| "is not valid base64".to_owned())?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(format!("holds {} bytes, which are not whole numbers of 4 bytes", bytes.len()));
        }
        numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()
    } else {
        serde_json::from_str::<Vec<f32>>(value.get()).map_err(|_| "is not an array of numbers".to_owned())?
    };
    if vector.is_empty() {
        return Err("is empty".to_owned());
    }
    match vector.iter().position(|number| !number.is_finite()) {
        Some(place) => Err(format!("holds no finite number at {place}")),
        None => Ok(vector),
    }
}

/// Takes the token counts out; what says more than they do stays.
fn read_usage(members: &mut Members<'_>) -> Option<Usage> {
    let value = members.take("usage")?;
    let mut usage = Usage::default();
    let is_all = Members::parse(value.get()).is_ok_and(|mut counts| {
        for count in [Count::Prompt, Count::Completion, Count::Total] {
            usage = counts.take_as(count.name()).map_or(usage, |value| usage.with(count, value));
        }
        counts.into_extra().iter().all(|(_, value)| value == "null")
    });
    if !is_all {
        members.put_back("usage", value);
    }
    (!usage.is_empty()).then_some(usage)
}
