//! Hexadecimal digits.

/// The value of a hexadecimal digit, in either case.
pub(crate) const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' | b'A'..=b'F' => Some((byte | 0x20).wrapping_sub(b'a' - 10)),
        _ => None,
    }
}
