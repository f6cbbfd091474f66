//! Standard input and output as a transport.

use std::io::{self, Read as _, StdinLock, StdoutLock, Write as _};

use embedded_io_async::{ErrorType, Read, Write};

/// Standard input and output. Reads and writes block.
#[derive(Debug)]
pub(crate) struct Pipe {
    input: StdinLock<'static>,
    output: StdoutLock<'static>,
}

impl Pipe {
    pub(crate) fn new() -> Self {
        Self { input: io::stdin().lock(), output: io::stdout().lock() }
    }
}

impl ErrorType for Pipe {
    type Error = io::Error;
}

impl Read for Pipe {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl Write for Pipe {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}
