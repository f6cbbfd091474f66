//! Events of more than one kind, and those that are like no other.

use super::*;

/// It costs more to keep an event than to read it.
#[test]
fn what_comes_before_the_answer_begins_is_not_kept() {
    let event =
        |delta: &str| format!("data: {{\"choices\": [{{\"delta\": {{{delta}}}, \"index\": 0}}]}}\n\n");
    let opening = event("\"role\": \"assistant\", \"content\": \"\"");
    let events = [&[opening][..], &TOKENS.map(|token| event(&format!("\"content\": \"{token}\"")))].concat();
    let mut decoder = TemplateDecoder::<512, 64>::new();
    let mut kept = Vec::new();
    for (number, event) in events.iter().enumerate() {
        kept.extend(is_kept(&mut decoder, event).then_some(number));
    }
    assert_eq!(kept, [KEPT]);
}

#[test]
#[cfg_attr(miri, ignore = "about cost alone")]
fn two_choices_in_any_order() {
    let tokens = ["a"; 60];
    let order = [0, 1, 0, 1, 1, 0, 0, 1];
    let events: Vec<String> = tokens
        .iter()
        .enumerate()
        .map(|(number, token)| {
            let index = order[number % order.len()];
            format!(
                "data: {{\"choices\": [{{\"delta\": {{\"content\": \"{token}\"}}, \"index\": {index}}}]}}\n\n"
            )
        })
        .collect();
    for cut in [usize::MAX, 1, 13] {
        let (followed, _) = followed(&events, cut);
        assert!(followed >= 50, "{followed} of 60 in pieces of {cut}");
    }
}

/// Once they have taken turns, neither is compared with the other's template first.
#[test]
fn two_choices_in_turns_are_expected() {
    let mut decoder = TemplateDecoder::<512, 64>::new();
    let mut tried = Vec::new();
    for number in 0..60 {
        // Then the other one has ended.
        let choice = if number < 40 { number % 2 } else { 1 };
        let event = format!(
            "data: {{\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"{number}\"}}}}]}}\n\n"
        );
        let mut input = event.as_bytes();
        while decoder.next_event(&mut input).is_some() {}
        if decoder.templated.has_switched {
            tried.push(number);
        }
    }
    let expected = |number: &u32| *number < 20 || (40..43).contains(number);
    assert!(tried.iter().all(expected), "both were tried for {tried:?}");
}

#[test]
fn another_kind_in_between_costs_itself() {
    let token = "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}, \"index\": 0}]}\n\n";
    let events: Vec<String> = (0..20)
        .map(|number| if number == 10 { format!(": ping\n\n{token}") } else { String::from(token) })
        .collect();
    assert_eq!(followed(&events, usize::MAX).0, 20 - KEPT - 1);
}

/// Each kept event costs more than one that is decoded: they get rarer.
#[test]
#[cfg_attr(miri, ignore = "about cost alone, in thousands of events")]
fn events_that_all_differ_are_hardly_ever_kept() {
    let mut decoder = TemplateDecoder::<512, 64>::new();
    let (mut kept, events) = (0, 2000);
    for number in 0..events {
        let event = format!(
            "data: {{\"choices\": [{{\"delta\": {{\"content\": \"a\"}}, \"index\": 0}}], \"created\": {number}}}\n\n"
        );
        kept += usize::from(is_kept(&mut decoder, &event));
    }
    assert!((2..40).contains(&kept), "{kept} of {events}");
}

#[test]
#[cfg_attr(miri, ignore = "about cost alone, in hundreds of events")]
fn two_choices_with_padding() {
    let order = [0, 1, 0, 1, 1, 0, 0, 1];
    let event = |number: usize| {
        let (padding, index) = ("x".repeat(number % 7), order[number % 8]);
        let choice = format!("{{\"delta\": {{\"content\": \"a\"}}, \"index\": {index}}}");
        [
            format!("data: {{\"p\": \"{padding}\", \"choices\": [{choice}]}}\n\n"),
            format!("data: {{\"choices\": [{choice}], \"p\": \"{padding}\"}}\n\n"),
        ]
    };
    for form in [0, 1] {
        let events: Vec<String> = (0..200).map(|number| event(number)[form].clone()).collect();
        let (followed, _) = followed(&events, usize::MAX);
        assert!(followed >= 170, "{followed} of 200 in form {form}");
    }
}

/// Those that differ come between others that do not, in the orders that make the most of it.
#[test]
#[cfg_attr(miri, ignore = "about cost alone, in thousands of events")]
fn few_events_are_kept_in_any_order() {
    let kinds: [&dyn Fn(usize) -> String; 3] = [
        &|_| String::from("data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}]}\n\n"),
        &|number| {
            format!(
                "data: {{\"choices\": [{{\"delta\": {{\"content\": \"a\"}}}}], \"created\": {number}}}\n\n"
            )
        },
        &|_| String::from("data: {\"choices\": [{\"delta\": {\"role\": \"x\", \"content\": \"a\"}}]}\n\n"),
    ];
    for length in 1..=6_u32 {
        for code in 0..3_usize.pow(length) {
            let pattern: Vec<usize> = (0..length).map(|place| code / 3_usize.pow(place) % 3).collect();
            let mut decoder = TemplateDecoder::<512, 64>::new();
            let mut kept = 0;
            for number in 0..120 {
                let event = kinds[pattern[number % pattern.len()]](number);
                kept += usize::from(is_kept(&mut decoder, &event));
            }
            assert!(kept <= 40, "{kept} of 120 in the order {pattern:?}");
        }
    }
}
