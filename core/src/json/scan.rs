//! Searches that look at a word at a time: eight bytes, or four on a small machine.

const WIDTH: usize = size_of::<usize>();
const ONES: usize = usize::MAX / 0xff;
const HIGHS: usize = ONES * 0x80;

/// How many bytes at the front of `bytes` are string content that needs no attention: neither a quote, a backslash nor a control
/// character, and with `ascii` no byte of a longer UTF-8 sequence.
pub(crate) fn plain_run(bytes: &[u8], ascii: bool) -> usize {
    let beyond = if ascii { HIGHS } else { 0 };
    run(bytes, |word| attention(word, beyond), |byte| needs_attention(byte, ascii))
}

/// Copies ASCII string content that needs no attention from the front of `from` to that of `to`, and says how much that is. Bytes
/// of `to` behind it may change, too.
#[cfg(target_pointer_width = "64")]
pub(super) fn copy_plain_run(from: &[u8], to: &mut [u8]) -> usize {
    let (words, places) = (from.as_chunks::<WIDTH>().0, to.as_chunks_mut::<WIDTH>().0);
    let mut copied = 0_usize;
    for (word, place) in words.iter().zip(places) {
        *place = *word;
        let found = attention(usize::from_le_bytes(*word), HIGHS);
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

/// How many bytes come before the first CR or LF.
pub(crate) fn line_end(bytes: &[u8]) -> usize {
    run(bytes, |word| equals(word, b'\n') | equals(word, b'\r'), |byte| byte == b'\n' || byte == b'\r')
}

/// Counts the bytes before the first stop. `stops` sets the high bit of each byte that is one; above the lowest
/// such bit it may err.
#[inline(always)]
fn run(bytes: &[u8], stops: impl Fn(usize) -> usize, is_stop: impl Fn(u8) -> bool) -> usize {
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

/// Marks the bytes of a string that need attention, and those `beyond`.
#[inline(always)]
const fn attention(word: usize, beyond: usize) -> usize {
    below(word, 0x20) | equals(word, b'"') | equals(word, b'\\') | (word & beyond)
}

#[inline(always)]
const fn needs_attention(byte: u8, ascii: bool) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\' || (ascii && byte >= 0x80)
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
                    let expected = if byte == b'\r' || byte == b'\n' { place } else { length };
                    assert_eq!(line_end(&bytes), expected, "{byte:#x} at {place} of {length}");
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
