//! Whole answers in growable memory.

use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::{assemble, call, chunk, pieces, whole};
use crate::chat::assemble::{Assembler, Choice, Completion, Limit, MAX_CHOICES, MAX_TOOL_CALLS, ToolCall};
use crate::chat::{Count, Event, Extra, ExtraPart, Piece, Scope, Usage};

fn text(text: &str) -> Option<String> {
    Some(text.to_string())
}

fn choice(index: u32) -> Choice {
    Choice { index: Some(index), ..Choice::default() }
}

#[test]
fn builds_a_whole_answer_from_chunks() {
    let head = [
        Event::Id(whole("chatcmpl-1")),
        Event::Model(whole("gpt-4")),
        Event::Created(1_750_000_000),
        Event::SystemFingerprint(whole("fp_1")),
        Event::ServiceTier(whole("default")),
    ];
    let usage = Usage::default().with(Count::Prompt, 3).with(Count::Completion, 2).with(Count::Total, 5);
    let mut events = head.to_vec();
    events.extend(chunk(0, &[Event::Role(whole("assistant")), Event::Reasoning("hm")]));
    events.extend(head);
    events.extend(chunk(0, &[Event::Reasoning("m"), Event::Content("Hello"), Event::Refusal("n")]));
    events.extend(chunk(0, &[Event::Content(", world"), Event::Refusal("o")]));
    events.extend(chunk(0, &[Event::FinishReason(whole("stop"))]));
    events.extend([Event::Usage(&usage), Event::ChunkEnd, Event::Done]);

    let expected = Completion {
        id: text("chatcmpl-1"),
        model: text("gpt-4"),
        created: Some(1_750_000_000),
        system_fingerprint: text("fp_1"),
        service_tier: text("default"),
        choices: vec![Choice {
            role: text("assistant"),
            content: text("Hello, world"),
            refusal: text("no"),
            reasoning: text("hmm"),
            finish_reason: text("stop"),
            ..choice(0)
        }],
        usage: Some(usage),
        ..Completion::default()
    };
    assert_eq!(assemble(&events), expected);
}

#[test]
fn keeps_the_first_or_the_last_of_a_value() {
    let usages = [0, 1, 2, 3, 4].map(|number| Usage::default().with(Count::Total, number));
    let mut events = vec![];
    for (number, value) in ["", "a", "", "b", ""].into_iter().enumerate() {
        events.extend([
            Event::Id(whole(value)),
            Event::Model(whole(value)),
            Event::Created([0, 7, 0, 8, 9][number]),
            Event::SystemFingerprint(whole(value)),
            Event::ServiceTier(whole(value)),
            Event::Usage(&usages[number]),
        ]);
        events.extend(chunk(0, &[Event::Role(whole(value)), Event::FinishReason(whole(value))]));
    }
    let expected = Completion {
        id: text("a"),
        model: text("a"),
        created: Some(7),
        system_fingerprint: text("b"),
        service_tier: text("b"),
        choices: vec![Choice { role: text("b"), finish_reason: text("b"), ..choice(0) }],
        usage: Some(usages[4]),
        ..Completion::default()
    };
    assert_eq!(assemble(&events), expected);
}

#[test]
fn joins_values_that_come_in_pieces() {
    for cuts in [&[][..], &[3], &[0], &[8], &[2, 4, 6]] {
        let pieces = pieces("abcdefgh", cuts);
        let mut events: Vec<_> = pieces.iter().copied().map(Event::Id).collect();
        let mut inner: Vec<_> = pieces.iter().copied().map(Event::FinishReason).collect();
        inner.extend(pieces.iter().copied().map(Event::Logprobs));
        inner.push(Event::ToolCallStart);
        inner.extend(pieces.iter().copied().map(Event::ToolCallId));
        inner.extend(pieces.iter().copied().map(Event::ToolCallName));
        inner.push(Event::ToolCallEnd { index: None });
        events.extend(chunk(0, &inner));
        let expected = Completion {
            id: text("abcdefgh"),
            choices: vec![Choice {
                finish_reason: text("abcdefgh"),
                logprobs: vec!["abcdefgh".to_string()],
                tool_calls: vec![ToolCall {
                    id: "abcdefgh".to_string(),
                    name: "abcdefgh".to_string(),
                    ..ToolCall::default()
                }],
                ..choice(0)
            }],
            ..Completion::default()
        };
        assert_eq!(assemble(&events), expected, "cut at {cuts:?}");
    }
}

#[test]
fn of_duplicate_values_the_last_counts_and_a_cut_one_does_not() {
    let [begun, _] = pieces("length", &[3])[..] else { panic!() };
    let inner = [
        Event::FinishReason(whole("stop")),
        Event::FinishReason(begun),
        Event::FinishReason(whole("eos")),
        Event::FinishReason(begun),
    ];
    let completion = assemble(&chunk(0, &inner));
    assert_eq!(completion.choices, [Choice { finish_reason: text("eos"), ..choice(0) }]);
}

#[test]
fn keeps_one_value_of_logprobs_for_each_chunk() {
    let mut events = chunk(0, &[Event::Logprobs(whole("{\"content\":[1]}"))]);
    events.extend(chunk(0, &[Event::Content("x")]));
    events.extend(chunk(0, &[Event::Logprobs(whole("1")), Event::Logprobs(whole("{\"content\":[2]}"))]));
    let completion = assemble(&events);
    assert_eq!(completion.choices[0].logprobs, ["{\"content\":[1]}", "{\"content\":[2]}"]);
}

#[test]
fn tells_interleaved_choices_apart() {
    let one = chunk(1, &[Event::Content("b")]);
    let zero = chunk(0, &[Event::Content("a")]);
    let both = [&one[..], &zero, &zero, &one, &one, &zero].concat();
    let completion = assemble(&both);
    let expected =
        [Choice { content: text("aaa"), ..choice(0) }, Choice { content: text("bbb"), ..choice(1) }];
    assert_eq!(completion.choices, expected);
    assert_eq!(completion.choice(1), Some(&expected[1]));
    assert_eq!(completion.choice(2), None);
}

#[test]
fn two_choices_in_one_chunk() {
    let events = [
        Event::ChoiceStart,
        Event::Content("b"),
        Event::FinishReason(whole("stop")),
        Event::ChoiceEnd { index: 1 },
        Event::ChoiceStart,
        Event::ChoiceEnd { index: 0 },
        Event::ChunkEnd,
    ];
    let expected = [choice(0), Choice { content: text("b"), finish_reason: text("stop"), ..choice(1) }];
    assert_eq!(assemble(&events).choices, expected);
}

#[test]
fn keeps_a_choice_that_was_cut_apart() {
    let mut events = chunk(0, &[Event::Content("sure")]);
    events.extend([Event::ChoiceStart, Event::Content("who"), Event::FinishReason(whole("stop"))]);
    events.extend(call((Some(0), "a", "f", "{}")));
    events.extend([Event::ToolCallStart, Event::ToolCallArguments("{")]);
    let completion = assemble(&events);
    assert_eq!(completion.choices, [Choice { content: text("sure"), ..choice(0) }]);
    let whole_call = ToolCall {
        index: Some(0),
        id: "a".to_string(),
        name: "f".to_string(),
        arguments: "{}".to_string(),
        ..ToolCall::default()
    };
    let cut_call = ToolCall { arguments: "{".to_string(), ..ToolCall::default() };
    let unbound = Choice {
        content: text("who"),
        finish_reason: text("stop"),
        tool_calls: vec![whole_call, cut_call],
        ..Choice::default()
    };
    assert_eq!(completion.unbound, Some(unbound));
}

#[test]
fn a_choice_that_was_cut_before_anything_came_leaves_nothing() {
    assert_eq!(assemble(&[Event::ChoiceStart]), Completion::default());
    assert_eq!(assemble(&[Event::ChoiceStart, Event::ChunkEnd]), Completion::default());
}

#[test]
fn events_out_of_place_are_harmless() {
    let stray = [
        Event::ChoiceEnd { index: 0 },
        Event::Content("stray"),
        Event::Role(whole("stray")),
        Event::FinishReason(whole("stray")),
        Event::Logprobs(whole("stray")),
        Event::ToolCallStart,
        Event::ToolCallArguments("stray"),
        Event::ToolCallEnd { index: None },
        Event::ErrorEnd,
        Event::Done,
    ];
    let completion = assemble(&stray);
    assert!(completion.error.is_some());
    assert_eq!(Completion { error: None, ..completion }, Completion::default());

    let in_choice = [
        Event::ToolCallId(whole("stray")),
        Event::ToolCallName(whole("stray")),
        Event::ToolCallArguments("stray"),
        Event::ToolCallEnd { index: Some(3) },
    ];
    assert_eq!(assemble(&chunk(0, &in_choice)).choices, [choice(0)]);
}

#[test]
fn a_start_inside_an_open_choice_leaves_that_unbound() {
    let events = [
        Event::ChoiceStart,
        Event::Content("a"),
        Event::ChoiceStart,
        Event::Content("b"),
        Event::ChoiceEnd { index: 0 },
        Event::ChoiceEnd { index: 0 },
        Event::ChunkEnd,
    ];
    let completion = assemble(&events);
    assert_eq!(completion.choices, [Choice { content: text("b"), ..choice(0) }]);
    assert_eq!(completion.unbound, Some(Choice { content: text("a"), ..Choice::default() }));
}

#[test]
fn a_tool_call_without_its_end_has_no_index() {
    let inner = [
        Event::ToolCallStart,
        Event::ToolCallName(whole("f")),
        Event::ToolCallArguments("{}"),
        Event::ToolCallStart,
        Event::ToolCallName(whole("g")),
    ];
    let calls = &assemble(&chunk(0, &inner)).choices[0].tool_calls;
    let names: Vec<_> = calls.iter().map(|call| (call.index, call.name.as_str())).collect();
    assert_eq!(names, [(None, "f"), (None, "g")]);
}

fn extra(part: ExtraPart, piece: Piece<'_>) -> Event<'_> {
    Event::Extra(Extra { scope: Scope::ToolCall, part, piece })
}

#[test]
fn keeps_unknown_members_of_a_tool_call() {
    let signature = r#"{"google":{"thought_signature":"c2ln"}}"#;
    let mut first = vec![Event::ToolCallStart, Event::ToolCallId(whole("a"))];
    first.extend(pieces("extra_content", &[5]).into_iter().map(|piece| extra(ExtraPart::Name, piece)));
    first.extend(pieces(signature, &[10, 20]).into_iter().map(|piece| extra(ExtraPart::Value, piece)));
    first.extend([extra(ExtraPart::Name, whole("n")), extra(ExtraPart::Value, whole("1"))]);
    first.push(Event::ToolCallEnd { index: Some(0) });
    let later = [
        Event::ToolCallStart,
        extra(ExtraPart::Name, whole("n")),
        extra(ExtraPart::Value, whole("2")),
        Event::Extra(Extra { scope: Scope::Delta, part: ExtraPart::Name, piece: whole("other") }),
        Event::Extra(Extra { scope: Scope::Delta, part: ExtraPart::Value, piece: whole("3") }),
        Event::ToolCallEnd { index: Some(0) },
    ];
    let completion = assemble(&[chunk(0, &first), chunk(0, &later)].concat());
    let expected: BTreeMap<_, _> = [("extra_content", signature), ("n", "2")]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .into();
    assert_eq!(completion.choices[0].tool_calls[0].extra, expected);
}

#[test]
fn text_up_to_the_limit_is_taken_and_one_byte_more_is_an_error() {
    for (fragments, outcome) in [
        (&["12345", "67890"][..], Ok(())),
        (&["12345", "678901"], Err(Limit::Bytes { allowed: 10 })),
        (&["1234567890", "1"], Err(Limit::Bytes { allowed: 10 })),
    ] {
        let mut assembler = Assembler::new(10);
        let events: Vec<_> =
            fragments.iter().flat_map(|fragment| chunk(0, &[Event::Content(fragment)])).collect();
        let outcomes: Vec<_> = events.iter().map(|event| assembler.push(event)).collect();
        let reached = outcomes.iter().find(|outcome| outcome.is_err()).copied().unwrap_or(Ok(()));
        assert_eq!(reached, outcome, "{fragments:?}");
        let kept = if outcome.is_ok() { 2 } else { 1 };
        let content = assembler.into_completion().choices[0].content.clone();
        assert_eq!(content, Some(fragments[..kept].concat()), "{fragments:?}");
    }
}

#[test]
fn a_limit_is_sticky_and_leaves_what_came_before() {
    let mut assembler = Assembler::new(8);
    let limit = Err(Limit::Bytes { allowed: 8 });
    assert_eq!(assembler.push(&Event::ChoiceStart), Ok(()));
    assert_eq!(assembler.push(&Event::Content("12345678")), Ok(()));
    assert_eq!(assembler.push(&Event::Content("9")), limit);
    assert_eq!(assembler.push(&Event::ChoiceEnd { index: 0 }), limit);
    assert_eq!(assembler.push(&Event::Error(crate::chat::ErrorMember::Message, whole("busy"))), limit);
    assert_eq!(assembler.push(&Event::ErrorEnd), limit);
    let completion = assembler.into_completion();
    assert_eq!(completion.unbound, Some(Choice { content: text("12345678"), ..Choice::default() }));
    assert_eq!(completion.error.unwrap().message, text("busy"));
}

#[test]
fn what_is_replaced_or_joined_does_not_count_twice() {
    let mut inner = vec![Event::Role(whole("user")), Event::Role(whole("assistant"))];
    inner.extend(pieces("stop", &[2]).into_iter().map(Event::FinishReason));
    inner.extend([
        Event::ToolCallStart,
        Event::ToolCallId(whole("call_1")),
        Event::ToolCallName(whole("function")),
        extra(ExtraPart::Name, whole("extra_content")),
        extra(ExtraPart::Value, whole("\"signature\"")),
        Event::ToolCallEnd { index: Some(0) },
    ]);
    let mut chunk = chunk(0, &inner);
    chunk.extend([Event::Id(whole("chatcmpl-1")), Event::ServiceTier(whole("default"))]);
    let mut assembler = Assembler::new(1024);
    for _ in 0..if cfg!(miri) { 20 } else { 1000 } {
        for event in &chunk {
            assert_eq!(assembler.push(event), Ok(()));
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "each of many calls is compared with all before it")]
fn choices_and_tool_calls_are_bounded() {
    let mut assembler = Assembler::default();
    for index in 0..MAX_CHOICES as u32 {
        for event in chunk(index, &[]) {
            assembler.push(&event).unwrap();
        }
    }
    assembler.push(&Event::ChoiceStart).unwrap();
    assembler.push(&Event::Content("one more")).unwrap();
    assert_eq!(assembler.push(&Event::ChoiceEnd { index: u32::MAX }), Err(Limit::Choices));
    let completion = assembler.into_completion();
    assert_eq!(completion.choices.len(), MAX_CHOICES);
    assert_eq!(completion.unbound.unwrap().content, text("one more"));

    let mut assembler = Assembler::default();
    for index in 0..=MAX_TOOL_CALLS as u32 {
        let outcomes: Vec<_> =
            chunk(0, &call((Some(index), "", "f", ""))).iter().map(|event| assembler.push(event)).collect();
        let full = index == MAX_TOOL_CALLS as u32;
        assert_eq!(outcomes.contains(&Err(Limit::ToolCalls)), full, "call {index}");
    }
    assert_eq!(assembler.into_completion().choices[0].tool_calls.len(), MAX_TOOL_CALLS);
}

proptest! {
    /// Fragments may be cut anywhere, over chunks or within them.
    #[test]
    #[cfg_attr(miri, ignore = "to make text from a pattern takes proptest very long")]
    fn the_cut_of_the_text_does_not_matter(
        content in "\\PC{0,40}",
        arguments in "[{}\\[\\]\"\\\\a ]{0,20}",
        cuts in proptest::collection::vec((0usize..60, any::<bool>()), 0..12),
    ) {
        let at_once = answer(&[&content], &[&arguments], &[]);
        let new_chunk: Vec<_> = cuts.iter().map(|(_, new_chunk)| *new_chunk).collect();
        let cuts: Vec<_> = cuts.iter().map(|(cut, _)| *cut).collect();
        prop_assert_eq!(answer(&cut(&content, &cuts), &cut(&arguments, &cuts), &new_chunk), at_once);
    }
}

fn cut<'t>(text: &'t str, cuts: &[usize]) -> Vec<&'t str> {
    let mut cuts: Vec<_> = cuts.iter().copied().filter(|cut| text.is_char_boundary(*cut)).collect();
    cuts.sort_unstable();
    pieces(text, &cuts).into_iter().map(|piece| piece.text).collect()
}

/// The answer whose fragments come in these texts, with a new chunk before each of them where asked for.
fn answer(contents: &[&str], arguments: &[&str], new_chunk: &[bool]) -> Completion {
    let mut events = vec![Event::ChoiceStart];
    let mut new_chunks = new_chunk.iter();
    let mut maybe_cut = |events: &mut Vec<Event<'_>>, end: &[Event<'static>], start: &[Event<'static>]| {
        if new_chunks.next() == Some(&true) {
            events.extend_from_slice(end);
            events.extend([Event::ChoiceEnd { index: 0 }, Event::ChunkEnd, Event::ChoiceStart]);
            events.extend_from_slice(start);
        }
    };
    for fragment in contents.iter().filter(|fragment| !fragment.is_empty()) {
        maybe_cut(&mut events, &[], &[]);
        events.push(Event::Content(fragment));
    }
    events.extend([Event::ToolCallStart, Event::ToolCallName(whole("f"))]);
    for fragment in arguments.iter().filter(|fragment| !fragment.is_empty()) {
        maybe_cut(&mut events, &[Event::ToolCallEnd { index: Some(0) }], &[Event::ToolCallStart]);
        events.push(Event::ToolCallArguments(fragment));
    }
    events.extend([Event::ToolCallEnd { index: Some(0) }, Event::ChoiceEnd { index: 0 }, Event::ChunkEnd]);
    assemble(&events)
}
