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
    let call =
        |index, id, name, arguments| FragmentKind::ToolCall(ToolCallFragment { index, id, name, arguments });
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
        [call(Some(0), Some("call_1"), Some("add"), Some("{\"a\":1}")), call(None, None, None, Some("{}")),]
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
fn split(events: &[Event<'_>], choice: Option<u32>, call: Option<u32>) -> Vec<Vec<(Option<u32>, String)>> {
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
    for event in [Event::ToolCallArguments("67890"), Event::ToolCallEnd { index: None }, Event::ToolCallStart]
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
    assert_eq!(chunk.fragments().next().map(|fragment| fragment.kind), Some(FragmentKind::ToolCall(call)));
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
