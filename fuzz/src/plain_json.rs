//! A plain reader of JSON text that `serde_json` has accepted, for what serde_json does not tell: numbers of any size, lone
//! surrogates, invalid UTF-8, depth.

/// A token; a string or a key with all of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlainToken {
    /// One of `{}[]`.
    Bracket(u8),
    Key(String),
    String(String),
    /// The whole part of a number, if it is one of 64 bits without a sign, and there is no exponent.
    Number(Option<u64>),
    /// `true`, `false` or `null`.
    Literal(&'static str),
}

/// Whether `text` is JSON, but for depth, numbers out of range, lone surrogates and invalid UTF-8 in strings.
pub fn is_json(text: &[u8]) -> Result<(), serde_json::Error> {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).map(|_| ())
}

/// The tokens of JSON text.
pub fn tokens(text: &[u8]) -> Vec<PlainToken> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        match first {
            b'{' | b'}' | b'[' | b']' => {
                tokens.push(PlainToken::Bracket(first));
                rest = behind;
            }
            b'"' => {
                let length = string_length(behind);
                let value = unescape(&behind[..length]);
                rest = &behind[length + 1..];
                let is_key = rest.trim_ascii_start().first() == Some(&b':');
                tokens.push(if is_key { PlainToken::Key(value) } else { PlainToken::String(value) });
            }
            b'-' | b'0'..=b'9' => {
                let is_part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len());
                tokens.push(PlainToken::Number(number(&rest[..length])));
                rest = &rest[length..];
            }
            b't' | b'f' | b'n' => {
                let literal = match first {
                    b't' => "true",
                    b'f' => "false",
                    _ => "null",
                };
                tokens.push(PlainToken::Literal(literal));
                rest = &rest[literal.len()..];
            }
            _ => rest = behind,
        }
    }
    tokens
}

/// Where, if anywhere, the container begins that is one too many.
pub fn too_deep(text: &[u8], most: usize) -> Option<usize> {
    let mut depth = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' if depth == most => return Some(at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => at += string_length(&text[at + 1..]) + 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// How long the inside of a string is.
fn string_length(inside: &[u8]) -> usize {
    let mut at = 0;
    while inside[at] != b'"' {
        at += if inside[at] == b'\\' { 2 } else { 1 };
    }
    at
}

fn unescape(mut inside: &[u8]) -> String {
    let mut text = String::new();
    while !inside.is_empty() {
        let run = inside.iter().position(|byte| *byte == b'\\').unwrap_or(inside.len());
        text.push_str(&String::from_utf8_lossy(&inside[..run]));
        inside = &inside[run..];
        let mut units = Vec::new();
        while let Some(digits) = inside.strip_prefix(b"\\u") {
            let unit = std::str::from_utf8(&digits[..4]).expect("hexadecimal digits");
            units.push(u16::from_str_radix(unit, 16).expect("hexadecimal digits"));
            inside = &digits[4..];
        }
        if !units.is_empty() {
            text.push_str(&String::from_utf16_lossy(&units));
        } else if let [b'\\', escape, rest @ ..] = inside {
            text.push(match escape {
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                other => char::from(*other),
            });
            inside = rest;
        }
    }
    text
}

fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).expect("ASCII");
    if text.contains(['e', 'E']) {
        return None;
    }
    let whole = text.split('.').next()?;
    let magnitude = whole.trim_start_matches('-').parse().ok()?;
    (magnitude == 0 || !whole.starts_with('-')).then_some(magnitude)
}
