//! Names that are compared without regard to the case of their letters.

/// [`<[u8]>::eq_ignore_ascii_case`], of which one copy does for all names.
#[cfg_attr(target_pointer_width = "32", inline(never))]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.eq_ignore_ascii_case(other)
}
