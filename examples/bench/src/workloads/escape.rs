//! Text as a JSON string.

use std::fmt::Write;

/// In quotes; what is not ASCII as it is.
pub(super) fn raw(text: &str) -> String {
    escape(text, false)
}

/// In quotes; what is not ASCII by its UTF-16 code units, as `json.dumps` of Python writes it.
pub(super) fn ascii(text: &str) -> String {
    escape(text, true)
}

fn escape(text: &str, is_ascii_only: bool) -> String {
    let mut json = String::from('"');
    for scalar in text.chars() {
        match scalar {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\t' => json.push_str("\\t"),
            _ if is_ascii_only && !scalar.is_ascii() => {
                for unit in scalar.encode_utf16(&mut [0; 2]) {
                    write!(json, "\\u{unit:04x}").expect("a string takes all");
                }
            }
            _ => json.push(scalar),
        }
    }
    json.push('"');
    json
}
