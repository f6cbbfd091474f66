//! Events in any order: nothing panics, and both assemblers agree.

use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use super::whole;
use crate::chat::assemble::{Assembler, FixedAssembler, FixedErrorReport, Limit};
use crate::chat::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope};

const TEXTS: &[&str] = &["", "a", "b", "ab", "{", "}", "{}", "\"", "ü"];

fn event() -> impl Strategy<Value = Event<'static>> {
    let text = proptest::sample::select(TEXTS);
    let fragment = proptest::sample::select(TEXTS.get(1..).unwrap());
    let piece = prop_oneof![
        text.clone().prop_map(whole),
        (text, any::<bool>(), any::<bool>()).prop_map(|(text, first, last)| Piece { text, first, last }),
    ];
    let index = proptest::option::of(0u32..3);
    prop_oneof![
        4 => Just(Event::ChoiceStart),
        4 => (0u32..2).prop_map(|index| Event::ChoiceEnd { index }),
        6 => Just(Event::ToolCallStart),
        6 => index.prop_map(|index| Event::ToolCallEnd { index }),
        4 => fragment.clone().prop_map(Event::Content),
        1 => fragment.clone().prop_map(Event::Reasoning),
        1 => fragment.clone().prop_map(Event::Refusal),
        4 => fragment.prop_map(Event::ToolCallArguments),
        3 => piece.clone().prop_map(|piece| Event::ToolCallId(complete(piece))),
        3 => piece.clone().prop_map(|piece| Event::ToolCallName(complete(piece))),
        2 => piece.clone().prop_map(|piece| Event::FinishReason(complete(piece))),
        1 => piece.clone().prop_map(Event::Role),
        1 => piece.clone().prop_map(Event::Logprobs),
        1 => piece.clone().prop_map(Event::Id),
        1 => (any::<bool>(), piece.clone()).prop_map(|(name, piece)| {
            let part = if name { ExtraPart::Name } else { ExtraPart::Value };
            Event::Extra(Extra { scope: Scope::ToolCall, part, piece })
        }),
        1 => piece.prop_map(|piece| Event::Error(ErrorMember::Message, piece)),
        1 => Just(Event::ErrorEnd),
        1 => Just(Event::ChunkEnd),
        1 => Just(Event::Done),
    ]
}

/// What both assemblers keep is compared, so those values come as a decoder hands them out.
fn complete(piece: Piece<'static>) -> Piece<'static> {
    whole(piece.text)
}

proptest! {
    #[test]
    #[cfg_attr(miri, ignore = "to make this many events takes proptest minutes")]
    fn both_assemblers_agree_on_anything(events in proptest::collection::vec(event(), 0..60)) {
        let mut grown = Assembler::default();
        let mut fixed = FixedAssembler::<256, 64, 256>::new();
        let mut report = FixedErrorReport::<256>::new();
        for event in &events {
            prop_assert_eq!(grown.push(event), Ok(()));
            prop_assert_eq!(fixed.push(event), Ok(()));
            report.push(event);
        }
        let completion = grown.into_completion();
        let choice = completion.choice(0).cloned().unwrap_or_default();
        prop_assert_eq!(fixed.content().whole(), Ok(choice.content.as_deref().unwrap_or("")));
        prop_assert_eq!(fixed.finish_reason().map(|reason| reason.beginning()), choice.finish_reason.as_deref());
        let kept: Vec<_> = fixed
            .tool_calls()
            .unwrap()
            .map(|call| (call.index, [call.id, call.name, call.arguments].map(|text| text.beginning().to_string())))
            .collect();
        let expected: Vec<_> =
            choice.tool_calls.into_iter().map(|call| (call.index, [call.id, call.name, call.arguments])).collect();
        prop_assert_eq!(kept, expected);
        let message = completion.error.and_then(|error| error.message).unwrap_or_default();
        prop_assert_eq!(report.message().map_or("", |message| message.beginning()), message);
    }

    #[test]
    #[cfg_attr(miri, ignore = "to make this many events takes proptest minutes")]
    fn no_more_text_is_kept_than_allowed(
        events in proptest::collection::vec(event(), 0..200),
        allowed in 0usize..1000,
    ) {
        let mut assembler = Assembler::new(allowed);
        for event in &events {
            let outcome = assembler.push(event);
            let is_expected = matches!(outcome, Ok(()) | Err(Limit::Bytes { .. }));
            prop_assert!(is_expected, "{:?}", outcome);
        }
        let completion = assembler.into_completion();
        let text: usize = completion
            .choices
            .iter()
            .chain(&completion.unbound)
            .map(|choice| {
                let texts = [&choice.role, &choice.content, &choice.refusal, &choice.reasoning, &choice.finish_reason];
                let own: usize = texts.into_iter().flatten().map(String::len).sum();
                let logprobs: usize = choice.logprobs.iter().map(String::len).sum();
                let calls: usize = choice
                    .tool_calls
                    .iter()
                    .map(|call| {
                        let extra: usize = call.extra.iter().map(|(name, value)| name.len() + value.len()).sum();
                        call.id.len() + call.name.len() + call.arguments.len() + extra
                    })
                    .sum();
                own + logprobs + calls
            })
            .sum();
        prop_assert!(text + completion.id.map_or(0, |id| id.len()) <= allowed);
    }

    /// Rolled back memory must not change what follows.
    #[test]
    #[cfg_attr(miri, ignore = "to make this many events takes proptest minutes")]
    fn other_choices_leave_no_trace(
        scopes in proptest::collection::vec((0u32..2, proptest::collection::vec(event(), 0..8)), 0..12),
    ) {
        let mut alone = FixedAssembler::<4, 2, 4, 2>::new();
        let mut among = alone.clone();
        for (index, mut events) in scopes {
            events.retain(is_within_a_choice);
            events.insert(0, Event::ChoiceStart);
            events.push(Event::ChoiceEnd { index });
            for event in &events {
                let outcome = among.push(event);
                let expected = if index == 0 { alone.push(event) } else { Ok(()) };
                prop_assert_eq!(outcome, expected);
            }
        }
        prop_assert_eq!(among.content(), alone.content());
        prop_assert_eq!(among.finish_reason(), alone.finish_reason());
        prop_assert!(among.kept_tool_calls().eq(alone.kept_tool_calls()));
    }
}

fn is_within_a_choice(event: &Event<'_>) -> bool {
    !matches!(event, Event::ChoiceStart | Event::ChoiceEnd { .. } | Event::ChunkEnd)
}
