//! Reads the bodies of error responses.

use choreoai_core::chat::assemble::{ErrorAssembler, ErrorReport};
use choreoai_core::chat::{Decoder, Event};

/// What the body of a response whose status is no success says, in whatever shape.
pub(super) fn read(body: &[u8]) -> ErrorReport {
    let is_stream = [&b"data:"[..], b"event:"].iter().any(|field| body.trim_ascii_start().starts_with(field));
    let mut decoder = if is_stream { Decoder::new() } else { Decoder::new().for_error_body() };
    let mut assembler = ErrorAssembler::new();
    let mut input = body;
    // What was reported before a fault counts.
    while let Some(Ok(event)) = decoder.next_event(&mut input) {
        assembler.push(&event);
    }
    decoder.end();
    while let Some(Ok(event)) = decoder.next_event(&mut &[][..]) {
        assembler.push(&event);
    }
    // Of a body that was cut, what came of its report counts.
    assembler.push(&Event::ErrorEnd);
    assembler.into_report().unwrap_or_default()
}
