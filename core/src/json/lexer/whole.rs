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
        #[cfg(target_pointer_width = "64")]
        if let Some(first) = input.first_chunk()
            && let Some([b'"', rest @ ..]) = input.get(short_length(first)..)
        {
            *input = rest;
            return true;
        }
        StringReader::whole(input, false).is_some()
    }
}
