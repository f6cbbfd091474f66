//! Bodies of requests, written piece by piece.

use choreoai_core::json::writer::{Encoder, Part};

/// The body of a request, of a known length, of which piece after piece is written.
pub(crate) trait Body {
    /// How many bytes it has, all in all.
    fn length(&self) -> u64;

    /// Writes what follows, as much as fits, and says how much that is; less than there is room only at the end.
    fn encode(&mut self, out: &mut [u8]) -> usize;
}

impl<'r, P: Iterator<Item = Part<'r>>> Body for Encoder<'r, P> {
    fn length(&self) -> u64 {
        self.content_length()
    }

    fn encode(&mut self, out: &mut [u8]) -> usize {
        Self::encode(self, out)
    }
}

/// A body that is there already.
pub(crate) struct Ready<'r> {
    text: &'r [u8],
    written: usize,
}

impl<'r> Ready<'r> {
    pub(crate) const fn new(text: &'r str) -> Self {
        Self { text: text.as_bytes(), written: 0 }
    }
}

impl Body for Ready<'_> {
    fn length(&self) -> u64 {
        self.text.len() as u64
    }

    fn encode(&mut self, out: &mut [u8]) -> usize {
        let rest = self.text.get(self.written..).unwrap_or_default();
        let count = rest.len().min(out.len());
        for (to, from) in out.iter_mut().zip(rest) {
            *to = *from;
        }
        self.written = self.written.saturating_add(count);
        count
    }
}
