//! A choice in memory of fixed size.

use std::vec::Vec;

use super::{Fragment, call, chunk, pieces, whole};
use crate::chat::Event;
use crate::chat::assemble::{FixedAssembler, FixedToolCall, FixedValue, Overflow};

type Small = FixedAssembler<8, 2, 6, 4>;

fn overflow(value: FixedValue, capacity: usize) -> Overflow {
    Overflow { value, capacity }
}

/// Gives all events, and returns the overflows that were reported.
fn push<const T: usize, const C: usize, const A: usize, const L: usize>(
    assembler: &mut FixedAssembler<T, C, A, L>,
    events: &[Event<'_>],
) -> Vec<Overflow> {
    events.iter().filter_map(|event| assembler.push(event).err()).collect()
}

fn kept(call: FixedToolCall<'_>) -> (Option<u32>, &str, &str, &str) {
    (call.index, call.id.beginning(), call.name.beginning(), call.arguments.beginning())
}

#[test]
fn text_that_fits_exactly_is_whole_and_one_byte_more_is_not() {
    for (fragments, content, fits) in [
        (&["12345678"][..], "12345678", true),
        (&["1234", "5678"], "12345678", true),
        (&["12345678", "9"], "12345678", false),
        (&["123456789"], "12345678", false),
        (&["1234567ü"], "1234567", false),
        (&["12345ü", "7"], "12345ü7", true),
        (&["123456𝄞", "7"], "123456", false),
        (&["12345𝄞"], "12345", false),
        (&["ü𝄞", "ü"], "ü𝄞ü", true),
    ] {
        let expected = overflow(FixedValue::Content, 8);
        let mut assembler = Small::new();
        let events: Vec<_> = fragments.iter().flat_map(|text| chunk(0, &[Event::Content(text)])).collect();
        let reported = push(&mut assembler, &events);
        assert_eq!(reported.first(), (!fits).then_some(&expected), "{fragments:?}");
        assert_eq!(assembler.content().beginning(), content, "{fragments:?}");
        assert_eq!(
            assembler.content().whole(),
            if fits { Ok(content) } else { Err(expected) },
            "{fragments:?}"
        );
    }
}

#[test]
fn each_label_has_its_capacity() {
    let fitting =
        [call((Some(0), "id_4", "name", "{ \"\" }")), [Event::FinishReason(whole("stop"))].to_vec()].concat();
    let mut assembler = Small::new();
    assert_eq!(push(&mut assembler, &chunk(0, &fitting)), []);
    let calls: Vec<_> = assembler.tool_calls().unwrap().collect();
    assert_eq!(calls.iter().copied().map(kept).collect::<Vec<_>>(), [(Some(0), "id_4", "name", "{ \"\" }")]);
    assert_eq!(calls[0].arguments.whole(), Ok("{ \"\" }"));
    assert_eq!(assembler.finish_reason().unwrap().whole(), Ok("stop"));

    let cases: [(Fragment, FixedValue, usize); 3] = [
        ((None, "id__5", "name", "{}"), FixedValue::ToolCallId, 4),
        ((None, "id_4", "name5", "{}"), FixedValue::ToolCallName, 4),
        ((None, "id_4", "name", "{ \"\" } "), FixedValue::ToolCallArguments, 6),
    ];
    for (fragment, value, capacity) in cases {
        let mut assembler = Small::new();
        let expected = overflow(value, capacity);
        assert_eq!(push(&mut assembler, &chunk(0, &call(fragment))), [expected]);
        let call = assembler.tool_calls().unwrap().next().unwrap();
        let read = match value {
            FixedValue::ToolCallId => call.id,
            FixedValue::ToolCallName => call.name,
            _ => call.arguments,
        };
        assert_eq!(read.whole(), Err(expected));
        assert_eq!(read.beginning().len(), capacity);
    }

    let mut assembler = Small::new();
    let expected = overflow(FixedValue::FinishReason, 4);
    assert_eq!(push(&mut assembler, &chunk(0, &[Event::FinishReason(whole("length"))])), [expected]);
    assert_eq!(assembler.finish_reason().unwrap().whole(), Err(expected));
    assert_eq!(assembler.finish_reason().unwrap().beginning(), "leng");
}

#[test]
fn an_overflow_does_not_stop_the_rest() {
    let mut assembler = Small::new();
    let inner = [Event::Content("much too long"), Event::FinishReason(whole("stop"))];
    assert_eq!(push(&mut assembler, &chunk(0, &inner)), [overflow(FixedValue::Content, 8)]);
    assert_eq!(push(&mut assembler, &chunk(0, &call((None, "a", "f", "{}")))), []);
    assert_eq!(push(&mut assembler, &chunk(0, &[Event::Content("!")])), [overflow(FixedValue::Content, 8)]);
    assert_eq!(assembler.content().beginning(), "much too");
    assert_eq!(assembler.finish_reason().unwrap().whole(), Ok("stop"));
    assert_eq!(assembler.tool_calls().unwrap().count(), 1);
}

#[test]
fn arguments_that_overflow_still_end_where_they_end() {
    let mut assembler = Small::new();
    let events =
        [chunk(0, &call((Some(0), "", "f", "{\"x\": 1}"))), chunk(0, &call((Some(0), "", "f", "{}")))]
            .concat();
    assert_eq!(push(&mut assembler, &events), [overflow(FixedValue::ToolCallArguments, 6)]);
    let calls: Vec<_> = assembler.kept_tool_calls().map(kept).collect();
    assert_eq!(calls, [(Some(0), "", "f", "{\"x\": "), (Some(0), "", "f", "{}")]);
}

#[test]
fn what_continues_a_lost_call_is_lost_too() {
    let mut assembler = FixedAssembler::<0, 1, 8>::new();
    let lost = overflow(FixedValue::ToolCalls, 1);
    assert_eq!(push(&mut assembler, &chunk(0, &call((None, "a", "f", "{")))), []);
    assert_eq!(push(&mut assembler, &chunk(0, &call((None, "b", "g", "[")))), [lost]);
    assert_eq!(push(&mut assembler, &chunk(0, &call((None, "", "", "]")))), [lost]);
    assert_eq!(push(&mut assembler, &chunk(0, &call((None, "a", "", "}")))), []);
    assert_eq!(assembler.tool_calls().err(), Some(lost));
    let calls: Vec<_> = assembler.kept_tool_calls().map(kept).collect();
    assert_eq!(calls, [(None, "a", "f", "{}")]);
}

#[test]
fn takes_back_what_belongs_to_another_choice() {
    let own = [
        vec(&[Event::Content("own")]),
        call((Some(0), "a", "f", "{")),
        vec(&[Event::FinishReason(whole("stop"))]),
    ]
    .concat();
    let foreign = [
        vec(&[Event::Content("foreign, and too long")]),
        call((Some(0), "a", "f", "1}")),
        call((Some(0), "", "wrong", "")),
        call((Some(1), "b", "g", "much too long")),
        call((Some(2), "c", "h", "{}")),
        vec(&[Event::FinishReason(whole("length"))]),
    ]
    .concat();
    for index in [0, 1] {
        let other = 1 - index;
        for events in [
            [chunk(index, &own), chunk(other, &foreign)].concat(),
            [chunk(other, &foreign), chunk(index, &own)].concat(),
            [chunk(other, &foreign), chunk(index, &own), chunk(other, &foreign)].concat(),
        ] {
            let mut assembler = Small::of_choice(index);
            assert_eq!(push(&mut assembler, &events), []);
            assert_eq!(push(&mut assembler, &chunk(index, &call((Some(0), "", "", "}")))), []);
            assert_eq!(assembler.content().whole(), Ok("own"));
            assert_eq!(assembler.unbound_content().whole(), Ok(""));
            assert_eq!(assembler.finish_reason().unwrap().whole(), Ok("stop"));
            let calls: Vec<_> = assembler.tool_calls().unwrap().map(kept).collect();
            assert_eq!(calls, [(Some(0), "a", "f", "{}")]);
        }
    }
}

#[test]
fn a_choice_that_was_cut_is_unbound() {
    let mut assembler = Small::new();
    push(&mut assembler, &chunk(0, &[Event::Content("sure")]));
    let cut = [vec(&[Event::ChoiceStart, Event::Content("who")]), call((None, "a", "f", "{}"))].concat();
    assert_eq!(push(&mut assembler, &cut), []);
    assert_eq!(assembler.content().whole(), Ok("sure"));
    assert_eq!(assembler.unbound_content().whole(), Ok("who"));
    assert_eq!(assembler.tool_calls().unwrap().count(), 0);

    push(&mut assembler, &[Event::Content("ever")]);
    assert_eq!(assembler.content().whole(), Ok("sure"));
    assert_eq!(assembler.unbound_content().whole(), Err(overflow(FixedValue::Content, 8)));
    assert_eq!(assembler.unbound_content().beginning(), "whoe");

    push(&mut assembler, &[Event::ChunkEnd]);
    assert_eq!(assembler.unbound_content().whole(), Ok(""));
    assert_eq!(push(&mut assembler, &chunk(0, &[Event::Content("ly")])), []);
    assert_eq!(assembler.content().whole(), Ok("surely"));
}

#[test]
fn events_out_of_place_are_harmless() {
    let stray = [
        Event::ChoiceEnd { index: 0 },
        Event::Content("stray"),
        Event::FinishReason(whole("stray")),
        Event::ToolCallStart,
        Event::ToolCallArguments("stray"),
        Event::ToolCallEnd { index: None },
        Event::ErrorEnd,
        Event::Done,
    ];
    let mut assembler = Small::new();
    assert_eq!(push(&mut assembler, &stray), []);
    let in_choice = [
        Event::ToolCallId(whole("stray")),
        Event::ToolCallArguments("stray"),
        Event::ToolCallEnd { index: Some(3) },
    ];
    assert_eq!(push(&mut assembler, &chunk(0, &in_choice)), []);
    assert_eq!(assembler.content().whole(), Ok(""));
    assert_eq!(assembler.finish_reason(), None);
    assert_eq!(assembler.tool_calls().unwrap().count(), 0);
}

#[test]
fn values_in_pieces_and_the_last_that_is_not_empty() {
    for cuts in [&[][..], &[2], &[0], &[4], &[1, 2, 3]] {
        let mut inner = vec(&[Event::FinishReason(whole("eos"))]);
        inner.extend(pieces("stop", cuts).into_iter().map(Event::FinishReason));
        inner.extend([Event::FinishReason(whole("")), Event::ToolCallStart]);
        inner.extend(pieces("id_4", cuts).into_iter().map(Event::ToolCallId));
        inner.extend(pieces("name", cuts).into_iter().map(Event::ToolCallName));
        inner.extend([Event::ToolCallName(whole("")), Event::ToolCallEnd { index: None }]);
        let mut assembler = Small::new();
        assert_eq!(push(&mut assembler, &chunk(0, &inner)), [], "cut at {cuts:?}");
        assert_eq!(push(&mut assembler, &chunk(0, &[Event::FinishReason(whole(""))])), []);
        assert_eq!(assembler.finish_reason().unwrap().whole(), Ok("stop"), "cut at {cuts:?}");
        let calls: Vec<_> = assembler.tool_calls().unwrap().map(kept).collect();
        assert_eq!(calls, [(None, "id_4", "name", "")], "cut at {cuts:?}");
    }
}

#[test]
fn takes_the_memory_it_states() {
    assert!(size_of::<FixedAssembler<1024, 4, 256, 64>>() <= 1024 + 5 * (256 + 2 * 64 + 160) + 2 * 64 + 160);
}

fn vec<'e>(events: &[Event<'e>]) -> Vec<Event<'e>> {
    events.to_vec()
}
