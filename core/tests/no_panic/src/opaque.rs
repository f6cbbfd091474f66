//! Values that the optimiser knows nothing about but their type.

use core::fmt::{self, Display, Write};
use core::hint::black_box;
use core::time::Duration;

use choreoai_core::json::{RawJson, RawObject};

/// Any value of the type, as far as the optimiser knows.
pub(crate) fn opaque<T>(value: T) -> T {
    black_box(value)
}

/// Uses a value, so that computing it is not dead code.
pub(crate) fn consume<T>(value: T) {
    black_box(value);
}

/// Formats a value with `{}`, into a writer that may fail.
pub(crate) fn display<T: Display>(value: T) {
    consume(write!(Sink, "{}", opaque(value)));
}

pub(crate) fn text() -> &'static str {
    opaque("text")
}

pub(crate) fn bytes() -> &'static [u8] {
    opaque(b"bytes")
}

pub(crate) fn buffer(array: &mut [u8; 16]) -> &mut [u8] {
    opaque(array)
}

pub(crate) fn raw() -> RawJson<'static> {
    RawJson::assume_valid(text())
}

pub(crate) fn raw_object() -> RawObject<'static> {
    RawObject::assume_valid(text())
}

pub(crate) fn duration() -> Duration {
    opaque(Duration::ZERO)
}

struct Sink;

impl Write for Sink {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        consume(text);
        opaque(Ok(()))
    }
}
