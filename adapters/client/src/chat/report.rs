//! Reads the bodies of error responses.

use choreoai_core::chat::assemble::{ErrorAssembler, ErrorReport};
use choreoai_core::chat::{Decoder, Event};

/// What the body of a response whose status is no success says, in whatever shape.
pub(super) fn read(body: &[u8]) -> ErrorReport {
    let is_stream = [&b"data:"[..], b"event:"].iter().any(|field| body.trim_ascii_start().starts_with(field));
    let mut decoder = if is_stream { Decoder::new() } else { Decoder::new().for_error_body() };
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
    // The status has said that this is an error: what was reported before a cut or a fault counts.
    assembler.push(&Event::ErrorEnd);
    let mut report = assembler.into_report().unwrap_or_default();
    report.truncated |= !is_whole;
    report
}
