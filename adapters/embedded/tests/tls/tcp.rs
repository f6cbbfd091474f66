//! A connection that an attacker sits on.

use std::cell::Cell;
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::Duration;

use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

/// A TCP stream that blocks, and what is done to it.
pub(crate) struct Tcp {
    stream: TcpStream,
    attack: Rc<Attack>,
}

/// What is done to what the server sends. To begin with: nothing.
#[derive(Default)]
pub(crate) struct Attack {
    /// After so many more bytes the connection is cut.
    left: Cell<Option<usize>>,
    /// What comes in place of the connection's end.
    forged: Cell<&'static [u8]>,
}

impl Attack {
    pub(crate) fn none() -> Self {
        Self::default()
    }

    pub(crate) fn cut(left: usize) -> Self {
        Self { left: Cell::new(Some(left)), ..Self::default() }
    }

    pub(crate) fn forge(end: &'static [u8]) -> Self {
        Self { forged: Cell::new(end), ..Self::default() }
    }

    /// From now on it is done as `other` says.
    pub(crate) fn begin(&self, other: Self) {
        self.left.swap(&other.left);
        self.forged.swap(&other.forged);
    }
}

impl Tcp {
    pub(crate) fn connect(addr: SocketAddr, attack: &Rc<Attack>) -> Self {
        let stream = TcpStream::connect(addr).expect("a connection to a gateway of the test");
        // So that what hangs fails.
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a limit");
        Self { stream, attack: Rc::clone(attack) }
    }
}

impl ErrorType for Tcp {
    type Error = ErrorKind;
}

impl Read for Tcp {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        let left = self.attack.left.get().unwrap_or(usize::MAX);
        let end = buffer.len().min(left);
        let count = io::Read::read(&mut self.stream, &mut buffer[..end]).map_err(kind)?;
        self.attack.left.update(|left| left.map(|left| left - count));
        if count > 0 {
            return Ok(count);
        }
        let mut forged = self.attack.forged.get();
        let count = io::Read::read(&mut forged, buffer).map_err(kind)?;
        self.attack.forged.set(forged);
        Ok(count)
    }
}

impl Write for Tcp {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        io::Write::write(&mut self.stream, bytes).map_err(kind)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

fn kind(error: io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => ErrorKind::TimedOut,
        io::ErrorKind::ConnectionReset => ErrorKind::ConnectionReset,
        io::ErrorKind::BrokenPipe => ErrorKind::BrokenPipe,
        _ => ErrorKind::Other,
    }
}
