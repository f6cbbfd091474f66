//! Gathers the decoder's events into chunks, binding choices and tool calls to their indices at the end of their
//! scope.

use choreoai_core::chat::{Event, ExtraPart, Piece};

use super::chunk::{ChatChunk, Span, SpanKind};
use crate::Error;
use crate::error::ErrorKind;

/// A chunk this large is handed out before its event has ended: at the next end of a choice, or within a text of a choice
/// whose index has come.
pub(super) const CHUNK_TARGET: usize = 1 << 20;
/// The most that is held of an event whose choice is not known yet, bookkeeping included.
pub(super) const HELD_LIMIT: usize = 64 << 20;

#[derive(Debug, Default)]
pub(super) struct ChunkBuilder {
    chunk: ChatChunk,
    /// Where the spans of the open choice and the open tool call begin.
    choice: Option<usize>,
    call: Option<usize>,
    /// The indices of both, if a part of them was handed out already.
    told_choice: Option<u32>,
    told_call: Option<u32>,
    /// The size of the last chunk's text: the next one is mostly alike.
    expected: usize,
    limit: Limits,
}

#[derive(Debug)]
pub(super) struct Limits {
    pub(super) target: usize,
    pub(super) held: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { target: CHUNK_TARGET, held: HELD_LIMIT }
    }
}

impl ChunkBuilder {
    #[cfg(test)]
    pub(super) fn with_limits(target: usize, held: usize) -> Self {
        Self { limit: Limits { target, held }, ..Self::default() }
    }

    /// Takes an event; gives a chunk when one is complete. Parts of error reports and `[DONE]` are no part of a
    /// chunk.
    pub(super) fn push(&mut self, event: Event<'_>) -> Result<Option<ChatChunk>, Error> {
        match event {
            Event::Id(piece) => self.piece(SpanKind::Id, piece)?,
            Event::Model(piece) => self.piece(SpanKind::Model, piece)?,
            Event::SystemFingerprint(piece) => self.piece(SpanKind::SystemFingerprint, piece)?,
            Event::ServiceTier(piece) => self.piece(SpanKind::ServiceTier, piece)?,
            Event::Role(piece) => self.piece(SpanKind::Role, piece)?,
            Event::FinishReason(piece) => self.piece(SpanKind::Finish, piece)?,
            Event::Logprobs(piece) => self.piece(SpanKind::Logprobs, piece)?,
            Event::ToolCallId(piece) => self.piece(SpanKind::CallId, piece)?,
            Event::ToolCallName(piece) => self.piece(SpanKind::CallName, piece)?,
            Event::Extra(extra) => match extra.part {
                ExtraPart::Name => self.piece(SpanKind::ExtraName(extra.scope), extra.piece)?,
                ExtraPart::Value => self.piece(SpanKind::ExtraValue(extra.scope), extra.piece)?,
            },
            Event::Content(text) => self.text(SpanKind::Content, text)?,
            Event::Reasoning(text) => self.text(SpanKind::Reasoning, text)?,
            Event::Refusal(text) => self.text(SpanKind::Refusal, text)?,
            Event::ToolCallArguments(text) => self.text(SpanKind::CallArguments, text)?,
            Event::Created(seconds) => self.chunk.created = Some(seconds),
            Event::Usage(usage) => self.chunk.usage = Some(Box::new(*usage)),
            Event::ChoiceStart => self.choice = Some(self.chunk.spans.len()),
            Event::ToolCallStart => self.call = Some(self.chunk.spans.len()),
            Event::ToolCallEnd { index } => {
                agree(self.told_call.take(), index)?;
                self.end_call(index);
            }
            Event::ChoiceEnd { index } => {
                agree(self.told_choice.take(), Some(index))?;
                self.end_choice(index);
                if self.chunk.text.len() >= self.limit.target {
                    return Ok(Some(self.take()));
                }
            }
            Event::ChunkEnd => return Ok(Some(self.take())),
            _ => {}
        }
        Ok(None)
    }

    /// Hands out what is held if that is large, for a choice and a tool call whose indices have come before they end.
    /// What follows of them makes another chunk.
    pub(super) fn split(&mut self, choice: Option<u32>, call: Option<u32>) -> Option<ChatChunk> {
        if self.chunk.text.len() < self.limit.target {
            return None;
        }
        self.choice?;
        let choice = self.told_choice.or(choice)?;
        let is_in_call = self.call.is_some();
        match self.chunk.spans.last()?.kind {
            SpanKind::CallArguments if self.call.is_some_and(|from| from < self.chunk.spans.len()) => {
                let call = self.told_call.or(call)?;
                self.end_call(Some(call));
                self.told_call = Some(call);
            }
            SpanKind::CallArguments | SpanKind::Content | SpanKind::Reasoning | SpanKind::Refusal => {}
            // Other values do not concatenate.
            _ => return None,
        }
        self.end_choice(choice);
        self.told_choice = Some(choice);
        let chunk = self.take();
        self.choice = Some(0);
        self.call = is_in_call.then_some(0);
        Some(chunk)
    }

    /// What is held of a chunk that will not be completed; `None` if that is nothing. Its open choice and tool call are bound
    /// if their indices have come, and else remain unbound.
    pub(super) fn take_rest(&mut self, choice: Option<u32>, call: Option<u32>) -> Option<ChatChunk> {
        if self.call.is_some() {
            self.end_call(self.told_call.or(call));
        }
        if self.choice.is_some()
            && let Some(index) = self.told_choice.or(choice)
        {
            self.end_choice(index);
        }
        Some(self.take()).filter(|rest| !rest.is_empty())
    }

    fn take(&mut self) -> ChatChunk {
        self.choice = None;
        self.call = None;
        self.expected = self.chunk.text.len().min(self.limit.target);
        std::mem::take(&mut self.chunk)
    }

    fn end_call(&mut self, index: Option<u32>) {
        let from = self.call.take().unwrap_or(self.chunk.spans.len());
        for span in self.chunk.spans.iter_mut().skip(from) {
            span.call = index;
        }
    }

    fn end_choice(&mut self, index: u32) {
        self.call = None;
        let from = self.choice.take().unwrap_or(self.chunk.spans.len());
        for span in self.chunk.spans.iter_mut().skip(from) {
            span.choice = u8::try_from(index).ok();
        }
    }

    /// A value that is replaced when it comes again.
    fn piece(&mut self, kind: SpanKind, piece: Piece<'_>) -> Result<(), Error> {
        if piece.first || self.chunk.spans.last().is_none_or(|last| last.kind != kind) {
            self.open(kind)?;
        }
        self.append(piece.text)?;
        if piece.last && self.last_is_empty() {
            self.chunk.spans.pop();
        }
        Ok(())
    }

    /// A text whose fragments concatenate.
    fn text(&mut self, kind: SpanKind, text: &str) -> Result<(), Error> {
        let scope = self.call.or(self.choice).unwrap_or(0);
        let continues =
            self.chunk.spans.len() > scope && self.chunk.spans.last().is_some_and(|last| last.kind == kind);
        if !continues {
            self.open(kind)?;
        }
        self.append(text)
    }

    fn open(&mut self, kind: SpanKind) -> Result<(), Error> {
        self.check(size_of::<Span>())?;
        let opens_call = self.call == Some(self.chunk.spans.len());
        // At most `HELD_LIMIT`.
        let end = self.chunk.text.len() as u32;
        self.chunk.spans.push(Span { end, kind, choice: None, call: None, opens_call });
        Ok(())
    }

    fn append(&mut self, text: &str) -> Result<(), Error> {
        self.check(text.len())?;
        if self.chunk.text.capacity() == 0 {
            // Like the last one, and some bytes more: one allocation for most chunks.
            self.chunk.text.reserve(text.len().max(self.expected.saturating_add(16)));
        }
        self.chunk.text.push_str(text);
        let end = self.chunk.text.len() as u32;
        if let Some(last) = self.chunk.spans.last_mut() {
            last.end = end;
        }
        Ok(())
    }

    fn last_is_empty(&self) -> bool {
        let mut ends = self.chunk.spans.iter().rev().map(|span| span.end);
        ends.next() == Some(ends.next().unwrap_or(0))
    }

    fn check(&self, more: usize) -> Result<(), Error> {
        let held = self.chunk.text.len() + self.chunk.spans.len() * size_of::<Span>();
        if held.saturating_add(more) > self.limit.held {
            return Err(Error::new(
                ErrorKind::Limit,
                format!(
                    "one event of the answer holds more than {} MiB before it says which choice that belongs to",
                    self.limit.held >> 20
                ),
            ));
        }
        Ok(())
    }
}

/// Refuses an index that contradicts the one under which a part was handed out.
fn agree(told: Option<u32>, index: Option<u32>) -> Result<(), Error> {
    if told.is_some_and(|told| index != Some(told)) {
        let message = "the server contradicts itself about the choice or tool call that a text belongs to";
        return Err(Error::new(ErrorKind::Protocol, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use choreoai_core::chat::{Count, Usage};

    use super::super::chunk::{Fragment, FragmentKind, ToolCallFragment};
    use super::*;

    fn whole(text: &str) -> Piece<'_> {
        Piece { text, first: true, last: true }
    }

    fn only_chunk(events: &[Event<'_>]) -> ChatChunk {
        let mut builder = ChunkBuilder::default();
        let mut chunks: Vec<_> =
            events.iter().filter_map(|&event| builder.push(event).expect("within limits")).collect();
        chunks.extend(builder.take_rest(None, None));
        assert_eq!(chunks.len(), 1);
        chunks.remove(0)
    }

    /// The choice and a short transcript of each fragment.
    fn transcript(chunk: &ChatChunk) -> Vec<(Option<u32>, String)> {
        chunk.fragments().map(|Fragment { choice, kind }| (choice, format!("{kind:?}"))).collect()
    }

    #[test]
    fn fragments_are_bound_at_the_end_of_their_choice() {
        let chunk = only_chunk(&[
            Event::Id(whole("id-1")),
            Event::ChoiceStart,
            Event::Role(whole("assistant")),
            Event::Content("Grü"),
            Event::Content("ße"),
            Event::ChoiceEnd { index: 1 },
            Event::ChoiceStart,
            Event::Content("Hi"),
            Event::FinishReason(whole("stop")),
            Event::ChoiceEnd { index: 0 },
            Event::Model(whole("gpt-4")),
            Event::ChunkEnd,
        ]);
        assert_eq!(
            transcript(&chunk),
            [
                (Some(1), "Role(\"assistant\")".to_owned()),
                (Some(1), "Content(\"Grüße\")".to_owned()),
                (Some(0), "Content(\"Hi\")".to_owned()),
                (Some(0), "Finish(\"stop\")".to_owned()),
            ]
        );
        assert_eq!(chunk.text(), "Hi");
        assert_eq!(chunk.id(), Some("id-1"));
        assert_eq!(chunk.model(), Some("gpt-4"));
    }

    #[test]
    fn text_of_two_choices_is_not_joined() {
        let chunk = only_chunk(&[
            Event::ChoiceStart,
            Event::Content("a"),
            Event::ChoiceEnd { index: 0 },
            Event::ChoiceStart,
            Event::Content("b"),
            Event::ChoiceEnd { index: 1 },
            Event::ChunkEnd,
        ]);
        assert_eq!(chunk.text(), "a");
        assert_eq!(chunk.fragments().count(), 2);
    }

    #[test]
    fn content_around_something_else_is_still_one_text() {
        let chunk = only_chunk(&[
            Event::ChoiceStart,
            Event::Content("a"),
            Event::Reasoning("hm"),
            Event::Content("b"),
            Event::ChoiceEnd { index: 0 },
            Event::ChunkEnd,
        ]);
        assert_eq!(chunk.text(), "ab");
    }

    #[test]
    fn a_cut_choice_is_unbound() {
        let chunk = only_chunk(&[Event::ChoiceStart, Event::Content("lost")]);
        assert_eq!(transcript(&chunk), [(None, "Content(\"lost\")".to_owned())]);
        assert_eq!(chunk.text(), "");
    }

    #[test]
    fn tool_calls_join_their_members() {
        let call = |index, id, name, arguments| {
            FragmentKind::ToolCall(ToolCallFragment { index, id, name, arguments })
        };
        let chunk = only_chunk(&[
            Event::ChoiceStart,
            Event::ToolCallStart,
            Event::ToolCallId(whole("call_1")),
            Event::ToolCallName(whole("add")),
            Event::ToolCallArguments("{\"a\""),
            Event::ToolCallArguments(":1}"),
            Event::ToolCallEnd { index: Some(0) },
            Event::ToolCallStart,
            Event::ToolCallId(whole("")),
            Event::ToolCallArguments("{}"),
            Event::ToolCallEnd { index: None },
            Event::ChoiceEnd { index: 0 },
            Event::ChunkEnd,
        ]);
        assert_eq!(
            chunk.fragments().map(|fragment| fragment.kind).collect::<Vec<_>>(),
            [
                call(Some(0), Some("call_1"), Some("add"), Some("{\"a\":1}")),
                call(None, None, None, Some("{}")),
            ]
        );
    }

    #[test]
    fn a_member_that_comes_twice_in_a_call_is_not_lost() {
        let chunk = only_chunk(&[
            Event::ChoiceStart,
            Event::ToolCallStart,
            Event::ToolCallArguments("{\"a\""),
            Event::ToolCallName(whole("add")),
            Event::ToolCallArguments(":1}"),
            Event::ToolCallEnd { index: Some(2) },
            Event::ChoiceEnd { index: 0 },
            Event::ChunkEnd,
        ]);
        let calls = chunk.fragments().map(|fragment| match fragment.kind {
            FragmentKind::ToolCall(call) => (call.index, call.name, call.arguments),
            other => panic!("{other:?}"),
        });
        assert_eq!(
            calls.collect::<Vec<_>>(),
            [(Some(2), Some("add"), Some("{\"a\"")), (Some(2), None, Some(":1}"))]
        );
    }

    #[test]
    fn a_value_in_pieces_is_joined_and_a_repeated_one_replaced() {
        let chunk = only_chunk(&[
            Event::Id(whole("first")),
            Event::Id(Piece { text: "sec", first: true, last: false }),
            Event::Id(Piece { text: "ond", first: false, last: true }),
            Event::ChunkEnd,
        ]);
        assert_eq!(chunk.id(), Some("second"));
    }

    #[test]
    fn events_come_out_as_they_went_in() {
        let usage = Usage::default().with(Count::Total, 3);
        let events = [
            Event::Id(whole("id-1")),
            Event::ChoiceStart,
            Event::Role(whole("assistant")),
            Event::ToolCallStart,
            Event::ToolCallName(whole("f")),
            Event::ToolCallEnd { index: Some(0) },
            Event::ToolCallStart,
            Event::ToolCallName(whole("g")),
            Event::ToolCallEnd { index: Some(0) },
            Event::ChoiceEnd { index: 0 },
            Event::ChoiceStart,
            Event::Content("b"),
            Event::ChoiceEnd { index: 1 },
            Event::Created(7),
            Event::Usage(&usage),
            Event::ChunkEnd,
        ];
        let chunk = only_chunk(&events);
        let mut again = Vec::new();
        chunk.events(|event| again.push(event));
        assert_eq!(again, events);
    }

    #[test]
    fn a_large_event_yields_several_chunks() {
        let mut builder = ChunkBuilder::with_limits(4, 1000);
        let mut chunks = 0;
        for index in 0..3 {
            for event in [Event::ChoiceStart, Event::Content("12345"), Event::ChoiceEnd { index }] {
                chunks += usize::from(builder.push(event).unwrap().is_some());
            }
        }
        assert_eq!(chunks, 3);
    }

    /// The fragments of a large event's chunks, where the indices have come before the text.
    fn split(
        events: &[Event<'_>],
        choice: Option<u32>,
        call: Option<u32>,
    ) -> Vec<Vec<(Option<u32>, String)>> {
        let mut builder = ChunkBuilder::with_limits(4, 1000);
        let mut chunks = Vec::new();
        for &event in events {
            let chunk = builder.push(event).unwrap().or_else(|| builder.split(choice, call));
            chunks.extend(chunk.as_ref().map(transcript));
        }
        chunks.extend(builder.take_rest(None, None).as_ref().map(transcript));
        chunks
    }

    #[test]
    fn a_large_text_is_not_held_once_its_choice_is_known() {
        let events = [
            Event::ChoiceStart,
            Event::Content("12345"),
            Event::Content("67890"),
            Event::Reasoning("ab"),
            Event::ChoiceEnd { index: 3 },
            Event::ChunkEnd,
        ];
        let content = |text: &str| vec![(Some(3), format!("Content({text:?})"))];
        let reasoning = vec![(Some(3), "Reasoning(\"ab\")".to_owned())];
        assert_eq!(split(&events, Some(3), None), [content("12345"), content("67890"), reasoning]);
        assert_eq!(split(&events, None, None).len(), 2, "the large one at its end, and an empty one");
    }

    #[test]
    fn large_arguments_are_not_held_once_their_call_is_known() {
        let events = [
            Event::ChoiceStart,
            Event::ToolCallStart,
            Event::ToolCallName(whole("long name")),
            Event::ToolCallArguments("12345"),
            Event::ToolCallArguments("67"),
            Event::ToolCallEnd { index: Some(2) },
            Event::ChoiceEnd { index: 3 },
            Event::ChunkEnd,
        ];
        let call = |name, arguments: &str| {
            let fragment = ToolCallFragment { index: Some(2), id: None, name, arguments: Some(arguments) };
            vec![(Some(3), format!("{:?}", FragmentKind::ToolCall(fragment)))]
        };
        assert_eq!(split(&events, Some(3), Some(2)), [call(Some("long name"), "12345"), call(None, "67")]);
        assert_eq!(split(&events, Some(3), None).len(), 2, "the large one at its end, and an empty one");
    }

    #[test]
    fn a_call_that_begins_after_a_large_text_is_not_lost() {
        let mut builder = ChunkBuilder::with_limits(4, 1000);
        builder.push(Event::ChoiceStart).unwrap();
        builder.push(Event::Content("12345")).unwrap();
        builder.push(Event::ToolCallStart).unwrap();
        assert_eq!(builder.split(Some(0), None).as_ref().map(|chunk| transcript(chunk).len()), Some(1));
        for event in
            [Event::ToolCallArguments("67890"), Event::ToolCallEnd { index: None }, Event::ToolCallStart]
        {
            builder.push(event).unwrap();
            assert_eq!(
                builder.split(Some(0), None).is_some(),
                event == Event::ToolCallEnd { index: None },
                "only a call that has ended may be without an index"
            );
        }
        builder.push(Event::ToolCallArguments("x")).unwrap();
        builder.push(Event::ToolCallEnd { index: Some(1) }).unwrap();
        let chunk = builder.take_rest(None, None).unwrap();
        let call = ToolCallFragment { index: Some(1), id: None, name: None, arguments: Some("x") };
        assert_eq!(
            chunk.fragments().next().map(|fragment| fragment.kind),
            Some(FragmentKind::ToolCall(call))
        );
    }

    #[test]
    fn what_is_cut_after_its_index_is_bound() {
        let rest = |choice, call| {
            let mut builder = ChunkBuilder::default();
            for event in
                [Event::ChoiceStart, Event::Content("x"), Event::ToolCallStart, Event::ToolCallArguments("{")]
            {
                builder.push(event).unwrap();
            }
            transcript(&builder.take_rest(choice, call).unwrap())
        };
        let expected = |choice: Option<u32>, index| {
            let call = ToolCallFragment { index, id: None, name: None, arguments: Some("{") };
            [(choice, "Content(\"x\")".to_owned()), (choice, format!("{:?}", FragmentKind::ToolCall(call)))]
        };
        assert_eq!(rest(Some(1), Some(2)), expected(Some(1), Some(2)));
        assert_eq!(rest(Some(1), None), expected(Some(1), None));
        assert_eq!(rest(None, Some(2)), expected(None, Some(2)));
        assert_eq!(rest(None, None), expected(None, None));
    }

    #[test]
    fn a_text_that_was_handed_out_keeps_its_index() {
        for (open, end) in [
            (Event::Content("12345"), Event::ChoiceEnd { index: 1 }),
            (Event::ToolCallArguments("12345"), Event::ToolCallEnd { index: Some(1) }),
            (Event::ToolCallArguments("12345"), Event::ToolCallEnd { index: None }),
        ] {
            let mut builder = ChunkBuilder::with_limits(4, 1000);
            for event in [Event::ChoiceStart, Event::ToolCallStart, open] {
                builder.push(event).unwrap();
            }
            assert!(builder.split(Some(0), Some(0)).is_some());
            assert_eq!(builder.push(end).unwrap_err().kind(), ErrorKind::Protocol);
        }
    }

    #[test]
    fn an_unbound_choice_has_a_limit() {
        let mut builder = ChunkBuilder::with_limits(4, 100);
        builder.push(Event::ChoiceStart).unwrap();
        builder.push(Event::Content(&"x".repeat(60))).unwrap();
        let error = builder.push(Event::Content(&"x".repeat(60))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert_eq!(builder.take_rest(None, None).map(|chunk| chunk.fragments().count()), Some(1));
    }

    #[test]
    fn most_chunks_stay_within_their_inline_spans() {
        let chunk = only_chunk(&[
            Event::Id(whole("id")),
            Event::Model(whole("m")),
            Event::SystemFingerprint(whole("fp")),
            Event::ChoiceStart,
            Event::Role(whole("assistant")),
            Event::Content("b"),
            Event::FinishReason(whole("stop")),
            Event::ChoiceEnd { index: 1 },
            Event::ChunkEnd,
        ]);
        assert!(!chunk.spans.spilled());
    }
}
