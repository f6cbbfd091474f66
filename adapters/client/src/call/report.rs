//! Reads the bodies of responses that are no answer.

use choreoai_core::chat::assemble::{ErrorAssembler, ErrorReport};
use choreoai_core::chat::{Decoder, Event};

/// How much of a body stands in an error's message.
const EXCERPT: usize = 200;

/// What the body of a response whose status is no success says, in whatever shape.
pub(super) fn read(body: &[u8]) -> ErrorReport {
    let mut decoder = Decoder::new().for_error_body();
    let mut assembler = ErrorAssembler::new();
    let mut input = body;
    let mut is_whole = true;
    for is_end in [false, true] {
        if is_end {
            decoder.end();
        }
        while let Some(event) = decoder.next_event(&mut input) {
            match event {
                Ok(event) => assembler.push(&event),
                Err(_) => {
                    is_whole = false;
                    break;
                }
            }
        }
    }
    // Of a body that was cut, what came of its report counts.
    assembler.push(&Event::ErrorEnd);
    let mut report = assembler.into_report().unwrap_or_default();
    report.truncated |= !is_whole;
    report
}

/// The same for a success, if its body reports an error.
pub(super) fn said(body: &[u8]) -> Option<ErrorReport> {
    Some(read(body)).filter(|report| {
        [&report.message, &report.code, &report.error_type].iter().any(|said| said.is_some())
    })
}

/// The first words of a body, in one line.
pub(crate) fn excerpt(start: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(start);
    let mut excerpt = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !excerpt.is_empty() {
            excerpt.push(' ');
        }
        excerpt.extend(word.chars().take(EXCERPT.saturating_sub(excerpt.len())));
        if excerpt.len() >= EXCERPT {
            excerpt.push_str(" ...");
            break;
        }
    }
    (!excerpt.is_empty()).then_some(excerpt)
}
