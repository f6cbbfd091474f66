//! The fewest members of a chunk, borrowed where `serde` can.

use std::borrow::Cow;

use serde::Deserialize;

use crate::sink::Sink;

#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: u32,
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Text<'a>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    arguments: Option<Text<'a>>,
}

/// A type of its own: `serde` never borrows for an `Option<Cow<str>>`.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Chunk<'_> {
    pub(super) fn deliver(&self, sink: &mut impl Sink) {
        for choice in &self.choices {
            if let Some(content) = &choice.delta.content {
                sink.content(&content.0);
            }
            for call in choice.delta.tool_calls.iter().flatten() {
                if let Some(arguments) =
                    call.function.as_ref().and_then(|function| function.arguments.as_ref())
                {
                    sink.arguments(&arguments.0);
                }
            }
            if choice.finish_reason.as_ref().is_some_and(|reason| !reason.0.is_empty()) {
                sink.finish();
            }
            sink.choice(choice.index);
        }
    }
}
