//! A header in memory of fixed size.

use choreoai_core::http1::Part;

/// Gathers one header after the other. One that is longer than any that is looked for is skipped.
#[derive(Debug, Default)]
pub struct FieldText {
    name: heapless::String<16>,
    value: heapless::Vec<u8, 40>,
    is_too_long: bool,
}

impl FieldText {
    /// Takes a part of the head; `Some` if it completes a header.
    pub(super) fn push(&mut self, part: Part<'_>) -> Option<(&str, &[u8])> {
        match part {
            Part::Name(piece) => {
                let text = core::str::from_utf8(piece).unwrap_or_default();
                self.is_too_long |= self.name.push_str(text).is_err();
            }
            Part::Value(piece) => self.is_too_long |= self.value.extend_from_slice(piece).is_err(),
            Part::FieldEnd if !self.is_too_long => return Some((&self.name, &self.value)),
            _ => {}
        }
        None
    }

    /// The header was looked at.
    pub(super) fn clear(&mut self) {
        self.name.clear();
        self.value.clear();
        self.is_too_long = false;
    }
}
