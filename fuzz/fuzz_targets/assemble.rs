//! Both assemblers build the same of what the decoder gives, for every cut, and keep to their bounds.
#![no_main]

use choreoai_core::chat::Event;
use choreoai_core::chat::assemble::{
    Assembler, Choice, Completion, FixedAssembler, FixedErrorReport, FixedToolCall, Kept, Limit,
};
use choreoai_fuzz::{Wants, decode, each_cut};
use libfuzzer_sys::{Corpus, fuzz_target};

/// Longer bodies need more memory than the fixed assembler is given here.
const LONGEST_BODY: usize = 1024;
/// An invalid byte becomes a replacement character of three.
const LONGEST_TEXT: usize = 3 * LONGEST_BODY;

const CALLS: usize = 16;
const WANTS: Wants = Wants { all: true, error_body: false, metadata_once: false };

fuzz_target!(|body: &[u8]| -> Corpus {
    if body.len() > LONGEST_BODY {
        return Corpus::Reject;
    }
    let whole = assemble(&[body]);
    each_cut(body, |pieces| assert_eq!(assemble(pieces), whole, "in {} pieces", pieces.len()));
    check_contents(body, &whole);
    for index in [0, 1] {
        agree(body, &whole, index);
    }
    check_bounds(body, &whole);
    Corpus::Keep
});

fn run(pieces: &[&[u8]], take: impl FnMut(&Event<'_>)) {
    let _ = decode(WANTS.decoder::<64>(), pieces, take);
}

fn assemble(pieces: &[&[u8]]) -> Completion {
    let mut assembler = Assembler::default();
    run(pieces, |event| {
        let outcome = assembler.push(event);
        assert!(matches!(outcome, Ok(()) | Err(Limit::ToolCalls)), "{outcome:?}");
    });
    assembler.into_completion()
}

fn check_contents(body: &[u8], completion: &Completion) {
    let outcome = WANTS.run::<64>(&[body]);
    for choice in &completion.choices {
        let content = outcome.contents.get(&choice.index.expect("the choice is bound"));
        assert_eq!(choice.content.as_deref().unwrap_or_default(), content.map_or("", |content| content));
    }
}

fn agree(body: &[u8], completion: &Completion, index: u32) {
    let mut fixed = Box::new(FixedAssembler::<LONGEST_TEXT, CALLS, LONGEST_TEXT, 256>::of_choice(index));
    let mut report = FixedErrorReport::<LONGEST_TEXT>::new();
    let mut has_overflowed = false;
    run(&[body], |event| {
        has_overflowed |= fixed.push(event).is_err();
        report.push(event);
    });
    let message = completion.error.as_ref().and_then(|error| error.message.as_deref());
    assert_eq!(report.message().map_or("", Kept::beginning), message.unwrap_or_default());

    let nothing = Choice::default();
    let choice = completion.choice(index).unwrap_or(&nothing);
    assert_eq!(fixed.content().whole(), Ok(choice.content.as_deref().unwrap_or_default()));
    if has_overflowed {
        return;
    }
    assert_eq!(fixed.finish_reason().map(Kept::beginning), choice.finish_reason.as_deref());
    let calls: Vec<_> = fixed.tool_calls().expect("no overflow").map(call).collect();
    let expected: Vec<_> = choice
        .tool_calls
        .iter()
        .map(|call| (call.index, &call.id[..], &call.name[..], &call.arguments[..]))
        .collect();
    assert_eq!(calls, expected);
}

fn call(call: FixedToolCall<'_>) -> (Option<u32>, &str, &str, &str) {
    (call.index, call.id.beginning(), call.name.beginning(), call.arguments.beginning())
}

/// What does not fit is cut, and said to be.
fn check_bounds(body: &[u8], whole: &Completion) {
    let mut fixed = FixedAssembler::<8, 2, 8, 4>::new();
    let mut allowed = Assembler::new(body.len() / 4);
    let mut is_over = false;
    run(&[body], |event| {
        let _ = fixed.push(event);
        let outcome = allowed.push(event);
        assert!(outcome.is_err() || !is_over, "the error is not sticky");
        is_over = outcome.is_err();
    });
    let content = whole.choice(0).and_then(|choice| choice.content.as_deref()).unwrap_or_default();
    assert!(content.starts_with(fixed.content().beginning()));
    assert_eq!(fixed.content().whole().is_ok(), content.len() <= 8);
    let within = allowed.into_completion();
    let kept = within.choice(0).and_then(|choice| choice.content.as_deref()).unwrap_or_default();
    assert!(content.starts_with(kept) && kept.len() <= body.len() / 4);
}
