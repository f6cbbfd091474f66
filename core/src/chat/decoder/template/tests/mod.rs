//! That events are followed, and which: that it changes nothing is checked with the transcripts.

mod kinds;
mod skipped;

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Mode, TemplateDecoder, TextTemplateDecoder};
use crate::chat::Decoder;
use crate::chat::event::Event;

/// How many of the events were compared to their end, and the text of them all. Each piece must give what it gives to a decoder without
/// a template.
fn followed(events: &[String], cut: usize) -> (usize, String) {
    let mut decoder = TemplateDecoder::<512, 64>::new();
    let mut plain = Decoder::<64>::with_scratch();
    let (mut followed, mut text) = (0, String::new());
    for event in events {
        let mut is_followed = true;
        for piece in event.as_bytes().chunks(cut) {
            let (mut told, mut expected) = (Told::default(), Told::default());
            let mut input = piece;
            while let Some(event) = decoder.next_event(&mut input) {
                if let Ok(Event::Content(fragment) | Event::ToolCallArguments(fragment)) = event {
                    text.push_str(fragment);
                }
                told.add(event);
                told.add_indices(decoder.choice_index(), decoder.tool_call_index());
                is_followed &= matches!(decoder.templated.mode, Mode::Following | Mode::Within { .. });
            }
            let mut input = piece;
            while let Some(event) = plain.next_event(&mut input) {
                expected.add(event);
                expected.add_indices(plain.choice_index(), plain.tool_call_index());
            }
            assert_eq!(told, expected, "of {piece:?}");
        }
        followed += usize::from(is_followed);
    }
    (followed, text)
}

/// Events, fragments merged, and the indices that are known then.
#[derive(Debug, Default, PartialEq)]
struct Told(Vec<String>, Vec<(Option<u32>, Option<u32>)>);

impl Told {
    fn add(&mut self, event: Result<Event<'_>, crate::Error>) {
        let (kind, fragment) = match event {
            Ok(Event::Content(fragment)) => ('c', fragment),
            Ok(Event::ToolCallArguments(fragment)) => ('a', fragment),
            _ => return self.0.push(format!("{event:?}")),
        };
        match self.0.last_mut() {
            Some(last) if last.starts_with(kind) => last.push_str(fragment),
            _ => self.0.push(format!("{kind}: {fragment}")),
        }
    }

    /// Of those that are of use: what is known of a choice or a call that is over is not told.
    fn add_indices(&mut self, choice: Option<u32>, call: Option<u32>) {
        let known = match self.0.last().and_then(|last| last.chars().next()) {
            Some('c') => (choice, None),
            Some('a') => (choice, call),
            _ => return,
        };
        self.1.resize(self.0.len(), known);
    }
}

/// All but the first few must be followed, whole and cut. `tokens` are the texts.
#[track_caller]
fn check(kept: usize, tokens: &[&str], event: impl Fn(usize, &str) -> String) {
    let events: Vec<String> = tokens.iter().enumerate().map(|(number, token)| event(number, token)).collect();
    for cut in [usize::MAX, 1, 7, 50] {
        let (followed, text) = followed(&events, cut);
        assert_eq!(text, tokens.concat());
        assert_eq!(followed, events.len() - kept, "in pieces of {cut}");
    }
}

/// Reads an event, which is fine; whether it was kept.
fn is_kept(decoder: &mut TemplateDecoder<512, 64>, event: &str) -> bool {
    let mut input = event.as_bytes();
    let mut is_kept = false;
    while let Some(event) = decoder.next_event(&mut input) {
        event.unwrap();
        is_kept |= matches!(decoder.templated.mode, Mode::Recording(_));
    }
    is_kept
}

const TOKENS: [&str; 12] =
    ["Es", " war", " ein", "mal", " ein", " K\u{f6}", "nig", ",", " der", " h", "at", "te"];

/// The first event is read, and begins what lasts; the second one is kept.
const KEPT: usize = 2;

#[test]
fn what_differs_in_its_text_alone() {
    check(KEPT, &TOKENS, |_, token| {
        format!(
            "data: {{\"id\":\"c-1\",\"created\":17,\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}}}}]}}\n\n"
        )
    });
}

/// What a decoder for text waits for may never come.
#[test]
fn an_answer_without_text_is_followed_too() {
    let mut decoder = TextTemplateDecoder::<512, 64>::new();
    let mut followed = 0;
    for token in TOKENS {
        let event = format!(
            "data: {{\"choices\": [{{\"delta\": {{\"tool_calls\": [{{\"function\": {{\"arguments\": \"{token}\"}}}}]}}}}]}}\n\n"
        );
        let mut input = event.as_bytes();
        let mut is_followed = true;
        while decoder.next_event(&mut input).is_some() {
            is_followed &= decoder.templated.mode == Mode::Following;
        }
        followed += usize::from(is_followed);
    }
    // One was let pass, one was the first, one is kept.
    assert_eq!(followed, TOKENS.len() - 3);
}

#[test]
fn carriage_returns() {
    check(KEPT, &TOKENS, |_, token| {
        format!("data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"index\": 0}}]}}\r\n\r\n")
    });
}

/// Each choice of a chunk gives its start and its end, the chunk its end, and one of them a text, which does not count.
#[test]
fn as_many_events_of_a_chunk_as_are_kept() {
    for (choices, is_kept) in [(11, true), (12, false)] {
        let others = ",{\"index\":1}".repeat(choices - 1);
        let events = TOKENS.map(|token| {
            format!(
                "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{token}\"}}}}{others}]}}\n\n"
            )
        });
        let expected = if is_kept { TOKENS.len() - KEPT } else { 0 };
        assert_eq!(followed(&events, usize::MAX), (expected, TOKENS.concat()), "{choices} choices");
    }
}

/// As many as are kept: the last part of the literal lies behind the last of them.
#[test]
fn four_values_may_differ() {
    check(KEPT, &TOKENS, |number, token| {
        let list = "[{}],".repeat(number);
        format!(
            "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"logprobs\": [{list}0]}}], \"p\": [{list}0], \
             \"usage\": {{\"total_tokens\": {number}}}}}\n\n"
        )
    });
}

/// An event with one more is not kept.
#[test]
fn five_values_are_too_many() {
    let lists = "\"a\": [0], \"b\": [0], \"c\": [0], \"d\": [0]";
    let events = TOKENS.map(|token| {
        format!("data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}}}], {lists}}}\n\n")
    });
    for cut in [usize::MAX, 1, 7, 50] {
        assert_eq!(followed(&events, cut), (0, TOKENS.concat()), "in pieces of {cut}");
    }
}

#[test]
fn token_counts_may_differ() {
    check(KEPT, &TOKENS, |number, token| {
        format!(
            "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}}}], \"usage\": {{\"total_tokens\": {number}}}}}\n\n"
        )
    });
}

#[test]
fn arguments_of_a_tool() {
    check(KEPT, &TOKENS, |_, token| {
        let call = format!("{{\"index\": 1, \"function\": {{\"arguments\": \"{token}\"}}}}");
        format!("data: {{\"choices\": [{{\"delta\": {{\"tool_calls\": [{call}]}}, \"index\": 0}}]}}\n\n")
    });
}

#[test]
fn escaped_text() {
    let tokens = ["\u{4f60}\u{597d}"; 12];
    check(KEPT, &tokens, |_, _| {
        "data: {\"choices\": [{\"delta\": {\"content\": \"\\u4f60\\u597d\"}, \"index\": 0}]}\n\n".into()
    });
}

/// One cannot be followed, and the next one is kept.
#[test]
fn an_id_may_differ_once_it_was_seen_to() {
    check(KEPT + 2, &TOKENS, |number, token| {
        format!(
            "data: {{\"id\": \"c-{number}\", \"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"index\": 0}}]}}\n\n"
        )
    });
}

/// It is kept in strides, none of which goes beyond the end of a value.
#[test]
#[cfg_attr(miri, ignore = "many bytes, one by one")]
fn a_value_of_the_event_that_is_kept_goes_on() {
    let token = "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}, \"index\": 0}]}\n\n";
    for value in
        ["7a", "7e5a", "-7a", "truefalse", "falsey", "null7", "nul", "\"a\"a", "7\"a\"", "{}a", "[]1"]
    {
        for name in ["created", "x", "error", "id", "usage"] {
            let events = [String::from(token), format!("data: {{\"{name}\": {value}}}\n\n")];
            for cut in [usize::MAX, 1, 2, 3, 5] {
                let _ = followed(&events, cut);
            }
        }
    }
}

/// What was counted in one place is not taken for what is counted in another.
#[test]
fn counts_that_are_empty_and_others_behind_them() {
    let event = |counts: &str| {
        format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}},\"index\":0}}],\"usage\":{counts}}}\n\n"
        )
    };
    for other in [
        "{},\"x_groq\":{\"usage\":{\"total_tokens\":2}}",
        "{},\"error\":true,\"usage\":{\"total_tokens\":2}",
        "{},\"x\":null,\"usage\":{\"total_tokens\":2}",
    ] {
        let one = event("{\"total_tokens\":1}");
        let body = [one.repeat(3), event(other), one].concat();
        let mut plain = Decoder::new();
        let mut input = body.as_bytes();
        let mut expected = Vec::new();
        while let Some(event) = plain.next_event(&mut input) {
            expected.push(format!("{event:?}"));
        }
        let mut decoder = TemplateDecoder::<512, 64>::new();
        let mut input = body.as_bytes();
        let mut events = Vec::new();
        while let Some(event) = decoder.next_event(&mut input) {
            events.push(format!("{event:?}"));
        }
        // The one that is kept is read a few bytes at a time, but none of its texts is longer.
        assert_eq!(events, expected, "{other}");
        assert_eq!(decoder.verdict(), plain.verdict());
    }
}

#[test]
fn an_index_of_a_call_that_is_too_large_to_be_kept_is_forgotten() {
    let call = "data: {\"choices\": [{\"delta\": {\"tool_calls\": [{\"index\": 300, \"function\": {\"arguments\": \"a\"}}]}}]}\n\n";
    let token = "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}]}\n\n";
    let events: Vec<String> =
        (0..30).map(|number| String::from(if number < 2 { call } else { token })).collect();
    assert!(followed(&events, usize::MAX).0 >= 20);
}
