//! Strings that are skipped.

use super::*;

/// A list at once; of a string it must be seen, which costs one event.
#[test]
fn what_is_skipped_may_differ() {
    check(KEPT + 1, &TOKENS, |number, token| {
        let (padding, list) = ("x".repeat(number), "[{}],".repeat(number));
        format!(
            "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"logprobs\": [{list}0]}}], \"p\": \"{padding}\"}}\n\n"
        )
    });
}

/// It is passed over with the text before it, whatever is told in between; and the first one that differs does so at any place, with
/// other values before and behind it.
#[test]
#[cfg_attr(miri, ignore = "many bytes, one by one")]
fn padding_around_a_text() {
    type Form<'a> = &'a dyn Fn(&str, &str) -> String;
    let forms: [Form<'_>; 4] = [
        // Nothing is due in between.
        &|token, padding| {
            format!("{{\"index\":1,\"delta\":{{\"content\":\"{token}\",\"p\":\"{padding}\"}}}}")
        },
        // The index comes in between, and the end of the choice.
        &|token, padding| {
            format!(
                "{{\"delta\":{{\"content\":\"{token}\"}},\"index\":1}}],\"p\":\"{padding}\",\"q\":[{{\"p\":\"\"}}"
            )
        },
        // Within a call, whose end comes behind it.
        &|token, padding| {
            let call =
                format!("{{\"index\":2,\"function\":{{\"arguments\":\"{token}\"}},\"p\":\"{padding}\"}}");
            format!("{{\"index\":1,\"delta\":{{\"tool_calls\":[{call}]}}}}")
        },
        // Before the text, and twice behind it.
        &|token, padding| {
            format!(
                "{{\"p\":\"{padding}\",\"delta\":{{\"content\":\"{token}\"}},\"p\":\"{padding}\"}}],\"p\":\"{padding}\",\"q\":[0"
            )
        },
    ];
    for form in forms {
        for (first, others) in
            [("", "a"), ("abc", "abd"), ("abc", "xbc"), ("abc", "ab"), ("abc", "abcd"), ("ab\\n", "ab\\t")]
        {
            let events = TOKENS.map(|token| {
                let padding = if token == TOKENS[0] || token == TOKENS[1] { first } else { others };
                format!("data: {{\"choices\":[{}]}}\n\n", form(token, padding))
            });
            for cut in (1..80).chain([usize::MAX]) {
                let (followed, text) = followed(&events, cut);
                assert_eq!(text, TOKENS.concat());
                // One for each that is seen to differ, and one to keep another.
                assert!(followed >= TOKENS.len() - KEPT - 5, "{followed} in pieces of {cut}: {events:?}");
            }
        }
    }
}

/// Two of them, which are seen to differ in one event after the other; and those of two choices.
#[test]
#[cfg_attr(miri, ignore = "about cost alone")]
fn what_is_learned_keeps_no_other_event() {
    let padding = |number: usize, from: usize| "x".repeat(if number < from { 3 } else { number });
    let two = |number| {
        let (one, other) = (padding(number, 3), padding(number, 4));
        format!(
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"a\"}},\"p\":\"{one}\"}}],\"p\":\"{other}\"}}\n\n"
        )
    };
    let in_turns = |number| {
        let (index, padding) = (number % 2, padding(number, 20));
        format!(
            "data: {{\"choices\":[{{\"index\":{index},\"delta\":{{\"content\":\"a\"}}}}],\"p\":\"{padding}\"}}\n\n"
        )
    };
    let kinds: [(&dyn Fn(usize) -> String, usize); 2] = [(&two, 2), (&in_turns, 20)];
    for (event, settled) in kinds {
        let mut decoder = TemplateDecoder::<512, 64>::new();
        let mut kept = Vec::new();
        for number in 0..40 {
            let is_kept = is_kept(&mut decoder, &event(number));
            kept.extend((is_kept && number >= settled).then_some(number));
        }
        assert!(kept.is_empty(), "{kept:?} of {}", event(9));
    }
}

/// It is seen to be long before the memory is full, and is not kept.
#[test]
#[cfg_attr(miri, ignore = "many bytes, one by one")]
fn a_long_string_that_is_skipped_takes_no_memory() {
    check(KEPT + 1, &TOKENS, |number, token| {
        let padding = format!("{number:0600}");
        format!(
            "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}}}], \"p\": \"{padding}\"}}\n\n"
        )
    });
}

/// Up to eight bytes of it are compared at once, if as many are there; one event has a byte of its own there, or does not end there.
#[test]
#[cfg_attr(miri, ignore = "many bytes, one by one")]
fn what_follows_padding_is_of_any_length() {
    for spaces in 0..10 {
        for (place, other) in (0..=spaces).flat_map(|place| [(place, "x"), (place, "\t"), (place, " ")]) {
            let events = TOKENS.iter().enumerate().map(|(number, token)| {
                let mut behind = " ".repeat(spaces) + "}";
                if number == 8 {
                    behind.replace_range(place..=place, other);
                }
                let padding = "p".repeat(number % 5);
                format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{token}\"}}}}],\"p\":\"{padding}\"{behind}\n\n")
            });
            let body = events.collect::<String>();
            for cut in [body.len(), 100, 61] {
                let mut decoder = TemplateDecoder::<512, 64>::new();
                let mut plain = Decoder::<64>::with_scratch();
                let (mut told, mut expected) = (Told::default(), Told::default());
                for piece in body.as_bytes().chunks(cut) {
                    let mut input = piece;
                    while let Some(event) = decoder.next_event(&mut input) {
                        told.add(event);
                    }
                    let mut input = piece;
                    while let Some(event) = plain.next_event(&mut input) {
                        expected.add(event);
                    }
                }
                assert_eq!(told.0, expected.0, "{other:?} at {place} of {spaces}, cut at {cut}");
            }
        }
    }
}
