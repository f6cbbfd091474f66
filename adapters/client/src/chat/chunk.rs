//! A chunk of a streamed answer.

use std::borrow::Cow;
use std::fmt;

use choreoai_core::chat::{Event, Extra, ExtraPart, Piece, Scope, Usage};
use smallvec::SmallVec;

/// What one event of the stream brought.
///
/// It owns its text, in one buffer. An event of more than 1 MiB may come as several chunks.
#[derive(Clone, Default, PartialEq)]
pub struct ChatChunk {
    /// The text of all spans, one after the other.
    pub(super) text: String,
    pub(super) spans: SmallVec<[Span; 6]>,
    pub(super) created: Option<u64>,
    pub(super) usage: Option<Box<Usage>>,
}

/// What a stretch of the text is; it begins where the one before it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) end: u32,
    pub(super) kind: SpanKind,
    /// Known once the choice has ended.
    pub(super) choice: Option<u8>,
    /// The index of the tool call, once it has ended with one.
    pub(super) call: Option<u32>,
    /// Whether a tool call begins here.
    pub(super) opens_call: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum SpanKind {
    Id,
    Model,
    SystemFingerprint,
    ServiceTier,
    Role,
    Content,
    Reasoning,
    Refusal,
    Finish,
    Logprobs,
    CallId,
    CallName,
    CallArguments,
    ExtraName(Scope),
    ExtraValue(Scope),
}

impl SpanKind {
    /// Whether it stands inside a choice.
    fn in_choice(self) -> bool {
        !matches!(
            self,
            Self::Id
                | Self::Model
                | Self::SystemFingerprint
                | Self::ServiceTier
                | Self::ExtraName(Scope::Chunk)
                | Self::ExtraValue(Scope::Chunk)
        )
    }

    fn in_call(self) -> bool {
        matches!(
            self,
            Self::CallId
                | Self::CallName
                | Self::CallArguments
                | Self::ExtraName(Scope::ToolCall)
                | Self::ExtraValue(Scope::ToolCall)
        )
    }
}

impl ChatChunk {
    /// The content of choice 0; borrowed unless something else stands in its middle. Empty when the chunk brought
    /// none.
    ///
    /// Content whose choice is not known (the answer was cut before its index) is not counted as choice 0's; it is
    /// among the [`fragments`](Self::fragments).
    pub fn text(&self) -> Cow<'_, str> {
        let mut contents = self.fragments().filter_map(|fragment| match fragment {
            Fragment { choice: Some(0), kind: FragmentKind::Content(text) } => Some(text),
            _ => None,
        });
        let mut text = Cow::Borrowed(contents.next().unwrap_or_default());
        for more in contents {
            text.to_mut().push_str(more);
        }
        text
    }

    /// All fragments, in the order of the wire. Neighbouring text of the same kind is one fragment.
    pub fn fragments(&self) -> Fragments<'_> {
        Fragments { spans: self.spans() }
    }

    /// The completion's id.
    pub fn id(&self) -> Option<&str> {
        self.last(SpanKind::Id)
    }

    /// The name of the model that answers.
    pub fn model(&self) -> Option<&str> {
        self.last(SpanKind::Model)
    }

    /// When the completion was created, in whole seconds of Unix time.
    pub fn created(&self) -> Option<u64> {
        self.created
    }

    /// The configuration of the backend that answers.
    pub fn system_fingerprint(&self) -> Option<&str> {
        self.last(SpanKind::SystemFingerprint)
    }

    /// The tier that serves the request.
    pub fn service_tier(&self) -> Option<&str> {
        self.last(SpanKind::ServiceTier)
    }

    /// Token counts, if they came with this chunk.
    pub fn usage(&self) -> Option<&Usage> {
        self.usage.as_deref()
    }

    /// Gives the chunk's events once more, as the decoder gave them, for instance to an assembler. A choice whose
    /// index never came has no [`Event::ChoiceEnd`].
    pub fn events<'c>(&'c self, mut take: impl FnMut(Event<'c>)) {
        let mut choice: Option<Option<u8>> = None;
        let mut call: Option<Option<u32>> = None;
        for (span, text) in self.spans() {
            if call.is_some() && (span.opens_call || !span.kind.in_call()) {
                end_call(&mut call, &mut take);
            }
            if choice.is_some_and(|open| open != span.choice || !span.kind.in_choice()) {
                end_choice(&mut choice, &mut take);
            }
            if choice.is_none() && span.kind.in_choice() {
                take(Event::ChoiceStart);
                choice = Some(span.choice);
            }
            if span.opens_call {
                take(Event::ToolCallStart);
                call = Some(span.call);
            }
            take(event(span.kind, text));
        }
        end_call(&mut call, &mut take);
        end_choice(&mut choice, &mut take);
        if let Some(created) = self.created {
            take(Event::Created(created));
        }
        if let Some(usage) = &self.usage {
            take(Event::Usage(usage));
        }
        take(Event::ChunkEnd);
    }

    /// Whether the event brought nothing that is known.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty() && self.usage.is_none() && self.created.is_none()
    }

    fn spans(&self) -> Spans<'_> {
        Spans { text: &self.text, spans: self.spans.iter(), start: 0 }
    }

    fn last(&self, kind: SpanKind) -> Option<&str> {
        self.spans().filter(|(span, _)| span.kind == kind).last().map(|(_, text)| text)
    }
}

impl fmt::Debug for ChatChunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatChunk")
            .field("id", &self.id())
            .field("model", &self.model())
            .field("fragments", &self.fragments().collect::<Vec<_>>())
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}

/// A piece of an answer, within a [`ChatChunk`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fragment<'c> {
    /// Which choice it belongs to; `None` when the answer was cut before the choice's index came.
    pub choice: Option<u32>,
    /// What it is.
    pub kind: FragmentKind<'c>,
}

/// What a [`Fragment`] is. Its text is never empty.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum FragmentKind<'c> {
    /// Who speaks; may be repeated on each chunk.
    Role(&'c str),
    /// A piece of the answer's text.
    Content(&'c str),
    /// A piece of the model's reasoning.
    Reasoning(&'c str),
    /// A piece of a refusal.
    Refusal(&'c str),
    /// A piece of a tool call.
    ToolCall(ToolCallFragment<'c>),
    /// Why the choice ended; the last one counts.
    Finish(&'c str),
    /// The log probabilities of the choice's tokens, as JSON text; only when the request asks for them.
    Logprobs(&'c str),
    /// A member that the schema does not know; only when asked for.
    Extra(ExtraMember<'c>),
}

/// A piece of a tool call; at least one of `id`, `name` and `arguments` is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolCallFragment<'c> {
    /// Which call of the choice it belongs to; `None` when the server did not say.
    pub index: Option<u32>,
    /// The id of the call.
    pub id: Option<&'c str>,
    /// The name of the function.
    pub name: Option<&'c str>,
    /// A piece of the arguments: JSON text that the model wrote, which may be invalid.
    pub arguments: Option<&'c str>,
}

/// A member that the schema does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtraMember<'c> {
    /// The object it was found in.
    pub scope: Scope,
    /// The index of the tool call it was found in, if the server said it.
    pub tool_call: Option<u32>,
    /// Its name, unescaped.
    pub name: &'c str,
    /// Its value, as JSON text.
    pub value: &'c str,
}

/// The fragments of a [`ChatChunk`], in the order of the wire.
#[derive(Clone)]
pub struct Fragments<'c> {
    spans: Spans<'c>,
}

impl<'c> Iterator for Fragments<'c> {
    type Item = Fragment<'c>;

    fn next(&mut self) -> Option<Fragment<'c>> {
        loop {
            let (span, text) = self.spans.next()?;
            let kind = match span.kind {
                SpanKind::Id | SpanKind::Model | SpanKind::SystemFingerprint | SpanKind::ServiceTier => {
                    continue;
                }
                SpanKind::Role => FragmentKind::Role(text),
                SpanKind::Content => FragmentKind::Content(text),
                SpanKind::Reasoning => FragmentKind::Reasoning(text),
                SpanKind::Refusal => FragmentKind::Refusal(text),
                SpanKind::Finish => FragmentKind::Finish(text),
                SpanKind::Logprobs => FragmentKind::Logprobs(text),
                SpanKind::CallId | SpanKind::CallName | SpanKind::CallArguments => {
                    FragmentKind::ToolCall(self.tool_call(span, text))
                }
                SpanKind::ExtraName(scope) => {
                    let value = self.spans.next_if(|next| matches!(next.kind, SpanKind::ExtraValue(_)));
                    let Some(value) = value else { continue };
                    FragmentKind::Extra(ExtraMember { scope, tool_call: span.call, name: text, value })
                }
                // The value of a member without a name.
                SpanKind::ExtraValue(scope) => {
                    FragmentKind::Extra(ExtraMember { scope, tool_call: span.call, name: "", value: text })
                }
            };
            return Some(Fragment { choice: span.choice.map(u32::from), kind });
        }
    }
}

impl<'c> Fragments<'c> {
    /// Joins the members of one tool call that follow each other.
    fn tool_call(&mut self, first: Span, text: &'c str) -> ToolCallFragment<'c> {
        let mut fragment = ToolCallFragment { index: first.call, ..ToolCallFragment::default() };
        *member(&mut fragment, first.kind) = Some(text);
        while let Some(next) = self.spans.peek() {
            let joins = !next.opens_call
                && matches!(next.kind, SpanKind::CallId | SpanKind::CallName | SpanKind::CallArguments)
                && member(&mut fragment, next.kind).is_none();
            if !joins {
                break;
            }
            *member(&mut fragment, next.kind) = self.spans.next().map(|(_, text)| text);
        }
        fragment
    }
}

fn member<'f, 'c>(fragment: &'f mut ToolCallFragment<'c>, kind: SpanKind) -> &'f mut Option<&'c str> {
    match kind {
        SpanKind::CallId => &mut fragment.id,
        SpanKind::CallName => &mut fragment.name,
        _ => &mut fragment.arguments,
    }
}

impl fmt::Debug for Fragments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// The spans with their text.
#[derive(Clone)]
struct Spans<'c> {
    text: &'c str,
    spans: std::slice::Iter<'c, Span>,
    start: usize,
}

impl<'c> Spans<'c> {
    fn peek(&self) -> Option<Span> {
        self.spans.as_slice().first().copied()
    }

    fn next_if(&mut self, accept: impl FnOnce(Span) -> bool) -> Option<&'c str> {
        self.peek().filter(|&span| accept(span))?;
        self.next().map(|(_, text)| text)
    }
}

impl<'c> Iterator for Spans<'c> {
    type Item = (Span, &'c str);

    fn next(&mut self) -> Option<Self::Item> {
        let span = *self.spans.next()?;
        let end = span.end as usize;
        let text = self.text.get(self.start..end).unwrap_or_default();
        self.start = end;
        Some((span, text))
    }
}

fn event(kind: SpanKind, text: &str) -> Event<'_> {
    let piece = Piece { text, first: true, last: true };
    match kind {
        SpanKind::Id => Event::Id(piece),
        SpanKind::Model => Event::Model(piece),
        SpanKind::SystemFingerprint => Event::SystemFingerprint(piece),
        SpanKind::ServiceTier => Event::ServiceTier(piece),
        SpanKind::Role => Event::Role(piece),
        SpanKind::Content => Event::Content(text),
        SpanKind::Reasoning => Event::Reasoning(text),
        SpanKind::Refusal => Event::Refusal(text),
        SpanKind::Finish => Event::FinishReason(piece),
        SpanKind::Logprobs => Event::Logprobs(piece),
        SpanKind::CallId => Event::ToolCallId(piece),
        SpanKind::CallName => Event::ToolCallName(piece),
        SpanKind::CallArguments => Event::ToolCallArguments(text),
        SpanKind::ExtraName(scope) => Event::Extra(Extra { scope, part: ExtraPart::Name, piece }),
        SpanKind::ExtraValue(scope) => Event::Extra(Extra { scope, part: ExtraPart::Value, piece }),
    }
}

fn end_call<'c>(call: &mut Option<Option<u32>>, take: &mut impl FnMut(Event<'c>)) {
    if let Some(index) = call.take() {
        take(Event::ToolCallEnd { index });
    }
}

fn end_choice<'c>(choice: &mut Option<Option<u8>>, take: &mut impl FnMut(Event<'c>)) {
    if let Some(Some(index)) = choice.take() {
        take(Event::ChoiceEnd { index: u32::from(index) });
    }
}
