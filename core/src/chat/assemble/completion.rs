//! A whole answer.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::ErrorReport;
use crate::chat::Usage;

/// A whole answer, or as much of it as arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completion {
    /// The first id that is not empty: some providers change it from chunk to chunk.
    pub id: Option<String>,
    /// The first model that is not empty.
    pub model: Option<String>,
    /// When the completion was created, in whole seconds of Unix time; the first that is not 0.
    pub created: Option<u64>,
    /// The last fingerprint that is not empty.
    pub system_fingerprint: Option<String>,
    /// The last tier that is not empty.
    pub service_tier: Option<String>,
    /// The choices, ordered by index.
    pub choices: Vec<Choice>,
    /// A choice that was cut before the server said which one it is: it may continue any of the others, or be a new one.
    pub unbound: Option<Choice>,
    /// The last token counts.
    pub usage: Option<Usage>,
    /// What the server reported to have gone wrong.
    pub error: Option<ErrorReport>,
}

impl Completion {
    /// The choice of this index. Takes time logarithmic in the number of choices.
    pub fn choice(&self, index: u32) -> Option<&Choice> {
        let position = self.choices.binary_search_by_key(&Some(index), |choice| choice.index).ok()?;
        self.choices.get(position)
    }
}

/// One of the answers that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// Which choice it is; `None` only in [`Completion::unbound`].
    pub index: Option<u32>,
    /// Who speaks; the last role that is not empty.
    pub role: Option<String>,
    /// The answer's text; `None` if there was none, or only empty text.
    pub content: Option<String>,
    /// Why the model refuses to answer.
    pub refusal: Option<String>,
    /// The model's reasoning.
    pub reasoning: Option<String>,
    /// The tool calls, in the order in which they began.
    pub tool_calls: Vec<ToolCall>,
    /// Why the choice ended; the last reason that is not empty. A reason that was cut does not count.
    pub finish_reason: Option<String>,
    /// The log probabilities as JSON text, one value for each chunk that had them.
    pub logprobs: Vec<String>,
}

/// A call of a tool that the model asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolCall {
    /// The index the server gave, which some servers leave out and some repeat for all calls.
    pub index: Option<u32>,
    /// The id to answer to; empty if the server gave none.
    pub id: String,
    /// The function's name; empty if the server gave none.
    pub name: String,
    /// The arguments: JSON text that the model wrote, which may be invalid.
    pub arguments: String,
    /// Members of the call that the schema does not know, as JSON text by name; the last value counts. Send them back with the call:
    /// `extra_content` may hold a signature that the provider asks for. Only if the decoder was told to hand on unknown members.
    pub extra: BTreeMap<String, String>,
}
