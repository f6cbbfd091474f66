//! The decoder gives the same for every cut, the same whatever else it is asked for, and what the model expects.
#![no_main]

use choreoai_fuzz::{Merged, Outcome, Wants, check_cuts, of_stream};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let plain = check_cuts(Wants::default(), body);
    let all = check_cuts(Wants { all: true, ..Wants::default() }, body);
    assert_eq!(without_extra(all), plain, "asking for more changes what else there is");
    if let Some(expected) = of_stream(body) {
        expected.check(&plain);
    }
});

/// The outcome as it is if neither log probabilities nor unknown members are asked for.
fn without_extra(outcome: Outcome) -> Outcome {
    let mut events: Vec<Merged> = Vec::new();
    for event in outcome.events {
        let is_text = matches!(&event.event[..], "content" | "reasoning" | "refusal" | "arguments");
        match events.last_mut() {
            _ if event.event.starts_with("extra ") || event.event == "logprobs" => {}
            Some(last) if is_text && last.event == event.event => last.text.push_str(&event.text),
            _ => events.push(event),
        }
    }
    Outcome { events, ..outcome }
}
