//! Base64 to bytes.

/// What marks a byte that is no digit.
const NONE: u8 = 0xff;

const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < alphabet.len() {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The bytes that `text` stands for (RFC 4648, section 4). `None`: it holds other characters than the alphabet's, is not
/// padded to groups of four, or has bits set that no encoder sets.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (groups, []) = text.as_bytes().as_chunks::<4>() else { return None };
    let Some((last, whole)) = groups.split_last() else { return Some(Vec::new()) };
    let mut bytes = Vec::with_capacity(groups.len() * 3);
    for group in whole {
        bytes.extend_from_slice(&three(*group)?);
    }
    let kept = match last {
        [.., b'=', b'='] => 1,
        [.., b'='] => 2,
        _ => 3,
    };
    let mut last = *last;
    last[kept + 1..].fill(b'A');
    let last = three(last)?;
    let (kept, rest) = last.split_at(kept);
    bytes.extend_from_slice(kept);
    rest.iter().all(|&byte| byte == 0).then_some(bytes)
}

fn three(group: [u8; 4]) -> Option<[u8; 3]> {
    let [a, b, c, d] = group.map(|digit| VALUES[usize::from(digit)]);
    // A digit's value has six bits.
    if a | b | c | d > 0x3f {
        return None;
    }
    Some([a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_rfc_4648_section_10() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg==", b"foob"),
            ("Zm9vYmE=", b"fooba"),
            ("Zm9vYmFy", b"foobar"),
            ("+/+/", &[0xfb, 0xff, 0xbf]),
            ("AACAPwAAAMA=", &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]),
        ] {
            assert_eq!(decode(text).as_deref(), Some(bytes), "{text}");
        }
    }

    #[test]
    fn all_else_is_refused() {
        for text in [
            "Z",
            "Zg",
            "Zg=",
            "Zm8",
            "Zg==Zg==",
            "Zm8=Zm8=",
            "====",
            "Z===",
            "=Zg=",
            "Zm9v=",
            "Zm9v====",
            "Zm 9",
            "Zm9v\n",
            "Zm9-",
            "Zm9_",
            "Zm9\u{e9}",
            "Zh==",
            "Zm9=",
            "\0\0\0\0",
        ] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }
}
