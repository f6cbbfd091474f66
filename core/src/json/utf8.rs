//! UTF-8 that may be cut anywhere.

use super::Text;

/// The first bytes of a UTF-8 sequence that a cut went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utf8 {
    bytes: [u8; 4],
    length: u8,
}

/// How far [`Utf8::next_text`] looks at once, so that invalid bytes cost a bounded scan each.
const WINDOW: usize = 512;

impl Utf8 {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; 4], length: 0 }
    }

    /// Drops what was held.
    pub(crate) const fn forget(&mut self) {
        self.length = 0;
    }

    pub(crate) const fn is_pending(self) -> bool {
        self.length != 0
    }

    /// Takes text off the front of `input`; `None` when all of it was consumed.
    pub(crate) fn next_text<'i>(&mut self, input: &mut &'i [u8]) -> Option<Text<'i>> {
        if !self.is_pending() {
            let window = input.get(..WINDOW).unwrap_or(input);
            let valid = valid_prefix(window);
            if !valid.is_empty() {
                *input = input.get(valid.len()..).unwrap_or_default();
                return Some(Text::Str(valid));
            }
        }
        self.next_char(input).map(Text::Char)
    }

    /// Takes one scalar off the front of `input`, byte by byte: U+FFFD for each maximal part of an invalid sequence.
    /// `None`: `input` ended within a sequence, whose bytes are kept.
    pub(crate) fn next_char(&mut self, input: &mut &[u8]) -> Option<char> {
        while let Some((&byte, rest)) = input.split_first() {
            let length = usize::from(self.length).wrapping_add(1);
            let sequence = self.bytes.get_mut(..length).and_then(|sequence| {
                *sequence.last_mut()? = byte;
                Some(&*sequence)
            });
            match core::str::from_utf8(sequence.unwrap_or_default()) {
                Ok(scalar) => {
                    *input = rest;
                    self.length = 0;
                    return scalar.chars().next();
                }
                Err(error) if error.error_len().is_none() => {
                    *input = rest;
                    self.length = self.length.wrapping_add(1);
                }
                Err(_) => {
                    // A byte that cannot start a sequence is consumed; one that cannot continue it is looked at anew.
                    if self.length == 0 {
                        *input = rest;
                    }
                    self.length = 0;
                    return Some(char::REPLACEMENT_CHARACTER);
                }
            }
        }
        None
    }
}

/// The longest front of `bytes` that is UTF-8.
pub(super) fn valid_prefix(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            core::str::from_utf8(valid).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn decode(pieces: &[&[u8]]) -> String {
        let mut utf8 = Utf8::new();
        let mut text = String::new();
        for piece in pieces {
            let mut input = *piece;
            while let Some(part) = utf8.next_text(&mut input) {
                match part {
                    Text::Str(part) => text.push_str(part),
                    Text::Char(part) => text.push(part),
                }
            }
            assert!(input.is_empty());
        }
        if utf8.is_pending() {
            text.push('\u{fffd}');
        }
        text
    }

    #[test]
    fn agrees_with_the_standard_library_at_every_cut() {
        let cases: [&[u8]; 8] = [
            "héllo, 世界 🦀!".as_bytes(),
            b"\xff\xfe\xc3",
            b"a\xe4\xb8z\xf0\x9f\xa6\x80\xf0\x9f\xa6z",
            b"\xed\xa0\x80\xed\xbf\xbf",
            b"\xc0\x80\xf5\x80\x80\x80\xf4\x90\x80\x80",
            b"\xf0\x9f\xf0\x9f\xa6\x80",
            b"\x80\xbf\xe2\x82\xe2\x82\xac",
            b"\xf0\x80\x80\x80",
        ];
        for case in cases {
            let expected = String::from_utf8_lossy(case);
            assert_eq!(decode(&[case]), expected);
            for cut in 0..=case.len() {
                assert_eq!(decode(&[&case[..cut], &case[cut..]]), expected, "{case:?} cut at {cut}");
            }
            let bytes: std::vec::Vec<&[u8]> = case.chunks(1).collect();
            assert_eq!(decode(&bytes), expected, "{case:?} byte by byte");
        }
    }

    #[test]
    fn long_text_comes_in_windows() {
        let text = "ä€🦀".repeat(500);
        assert_eq!(decode(&[text.as_bytes()]), text);
    }
}
