//! The body of an error response gives the same for every cut, and of the shapes that are documented what they say.
#![no_main]

use choreoai_core::ErrorKind;
use choreoai_fuzz::plain_json::is_json;
use choreoai_fuzz::{Outcome, Tree, Wants, check_cuts};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let outcome = check_cuts(Wants { error_body: true, ..Wants::default() }, body);
    check_cuts(Wants { error_body: true, all: true, ..Wants::default() }, body);
    let kind = outcome.verdict.expect_err("an error is no answer").kind();

    let unmarked = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let blank = unmarked.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
    let text = &unmarked[blank..];
    match text.first() {
        None => assert_eq!((kind, &outcome.events[..]), (ErrorKind::Truncated, &[][..])),
        // Half a byte order mark was cut, and says nothing.
        Some(_) if matches!(body, [0xef] | [0xef, 0xbb]) => assert_eq!(kind, ErrorKind::Truncated),
        Some(b'{' | b'[') if begins_json(text) => {
            if is_json(text).is_ok()
                && let Ok(tree) = serde_json::from_slice::<Tree>(text)
                && !tree.repeats()
            {
                check_document(&tree, &outcome, kind);
            }
        }
        // What gzip begins with.
        Some(0x1f) => assert_eq!(kind, ErrorKind::CompressedBody),
        Some(_) if is_stream(&unmarked[..blank], text) => {}
        // White space alone behind it does not tell.
        Some(b'{' | b'[') if behind_bracket(text).is_none() => assert_eq!(kind, ErrorKind::Truncated),
        Some(_) => {
            assert_eq!(kind, ErrorKind::Server);
            assert_eq!(value(&outcome, "Message"), message(text));
        }
    }
});

/// Whether what stands behind the bracket may be JSON of a known shape.
fn begins_json(text: &[u8]) -> bool {
    let next = behind_bracket(text);
    match text[0] {
        b'{' => matches!(next, Some(b'"' | b'}')),
        _ => matches!(next, Some(b'{' | b'"' | b']')),
    }
}

/// The first byte behind the bracket that is not JSON's white space (RFC 8259, section 2: a form feed is none).
fn behind_bracket(text: &[u8]) -> Option<&u8> {
    text[1..].iter().find(|byte| !b" \t\r\n".contains(byte))
}

/// Whether a line begins with the name of a field, behind nothing but `blank`.
fn is_stream(blank: &[u8], text: &[u8]) -> bool {
    let is_line_start = !matches!(blank.last(), Some(b' ' | b'\t'));
    is_line_start && (text.starts_with(b"data:") || text.starts_with(b"event:"))
}

/// Plain text: white space behind a bracket reads as one space.
fn message(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let Some(inside) = text.strip_prefix(['{', '[']) else { return text.into_owned() };
    let trimmed = inside.trim_start_matches([' ', '\t', '\r', '\n']);
    let space = if trimmed.len() < inside.len() { " " } else { "" };
    format!("{}{space}{trimmed}", &text[..1])
}

/// Of the shape `{"error": {...}}` and of a flat one, nothing else in it, all members are known.
fn check_document(tree: &Tree, outcome: &Outcome, kind: ErrorKind) {
    let report = match tree.members() {
        [(name, report)] if name == "error" => report,
        _ => tree,
    };
    if let [(name, Tree::String(message))] = tree.members()
        && (name == "error" || name == "detail")
    {
        assert_eq!((kind, value(outcome, "Message")), (ErrorKind::Server, message.clone()));
        return;
    }
    let is_known = |name: &str| matches!(name, "message" | "type" | "code" | "param");
    let members = report.members();
    if members.is_empty() || !members.iter().all(|(name, value)| is_known(name) && is_scalar(value)) {
        return;
    }
    assert_eq!(kind, ErrorKind::Server);
    for (name, event) in [("message", "Message"), ("type", "Type"), ("code", "Code"), ("param", "Param")] {
        match report.member(name) {
            Some(Tree::String(text)) => assert_eq!(value(outcome, event), *text),
            Some(Tree::Unsigned(code)) if name == "code" => {
                assert_eq!(value(outcome, event), code.to_string())
            }
            _ => {}
        }
    }
}

fn is_scalar(value: &Tree) -> bool {
    matches!(value, Tree::Null | Tree::String(_) | Tree::Unsigned(_))
}

/// What was reported for a member; the last one that was counts.
fn value(outcome: &Outcome, member: &str) -> String {
    let event = format!("error {member}");
    let reported = outcome.events.iter().rev().find(|reported| reported.event == event);
    reported.map_or_else(String::new, |reported| reported.text.clone())
}
