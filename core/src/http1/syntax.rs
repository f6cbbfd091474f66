//! Character classes of RFC 9110, section 5.6, and cuts of the input that cannot fail.

use super::status_line::Status;

/// What the lines of a head and of trailers consist of.
#[derive(Clone, Copy, Debug)]
pub(super) enum LinePart<'i> {
    /// The status line is complete, and says this.
    Status(Status),
    /// A piece of a field's name.
    Name(&'i [u8]),
    NameEnd,
    /// A piece of the field's value.
    Value(&'i [u8]),
    FieldEnd,
    /// The empty line behind the fields.
    End,
}

/// A set of ASCII bytes, one bit for each.
pub(super) struct Bytes([u32; 4]);

impl Bytes {
    /// Letters, digits, and these.
    pub(super) const fn alphanumeric_or(others: &[u8]) -> Self {
        let mut bits = 0_u128;
        let mut byte = 0_u8;
        while byte < 0x80 {
            if byte.is_ascii_alphanumeric() {
                bits |= 1 << byte;
            }
            byte = byte.wrapping_add(1);
        }
        let mut rest = others;
        while let Some((&other, behind)) = rest.split_first() {
            bits |= 1 << other;
            rest = behind;
        }
        Self([bits as u32, (bits >> 32) as u32, (bits >> 64) as u32, (bits >> 96) as u32])
    }

    pub(super) fn contain(&self, byte: u8) -> bool {
        let Self(words) = self;
        words.get(usize::from(byte / 32)).is_some_and(|word| word >> (byte % 32) & 1 != 0)
    }

    #[cfg_attr(target_pointer_width = "32", inline(never))]
    pub(super) fn contain_all(&self, text: &str) -> bool {
        text.bytes().all(|byte| self.contain(byte))
    }
}

/// What names and other tokens are made of.
pub(super) static TOKEN: Bytes = Bytes::alphanumeric_or(b"!#$%&'*+-.^_`|~");

/// `tchar`: what names and other tokens are made of.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(super) fn is_token(byte: u8) -> bool {
    TOKEN.contain(byte)
}

/// `VCHAR` or `obs-text`: what stands in values besides white space.
pub(super) const fn is_visible(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f
}

/// `SP` or `HTAB`.
pub(super) const fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Takes `count` bytes off the front of `input`, or all of it if it is shorter.
pub(super) fn take<'i>(input: &mut &'i [u8], count: usize) -> &'i [u8] {
    let (front, rest) = input.split_at_checked(count).unwrap_or((input, &[]));
    *input = rest;
    front
}

/// Takes the longest run of accepted bytes off the front of `input`.
pub(super) fn take_while<'i>(input: &mut &'i [u8], accept: impl Fn(u8) -> bool) -> &'i [u8] {
    let count = input.iter().position(|&byte| !accept(byte)).unwrap_or(input.len());
    take(input, count)
}

/// Takes what there is of so many bytes, and counts it off them; `None` if there is none.
#[cfg_attr(target_pointer_width = "32", inline(never))] // Arithmetic of 64 bits is long there.
pub(super) fn take_counted<'i>(input: &mut &'i [u8], left: &mut u64) -> Option<&'i [u8]> {
    let data = take(input, usize::try_from(*left).unwrap_or(usize::MAX));
    *left = left.wrapping_sub(data.len() as u64);
    if data.is_empty() { None } else { Some(data) }
}
