//! The charset of an error's body: UTF-8, or what old proxies send.

use std::borrow::Cow;

use http::{HeaderMap, header};

/// The text of a body, by the charset of its `Content-Type` and by its byte order mark. No byte is lost: what is not
/// valid where UTF-8 was promised, or nothing was, is read as Latin-1 (as browsers do: windows-1252).
///
/// Other charsets than UTF-8, UTF-16, Latin-1 and their kin are taken for UTF-8 first.
pub(crate) fn to_utf8<'b>(bytes: &'b [u8], headers: &HeaderMap) -> Cow<'b, str> {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes).into();
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes).into();
    }
    match charset(headers) {
        Charset::Utf16Le => utf16(bytes, u16::from_le_bytes).into(),
        Charset::Utf16Be => utf16(bytes, u16::from_be_bytes).into(),
        Charset::Latin1 => latin1(bytes),
        Charset::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            // The end was cut off within a character.
            Err(error) if error.error_len().is_none() => String::from_utf8_lossy(bytes),
            Err(_) => latin1(bytes),
        },
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Charset {
    Utf8,
    Utf16Le,
    Utf16Be,
    Latin1,
}

/// By the labels of the Encoding Standard, those that are seen.
fn charset(headers: &HeaderMap) -> Charset {
    let content_type = headers.get(header::CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
    let mut parameters = content_type.split(|&byte| byte == b';').skip(1).map(<[u8]>::trim_ascii);
    let label = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_at_checked(8)?;
        name.eq_ignore_ascii_case(b"charset=").then(|| value.to_ascii_lowercase())
    });
    let label = label.unwrap_or_default();
    match label.trim_ascii().trim_ascii_start() {
        quoted if quoted.len() > 1 && quoted.first() == Some(&b'"') => of_label(&quoted[1..quoted.len() - 1]),
        plain => of_label(plain),
    }
}

fn of_label(label: &[u8]) -> Charset {
    match label {
        b"iso-8859-1" | b"iso8859-1" | b"iso_8859-1" | b"latin1" | b"l1" | b"windows-1252" | b"cp1252"
        | b"us-ascii" | b"ascii" => Charset::Latin1,
        b"utf-16" | b"utf-16le" => Charset::Utf16Le,
        b"utf-16be" => Charset::Utf16Be,
        _ => Charset::Utf8,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let mut text: String = char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .map(|scalar| scalar.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

fn latin1(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => text.into(),
        _ => bytes.iter().map(|&byte| windows_1252(byte)).collect::<String>().into(),
    }
}

/// Latin-1 but for 0x80 to 0x9f, of which windows-1252 makes use.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|place| HIGH.get(usize::from(place))).copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn charsets() {
        let json = "{\"detail\": \"Schlüssel ungültig\"}";
        let latin1 = b"{\"detail\": \"Schl\xfcssel ung\xfcltig\"}";
        let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for (content_type, bytes, text) in [
            (None, json.as_bytes(), json),
            (Some("application/json"), json.as_bytes(), json),
            (Some("application/json; charset=utf-8"), json.as_bytes(), json),
            (Some("application/json; charset=koi8-r"), json.as_bytes(), json),
            (Some("text/plain; charset=ISO-8859-1"), latin1, json),
            (Some("text/plain; a=b ; Charset=\"latin1\""), latin1, json),
            (Some("text/plain; charset=windows-1252"), b"\x80 5 \x96 \xd8", "€ 5 – Ø"),
            (Some("text/plain; charset=us-ascii"), b"plain", "plain"),
            // Said by nobody, or wrongly.
            (None, latin1, json),
            (Some("application/json; charset=utf-8"), latin1, json),
            // What is declared counts, valid UTF-8 or not.
            (Some("text/plain; charset=latin1"), "ü".as_bytes(), "Ã¼"),
            // Cut within a character.
            (None, b"Schl\xc3", "Schl\u{fffd}"),
            (None, &[b"\xff\xfe", &*le("né 🦀")].concat(), "né 🦀"),
            (Some("text/plain; charset=utf-8"), &[b"\xfe\xff", &*be("né 🦀")].concat(), "né 🦀"),
            (Some("text/plain; charset=utf-16le"), &le("né"), "né"),
            (Some("text/plain; charset=UTF-16BE"), &be("né"), "né"),
            (Some("text/plain; charset=utf-16"), &le("né")[..3], "n\u{fffd}"),
            (Some("text/plain; charset="), b"x", "x"),
            (Some("text/plain; charset=\""), b"x", "x"),
            (Some("text/plain;charset"), b"", ""),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(content_type) = content_type {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            assert_eq!(to_utf8(bytes, &headers), text, "{content_type:?}");
        }
    }
}
