//! Short texts, taken out of the input.

#[cfg(target_pointer_width = "64")]
use super::scan::{joined, short_run};

/// None where no text is taken.
const BLOCK: usize = if cfg!(target_pointer_width = "64") { 16 } else { 0 };

/// A text of up to 15 ASCII bytes, laid out so that it takes no time to see that it is UTF-8: as one block of 16 bytes whose address is
/// a multiple of 8. Texts are of any length at any address, and branches on either would mostly be mispredicted.
#[derive(Clone, Copy, Debug)]
#[repr(align(8))]
pub(crate) struct ShortText {
    /// Followed by zeros.
    bytes: [u8; BLOCK],
    length: u8,
}

impl ShortText {
    pub(crate) const EMPTY: Self = Self { bytes: [0; BLOCK], length: 0 };

    /// The text of the string that is entered here, if `input` holds it whole, it is that short, and nothing in it needs attention.
    /// Consumes the closing quote with it.
    #[cfg(target_pointer_width = "64")]
    #[inline(always)]
    pub(crate) fn take(input: &mut &[u8]) -> Option<Self> {
        let (length, words) = short_run(input.first_chunk()?)?;
        let [b'"', rest @ ..] = input.get(length..)? else { return None };
        *input = rest;
        Some(Self { bytes: joined(words).to_le_bytes(), length: length as u8 })
    }

    /// Small machines take less code instead.
    #[cfg(not(target_pointer_width = "64"))]
    pub(crate) const fn take(_: &mut &[u8]) -> Option<Self> {
        None
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        let block = core::str::from_utf8(&self.bytes).unwrap_or_default();
        block.get(..usize::from(self.length)).unwrap_or_default()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.length == 0
    }
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn texts_of_each_length() {
        const TEXT: &str = "0123456789abcdefghi";
        for length in 0..TEXT.len() {
            let text = &TEXT[..length];
            let behind = "}, 0123456789abcdef";
            let input = format!("{text}\"{behind}");
            let mut rest = input.as_bytes();
            let found = ShortText::take(&mut rest);
            if length < BLOCK {
                let found = found.unwrap_or_else(|| panic!("{text} is not found"));
                assert_eq!((found.as_str(), rest), (text, behind.as_bytes()));
                assert_eq!(found.is_empty(), length == 0);
            } else {
                assert!(found.is_none(), "{text}");
                assert_eq!(rest, input.as_bytes());
            }
        }
    }

    #[test]
    fn others_are_left_where_they_are() {
        for input in ["", "ha\"", "ha\\n\", 0123456789", "h\u{e4}\", 0123456789abc", "ha\t\", 0123456789abc"]
        {
            let mut rest = input.as_bytes();
            assert!(ShortText::take(&mut rest).is_none(), "{input}");
            assert_eq!(rest, input.as_bytes());
        }
    }
}
