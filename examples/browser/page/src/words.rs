//! What an error says, in memory of fixed size.

use core::fmt::{self, Display, Write};

use crate::utf8;

/// Longer than anything that is said.
const LENGTH: usize = 256;

/// The beginning of a text.
#[derive(Debug)]
pub(crate) struct Words {
    bytes: [u8; LENGTH],
    length: usize,
}

impl Words {
    pub(crate) const fn new() -> Self {
        Self { bytes: [0; LENGTH], length: 0 }
    }

    /// What `what` says, as far as there is room for it.
    pub(crate) fn write(&mut self, what: &impl Display) -> &str {
        self.length = 0;
        // What does not fit is not missed: the page shows the beginning.
        let _ = write!(self, "{what}");
        utf8::text(self.bytes.get(..self.length).unwrap_or_default()).unwrap_or_default()
    }
}

impl Write for Words {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = self.bytes.get_mut(self.length..).and_then(|room| room.get_mut(..text.len()));
        room.ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
