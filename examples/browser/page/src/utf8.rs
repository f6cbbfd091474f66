//! Bytes as text.

/// All of `bytes`, if they are UTF-8. `core::str::from_utf8` is faster, and more code beside what the decoder has.
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    match bytes.utf8_chunks().next() {
        Some(chunk) => chunk.invalid().is_empty().then_some(chunk.valid()),
        None => Some(""),
    }
}
