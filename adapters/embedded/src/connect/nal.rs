//! TCP by any stack of embedded-nal-async.

use core::fmt;
use core::net::SocketAddr;

use embedded_nal_async::TcpConnect;

use super::Connect;

/// Connects by a stack of embedded-nal-async, to an address that the caller has resolved.
pub struct NalTcp<'a, T: TcpConnect + 'a> {
    stack: &'a T,
    remote: SocketAddr,
    connection: Option<T::Connection<'a>>,
}

impl<'a, T: TcpConnect> NalTcp<'a, T> {
    /// Connections to this address.
    pub const fn new(stack: &'a T, remote: SocketAddr) -> Self {
        Self { stack, remote, connection: None }
    }
}

impl<'a, T: TcpConnect> Connect for NalTcp<'a, T> {
    type Error = T::Error;
    type Socket = T::Connection<'a>;

    async fn connect(&mut self) -> Result<(), T::Error> {
        // First, since a stack may have room for no more than one.
        self.connection = None;
        self.connection = Some(self.stack.connect(self.remote).await?);
        Ok(())
    }

    fn socket(&mut self) -> Option<&mut T::Connection<'a>> {
        self.connection.as_mut()
    }

    fn close(&mut self) {
        self.connection = None;
    }
}

impl<'a, T: TcpConnect> fmt::Debug for NalTcp<'a, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NalTcp").field("remote", &self.remote).finish_non_exhaustive()
    }
}
