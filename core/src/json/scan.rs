//! Searches that look at a word at a time: eight bytes, or four in WebAssembly. A microcontroller looks at each byte, in half of the
//! code.

use crate::IS_ROOMY;

const WIDTH: usize = size_of::<usize>();
const ONES: usize = usize::MAX / 0xff;
const HIGHS: usize = ONES * 0x80;

/// How many bytes at the front of `bytes` are string content that needs no attention: neither a quote, a backslash nor a control
/// character, and with `ascii` no byte of a longer UTF-8 sequence.
pub(super) fn plain_run(bytes: &[u8], ascii: bool) -> usize {
    run(bytes, |word| attention(word, ascii), |byte| needs_attention(byte, ascii))
}

/// The string that `bytes` begins with, up to what needs attention, if that comes within the first 16 bytes and all before it is
/// ASCII: its length, and its bytes as two words, followed by zeros.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn short_run(bytes: &[u8; 2 * WIDTH]) -> Option<(usize, [u64; 2])> {
    let [low, high] = words(bytes);
    let found = attention(low as usize, true) as u64;
    if found != 0 {
        return Some((place(found), [low & before(found), 0]));
    }
    let found = attention(high as usize, true) as u64;
    if found != 0 {
        return Some((WIDTH.wrapping_add(place(found)), [low, high & before(found)]));
    }
    None
}

/// How many of 16 bytes come before the first one that needs attention or is not ASCII: 16 if none does. No branch depends on it.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn short_length(bytes: &[u8; 2 * WIDTH]) -> usize {
    let [low, high] = words(bytes).map(|word| attention(word as usize, true) as u64);
    (joined([low, high]).trailing_zeros() / 8) as usize
}

/// Copies ASCII string content that needs no attention from the front of `from` to that of `to`, and says how much that is. Bytes
/// of `to` behind it may change, too.
#[cfg(target_pointer_width = "64")]
pub(super) fn copy_plain_run(from: &[u8], to: &mut [u8]) -> usize {
    let (words, places) = (from.as_chunks::<WIDTH>().0, to.as_chunks_mut::<WIDTH>().0);
    let mut copied = 0_usize;
    for (word, place) in words.iter().zip(places) {
        *place = *word;
        let found = attention(usize::from_le_bytes(*word), true);
        if found != 0 {
            return copied.wrapping_add((found.trailing_zeros() / 8) as usize);
        }
        copied = copied.wrapping_add(WIDTH);
    }
    for (byte, place) in from.iter().zip(to).skip(copied) {
        if needs_attention(*byte, true) {
            break;
        }
        *place = *byte;
        copied = copied.wrapping_add(1);
    }
    copied
}

/// How many digits are at the front of `bytes`.
#[inline(always)]
pub(super) fn digit_run(bytes: &[u8]) -> usize {
    run(bytes, beyond_digits, |byte| !byte.is_ascii_digit())
}

/// How many bytes at the front of `bytes` are numbers of digits alone that do not begin with a 0, each with the comma behind it.
#[cfg(target_pointer_width = "64")]
pub(super) fn listed_digits(bytes: &[u8]) -> usize {
    let (mut listed, mut looked_at) = (0_usize, 0_usize);
    // A number begins behind each comma, and here.
    let mut carried = HIGHS & 0xff;
    for word in bytes.as_chunks::<WIDTH>().0 {
        let word = usize::from_le_bytes(*word);
        let commas = zeros(word ^ ONES.wrapping_mul(b',' as usize));
        let begins = commas.wrapping_shl(8) | carried;
        let zeros = zeros(word ^ ONES.wrapping_mul(b'0' as usize));
        let stops = (beyond_digits(word) & !commas) | (begins & (commas | zeros));
        // The commas before the first stop: behind the last one of them begins what is left.
        let passed = commas & (stops & stops.wrapping_neg()).wrapping_sub(1);
        if passed != 0 {
            listed = looked_at.wrapping_add(((usize::BITS - passed.leading_zeros()) / 8) as usize);
        }
        if stops != 0 {
            break;
        }
        carried = commas >> (usize::BITS - 8);
        looked_at = looked_at.wrapping_add(WIDTH);
    }
    listed
}

/// How many bytes come before the first CR or LF.
pub(crate) fn line_end(bytes: &[u8]) -> usize {
    run(bytes, |word| equals(word, b'\n') | equals(word, b'\r'), |byte| byte == b'\n' || byte == b'\r')
}

/// Counts the bytes before the first stop. `stops` sets the high bit of each byte that is one; above the lowest
/// such bit it may err.
#[inline(always)]
fn run(bytes: &[u8], stops: impl Fn(usize) -> usize, is_stop: impl Fn(u8) -> bool) -> usize {
    if !IS_ROOMY {
        return bytes.iter().position(|&byte| is_stop(byte)).unwrap_or(bytes.len());
    }
    let mut rest = bytes;
    while let Some((word, tail)) = rest.split_first_chunk::<WIDTH>() {
        let found = stops(usize::from_le_bytes(*word));
        if found != 0 {
            let before = bytes.len().wrapping_sub(rest.len());
            return before.wrapping_add((found.trailing_zeros() / 8) as usize);
        }
        rest = tail;
    }
    let before = bytes.len().wrapping_sub(rest.len());
    before.wrapping_add(rest.iter().take_while(|&&byte| !is_stop(byte)).count())
}

/// Both words of 16 bytes.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(crate) const fn words(bytes: &[u8; 2 * WIDTH]) -> [u64; 2] {
    let both = u128::from_le_bytes(*bytes);
    [both as u64, (both >> u64::BITS) as u64]
}

/// The words as one, which takes the bytes back.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
pub(super) fn joined([low, high]: [u64; 2]) -> u128 {
    u128::from(high).wrapping_shl(u64::BITS) | u128::from(low)
}

/// How many bytes come before the first one that is marked.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
const fn place(marks: u64) -> usize {
    (marks.trailing_zeros() / 8) as usize
}

/// The bits of the bytes before the first one that is marked.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
const fn before(marks: u64) -> u64 {
    ((marks & marks.wrapping_neg()) >> 7).wrapping_sub(1)
}

/// Marks the bytes of a string that need attention, with `ascii` those of longer UTF-8 sequences, too; above the lowest one it may err.
#[inline(always)]
const fn attention(word: usize, ascii: bool) -> usize {
    // Of ASCII bytes, a subtraction sets the highest bit of those alone that are below; of others it is set anyway.
    let controls = word.wrapping_sub(ONES.wrapping_mul(0x20));
    let quotes = (word ^ ONES.wrapping_mul(b'"' as usize)).wrapping_sub(ONES);
    let backslashes = (word ^ ONES.wrapping_mul(b'\\' as usize)).wrapping_sub(ONES);
    let marked = controls | quotes | backslashes;
    HIGHS & if ascii { marked | word } else { marked & !word }
}

#[inline(always)]
const fn needs_attention(byte: u8, ascii: bool) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\' || (ascii && byte >= 0x80)
}

/// Marks the bytes that are no digits.
#[inline(always)]
const fn beyond_digits(word: usize) -> usize {
    // A digit is 0 to 9 now, and any byte up to there, and no other one, stays below 0x80 when 0x76 is added.
    let value = word ^ ONES.wrapping_mul(b'0' as usize);
    ((value & !HIGHS).wrapping_add(ONES.wrapping_mul(0x76)) | value) & HIGHS
}

/// Marks the bytes that are 0.
#[cfg(target_pointer_width = "64")]
#[inline(always)]
const fn zeros(word: usize) -> usize {
    // No sum of a byte goes beyond it.
    !((word & !HIGHS).wrapping_add(!HIGHS) | word) & HIGHS
}

/// Marks the bytes below `limit`, which is at most 0x80.
#[inline(always)]
const fn below(word: usize, limit: u8) -> usize {
    word.wrapping_sub(ONES.wrapping_mul(limit as usize)) & !word & HIGHS
}

/// Marks the bytes equal to `byte`, which is ASCII.
#[inline(always)]
const fn equals(word: usize, byte: u8) -> usize {
    below(word ^ ONES.wrapping_mul(byte as usize), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn every_byte_at_every_place() {
        // Miri takes half a minute for all of them.
        let (step, longer) = if cfg!(miri) { (85, 8) } else { (1, 1) };
        for length in (1..20).step_by(longer) {
            for place in 0..length {
                for byte in (0..=255_u8).step_by(step) {
                    let mut bytes: Vec<u8> = core::iter::repeat_n(b'a', length).collect();
                    bytes[place] = byte;
                    let stops = byte < 0x20 || byte == b'"' || byte == b'\\';
                    let expected = if stops { place } else { length };
                    assert_eq!(plain_run(&bytes, false), expected, "{byte:#x} at {place} of {length}");
                    let expected = if stops || byte >= 0x80 { place } else { length };
                    assert_eq!(plain_run(&bytes, true), expected, "{byte:#x} at {place} of {length}");
                    #[cfg(target_pointer_width = "64")]
                    for room in 0..=length {
                        let mut to = std::vec![0; room];
                        let copied = copy_plain_run(&bytes, &mut to);
                        assert_eq!(
                            copied,
                            expected.min(room),
                            "{byte:#x} at {place} of {length}, room for {room}"
                        );
                        assert_eq!(to[..copied], bytes[..copied]);
                    }
                    #[cfg(target_pointer_width = "64")]
                    if let Some(first) = bytes.first_chunk::<16>() {
                        let expected = (stops || byte >= 0x80) && place < 16;
                        let mut words = [0; 16];
                        words[..place.min(16)].copy_from_slice(&bytes[..place.min(16)]);
                        let words = [0, 8].map(|at| u64::from_le_bytes(*words[at..].first_chunk().unwrap()));
                        assert_eq!(
                            short_run(first),
                            expected.then_some((place, words)),
                            "{byte:#x} at {place}"
                        );
                        let expected = if expected { place } else { 16 };
                        assert_eq!(short_length(first), expected, "{byte:#x} at {place}");
                    }
                    #[cfg(target_pointer_width = "64")]
                    {
                        let digits: Vec<u8> =
                            bytes.iter().map(|byte| byte.wrapping_sub(b'a' - b'7')).collect();
                        let expected =
                            digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
                        assert_eq!(digit_run(&digits), expected, "{digits:?}");
                    }
                    let expected = if byte == b'\r' || byte == b'\n' { place } else { length };
                    assert_eq!(line_end(&bytes), expected, "{byte:#x} at {place} of {length}");
                }
            }
        }
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    #[cfg_attr(miri, ignore = "needs no memory of its own")]
    fn lists_of_digits() {
        /// What the words must give, by the letter.
        fn expected(list: &[u8]) -> usize {
            let mut listed = 0;
            for number in list.split_inclusive(|&byte| byte == b',') {
                let Some((b',', digits)) = number.split_last() else { break };
                let is_plain = digits.iter().all(u8::is_ascii_digit) && !digits.starts_with(b"0");
                if digits.is_empty() || !is_plain {
                    break;
                }
                listed += number.len();
            }
            listed
        }

        let parts = [
            "1,",
            "12,",
            "104,",
            "0,",
            "01,",
            ",",
            "-1,",
            "1.5,",
            "1e5,",
            "98765432109,",
            " 7,",
            "x",
            "]",
            "\u{ff}",
            "-",
            "/",
            ":",
        ];
        for first in parts {
            for second in parts {
                for third in parts {
                    for padding in ["", "7", "77,", "101,108,", "8]}, 0123456789"] {
                        let list = [padding, first, second, third, "5,5,5,5,5,5]"].concat();
                        // What does not fill a word is not looked at.
                        let words = list.len() / WIDTH * WIDTH;
                        assert_eq!(
                            listed_digits(list.as_bytes()),
                            expected(&list.as_bytes()[..words]),
                            "{list}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_first_of_several_stops_counts() {
        assert_eq!(plain_run(b"abc\"\\\"\n\x00", false), 3);
        assert_eq!(plain_run(b"\x80\x81!\"#\x1f  ", false), 3);
        assert_eq!(line_end(b"0123456\n\r\n"), 7);
    }
}
