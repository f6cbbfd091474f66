//! What a server says about an error, gathered from the decoder's events.

use choreoai_core::chat::{Decoder, ErrorMember, Event, Piece};

use crate::error::Report;

/// The most that is kept of one member of a report; what is longer is skipped, except a message, which is shortened
/// and ends in `...`. The raw body is kept besides.
const MEMBER_LIMIT: usize = 16 << 10;

/// Adds a piece of a member.
pub(super) fn gather(report: &mut Report, member: ErrorMember, piece: Piece<'_>) {
    let slot = match member {
        ErrorMember::Message => &mut report.message,
        ErrorMember::Type => &mut report.error_type,
        ErrorMember::Code => &mut report.code,
        ErrorMember::Param => &mut report.param,
        _ => return,
    };
    if piece.first {
        *slot = Some(String::new());
    }
    if let Some(text) = slot {
        if text.len() + piece.text.len() <= MEMBER_LIMIT {
            text.push_str(piece.text);
        } else if member == ErrorMember::Message {
            if !text.ends_with("...") {
                text.push_str(" ...");
            }
        } else {
            *slot = None;
        }
    }
}

/// Reads the body of a response whose status is not a success.
pub(crate) fn read(mut body: &[u8]) -> Report {
    let mut report = Report::default();
    let mut decoder = Decoder::new().for_error_body();
    loop {
        while let Some(event) = decoder.next_event(&mut body) {
            match event {
                Ok(Event::Error(member, piece)) => gather(&mut report, member, piece),
                Ok(_) => {}
                // What was reported before the fault counts.
                Err(_) => return report,
            }
        }
        if std::mem::replace(&mut body, &[]).is_empty() {
            return report;
        }
    }
}
