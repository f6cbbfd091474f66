//! The assembler in growable memory.

use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::chat::{ErrorMember, Event, Extra, ExtraPart, Piece, Scope, Usage};

pub(super) fn whole(text: &str) -> Piece<'_> {
    Piece { text, first: true, last: true }
}

/// A fragment of a tool call: index, id, name, arguments.
pub(super) type Fragment = (Option<u32>, &'static str, &'static str, &'static str);

/// The events of a fragment, in this gateway's order. What is empty is sent as `""`.
pub(super) fn call_events((index, id, name, arguments): Fragment) -> Vec<Event<'static>> {
    let mut events =
        vec![Event::ToolCallStart, Event::ToolCallId(whole(id)), Event::ToolCallName(whole(name))];
    if !arguments.is_empty() {
        events.push(Event::ToolCallArguments(arguments));
    }
    events.push(Event::ToolCallEnd { index });
    events
}

pub(super) fn choice<'e>(index: u32, inner: &[Event<'e>]) -> Vec<Event<'e>> {
    let mut events = vec![Event::ChoiceStart];
    events.extend(inner);
    events.extend([Event::ChoiceEnd { index }, Event::ChunkEnd]);
    events
}

fn assemble(events: &[Event<'_>]) -> Completion {
    let mut assembler = Assembler::default();
    for event in events {
        assembler.push(event).unwrap();
    }
    assembler.into_completion()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_string())
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
    let usage = Usage {
        prompt_tokens: Some(3),
        completion_tokens: Some(2),
        total_tokens: Some(5),
        ..Usage::default()
    };
    let mut events = head.to_vec();
    events.extend(choice(0, &[Event::Role(whole("assistant")), Event::Reasoning("hm")]));
    events.extend(head);
    events.extend(choice(0, &[Event::Reasoning("m"), Event::Content("Hello"), Event::Refusal("n")]));
    events.extend(choice(0, &[Event::Content(", world"), Event::Refusal("o")]));
    events.extend(choice(0, &[Event::FinishReason(whole("stop"))]));
    events.extend([Event::Usage(usage), Event::ChunkEnd, Event::Done]);

    let expected = Completion {
        id: text("chatcmpl-1"),
        model: text("gpt-4"),
        created: Some(1_750_000_000),
        system_fingerprint: text("fp_1"),
        service_tier: text("default"),
        choices: vec![Choice {
            index: Some(0),
            role: text("assistant"),
            content: text("Hello, world"),
            refusal: text("no"),
            reasoning: text("hmm"),
            finish_reason: text("stop"),
            ..Choice::default()
        }],
        usage: Some(usage),
        ..Completion::default()
    };
    assert_eq!(assemble(&events), expected);
}
