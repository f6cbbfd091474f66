//! An answer, from the bytes of its body to what the page is told.

use core::ops::Range;

use boundary::Lent;
use choreoai_core::chat::{Decoder, Verdict};
use choreoai_core::{Error, ErrorClass};

use crate::told::Told;

/// An answer that is being read.
pub(crate) struct Answer {
    decoder: Decoder,
    /// What of the room is to be read.
    unread: Range<usize>,
}

/// How an answer ended. `web/core.js` has the same numbers.
#[derive(Clone, Copy)]
pub(crate) enum Ending {
    /// The answer is complete, and says why it ended.
    Finished = 1,
    /// The answer is complete.
    Done = 2,
    /// The server reported an error.
    Server = 3,
    /// The body ended before the answer did.
    Truncated = 4,
    /// It cannot be decoded, or only beyond a limit.
    Malformed = 5,
}

impl Answer {
    pub(crate) const fn new() -> Self {
        Self { decoder: Decoder::new(), unread: 0..0 }
    }

    /// Reads the body as an error report.
    pub(crate) fn expect_error(&mut self) {
        self.decoder = Decoder::new().for_error_body();
    }

    /// So many bytes are to be read from the beginning of the room.
    pub(crate) fn push(&mut self, length: usize) {
        self.unread = 0..length;
    }

    /// The number of the next event that a page wants to know; its text is lent. 0: all is read.
    pub(crate) fn next(&mut self, room: &[u8], text: &Lent) -> u32 {
        let mut input = room.get(self.unread.clone()).unwrap_or_default();
        let number = loop {
            let told = match self.decoder.next_event(&mut input) {
                None => break 0,
                Some(Err(_)) => Some(Told::BROKEN),
                Some(Ok(event)) => Told::of(&event),
            };
            if let Some(told) = told {
                text.lend(told.text.as_bytes());
                break told.number();
            }
        };
        self.unread.start = self.unread.end.saturating_sub(input.len());
        number
    }

    pub(crate) fn tool_call_index(&self) -> Option<u32> {
        self.decoder.tool_call_index()
    }

    pub(crate) fn end(&mut self) {
        self.decoder.end();
    }

    /// How it ended, and what is wrong with it.
    pub(crate) fn ending(&self) -> (Ending, Option<Error>) {
        match self.decoder.verdict() {
            Ok(Verdict::Finished) => (Ending::Finished, None),
            Ok(Verdict::Done) => (Ending::Done, None),
            Err(error) => {
                let ending = match error.class() {
                    ErrorClass::Server => Ending::Server,
                    ErrorClass::Truncated => Ending::Truncated,
                    _ => Ending::Malformed,
                };
                (ending, Some(error))
            }
        }
    }
}
