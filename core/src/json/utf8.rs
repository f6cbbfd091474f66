//! UTF-8 that may be cut anywhere.

use super::Text;

/// The front of a UTF-8 sequence that a cut went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Utf8 {
    /// What its bytes say of the scalar. The last byte is always missing, so that this is no more than 15 bits.
    bits: u16,
    /// How many bytes are missing; 0 when there is no sequence.
    missing: u8,
}

/// How far [`Utf8::next_text`] looks at once, so that invalid bytes cost a bounded scan each.
const WINDOW: usize = 512;

impl Utf8 {
    pub(crate) const fn new() -> Self {
        Self { bits: 0, missing: 0 }
    }

    /// Drops what was held.
    pub(crate) const fn forget(&mut self) {
        *self = Self::new();
    }

    pub(crate) const fn is_pending(self) -> bool {
        self.missing != 0
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
            let Some((bits, missing)) = self.with(byte) else {
                // A byte that cannot start a sequence is consumed; one that cannot continue it is looked at anew.
                if !self.is_pending() {
                    *input = rest;
                }
                self.forget();
                return Some(char::REPLACEMENT_CHARACTER);
            };
            *input = rest;
            if missing == 0 {
                self.forget();
                return char::from_u32(bits);
            }
            *self = Self { bits: bits as u16, missing };
        }
        None
    }

    /// The bits of the scalar when `byte` is added to them, and how many bytes are missing then. `None`: it cannot come
    /// here (Unicode, table 3-7).
    fn with(self, byte: u8) -> Option<(u32, u8)> {
        let low = u32::from(byte);
        let bits = (u32::from(self.bits) << 6) | (low & 0x3f);
        Some(match (self.missing, byte) {
            (0, 0..0x80) => (low, 0),
            (0, 0xc2..0xe0) => (low & 0x1f, 1),
            (0, 0xe0..0xf0) => (low & 0x0f, 2),
            (0, 0xf0..0xf5) => (low & 0x07, 3),
            // Neither what a shorter sequence has, nor above U+10FFFF; of four bytes, the third has more bits than that.
            (3, 0x80..0xc0) if matches!(bits, 0x10..0x110) => (bits, 2),
            (2, 0x80..0xc0) if matches!(bits, 0x20..0x360 | 0x380..) => (bits, 1),
            (1, 0x80..0xc0) => (bits, 0),
            _ => return None,
        })
    }
}

/// The longest front of `bytes` that is UTF-8.
pub(crate) fn valid_prefix(bytes: &[u8]) -> &str {
    // A page has to load its code. On Arm the other one is the smaller, too.
    if cfg!(target_family = "wasm") { valid_prefix_small(bytes) } else { valid_prefix_fast(bytes) }
}

fn valid_prefix_fast(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
            core::str::from_utf8(valid).unwrap_or_default()
        }
    }
}

/// The same byte by byte, in WebAssembly in half of the code.
fn valid_prefix_small(bytes: &[u8]) -> &str {
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
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
    #[cfg_attr(miri, ignore = "half a million sequences")]
    fn agrees_with_the_standard_library_on_every_sequence() {
        for first in 0x7f..=0xff {
            for second in 0..=0xff {
                for third in [b'z', 0x80, 0xbf, 0xc3] {
                    for fourth in [b'z', 0x80, 0xbf, 0xf0] {
                        let bytes = [first, second, third, fourth];
                        let expected = String::from_utf8_lossy(&bytes);
                        let pieces = bytes.each_ref().map(core::slice::from_ref);
                        assert_eq!(decode(&pieces), expected, "{bytes:x?}");
                        assert_eq!(valid_prefix_small(&bytes), valid_prefix_fast(&bytes), "{bytes:x?}");
                    }
                }
            }
        }
    }

    #[test]
    fn long_text_comes_in_windows() {
        let text = "ä€🦀".repeat(500);
        assert_eq!(decode(&[text.as_bytes()]), text);
    }
}
