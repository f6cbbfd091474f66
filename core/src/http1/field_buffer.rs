//! Whole fields out of fragments.

use core::fmt;

use super::response::Part;
use crate::ascii::is_same;

/// Gathers the fields of a response, one at a time, in a buffer that the caller lends.
///
/// Every [`Part`] may be pushed; those that are no fields are ignored. A buffer can serve
/// one response after the other. A field whose name and value together do not
/// fit the buffer is skipped, and said to be, and the next one starts afresh.
#[derive(Debug)]
pub struct FieldBuffer<'b> {
    buffer: &'b mut [u8],
    name: usize,
    length: usize,
    overflowed: bool,
}

/// A whole field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'b> {
    /// The name as the server wrote it: ASCII, in any case. Compare with [`Field::is`].
    pub name: &'b [u8],
    /// The value, without white space around it.
    pub value: &'b [u8],
}

/// A field did not fit its [`FieldBuffer`] and was skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldTooLong;

impl<'b> FieldBuffer<'b> {
    /// Gathers fields of up to `buffer.len()` bytes, name and value together.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, name: 0, length: 0, overflowed: false }
    }

    /// Takes a part; `Some` if it completes a field.
    pub fn push(&mut self, part: Part<'_>) -> Option<Result<Field<'_>, FieldTooLong>> {
        match part {
            Part::Status(_) => self.start(),
            Part::Name(piece) => {
                self.append(piece);
                self.name = self.length;
            }
            Part::Value(piece) => self.append(piece),
            Part::FieldEnd => {
                let (name, length) = (self.name, self.length);
                let overflowed = self.overflowed;
                self.start();
                let field = self.buffer.get(..length).and_then(|field| field.split_at_checked(name));
                return Some(match field {
                    Some((name, value)) if !overflowed => Ok(Field { name, value }),
                    _ => Err(FieldTooLong),
                });
            }
            _ => {}
        }
        None
    }

    fn start(&mut self) {
        (self.name, self.length, self.overflowed) = (0, 0, false);
    }

    fn append(&mut self, piece: &[u8]) {
        let free = self.buffer.get_mut(self.length..).unwrap_or_default();
        if piece.len() > free.len() {
            self.overflowed = true;
            return;
        }
        for (to, from) in free.iter_mut().zip(piece) {
            *to = *from;
        }
        self.length = self.length.saturating_add(piece.len());
    }
}

impl Field<'_> {
    /// Whether this is the field called `name`, which is ASCII in any case.
    pub fn is(&self, name: &str) -> bool {
        is_same(self.name, name.as_bytes())
    }
}

impl fmt::Display for FieldTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a header field of the response does not fit the buffer given for it")
    }
}

impl core::error::Error for FieldTooLong {}
