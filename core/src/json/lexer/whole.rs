//! Keys and strings that stand in the input whole, in one go.

use super::{Lexer, State, StringReader};
#[cfg(target_pointer_width = "64")]
use crate::json::scan::short_length;

impl Lexer {
    /// All of the key that was just entered, if `input` holds it whole and it is ASCII with no escapes. Consumes the colon with
    /// it, and a space, as they mostly follow at once.
    pub(crate) fn whole_key<'i>(&mut self, input: &mut &'i [u8]) -> Option<&'i [u8]> {
        let key = StringReader::whole(input, true)?;
        self.state = State::Colon;
        if let Some(rest) = input.strip_prefix(b":") {
            self.state = State::Value;
            *input = rest.strip_prefix(b" ").unwrap_or(rest);
        }
        Some(key)
    }

    /// Unescapes what is next of the string that was entered, as [`StringReader::gather`] does.
    #[cfg(target_pointer_width = "64")]
    pub(crate) fn gather(&self, input: &mut &[u8], room: &mut [u8], only_escapes: bool) -> usize {
        self.string.gather(input, room, only_escapes)
    }

    /// Unescapes the string that is entered here, as [`StringReader::gather`] does; the lexer stays as it is.
    #[cfg(target_pointer_width = "64")]
    pub(crate) fn gather_whole(input: &mut &[u8], room: &mut [u8]) -> usize {
        StringReader::new().gather(input, room, false)
    }

    /// All of the text of the string that is entered here, if `input` holds it whole, it is valid and nothing in it needs
    /// unescaping. Consumes the closing quote with it; the lexer stays as it is.
    #[inline]
    pub(crate) fn whole_text<'i>(input: &mut &'i [u8]) -> Option<&'i str> {
        StringReader::whole_text(input)
    }

    /// Goes over a string that is entered here, quote and all, if `input` holds it whole and nothing in it needs attention; whether it
    /// did, else nothing is consumed. The lexer stays as it is.
    #[inline(always)]
    pub(crate) fn skip_whole_text(input: &mut &[u8]) -> bool {
        if let Some(rest) = behind_short(input) {
            *input = rest;
            return true;
        }
        StringReader::whole(input, false).is_some()
    }
}

/// What stands behind a string whose opening quote stands before `input`, if that is at most 16 bytes of plain ASCII. No branch
/// depends on their number, which is hard to foretell.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
fn behind_short(input: &[u8]) -> Option<&[u8]> {
    match input.get(short_length(input.first_chunk()?)..)? {
        [b'"', rest @ ..] => Some(rest),
        _ => None,
    }
}

#[cfg(not(target_pointer_width = "64"))]
const fn behind_short(_: &[u8]) -> Option<&[u8]> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn strings_that_are_skipped() {
        // Miri takes minutes for all of them.
        for length in (0..40).step_by(if cfg!(miri) { 15 } else { 1 }) {
            let text = "x".repeat(length);
            for behind in ["", "}", ",\"a\":1}, and more that follows"] {
                let input = format!("{text}\"{behind}");
                let mut rest = input.as_bytes();
                assert!(Lexer::skip_whole_text(&mut rest), "{input}");
                assert_eq!(rest, behind.as_bytes(), "{input}");
                // It is not whole, or something in it needs a closer look.
                for at in 0..=length {
                    let (front, back) = text.split_at(at);
                    for between in ["\\\"", "\n", "\u{0}"] {
                        let input = format!("{front}{between}{back}\"{behind}");
                        let mut rest = input.as_bytes();
                        assert!(!Lexer::skip_whole_text(&mut rest), "{input}");
                        assert_eq!(rest, input.as_bytes(), "{input}");
                    }
                    let cut = &input.as_bytes()[..at];
                    let mut rest = cut;
                    assert!(!Lexer::skip_whole_text(&mut rest), "{cut:?}");
                    assert_eq!(rest, cut);
                }
            }
        }
    }
}
