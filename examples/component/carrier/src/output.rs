//! Standard output, without the detour of the standard library, which hands on 4 KiB at a time and waits for each.

use std::io;

use choreoai_wasi::wasip2::cli::stdout::{OutputStream, get_stdout};
use choreoai_wasi::wasip2::io::streams::StreamError;

pub(crate) struct Output(OutputStream);

impl Output {
    pub(crate) fn new() -> Self {
        Self(get_stdout())
    }

    /// Writes all of it, however long that takes.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes).map_err(|error| io::Error::other(error.to_string()))
    }

    fn write_all(&self, mut bytes: &[u8]) -> Result<(), StreamError> {
        while !bytes.is_empty() {
            let permitted = usize::try_from(self.0.check_write()?).unwrap_or(usize::MAX);
            if permitted == 0 {
                self.0.subscribe().block();
            }
            let (now, later) = bytes.split_at(permitted.min(bytes.len()));
            self.0.write(now)?;
            bytes = later;
        }
        self.0.blocking_flush()
    }
}
