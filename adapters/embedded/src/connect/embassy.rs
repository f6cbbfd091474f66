//! TCP by embassy-net.

use core::fmt;

use embassy_net::IpEndpoint;
use embassy_net::tcp::{ConnectError, Error, TcpSocket};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};

use super::Connect;

/// A TCP socket of embassy-net that connects to one address, again and again, with the buffers that it has.
///
/// The address is the caller's to resolve, by `Stack::dns_query` for instance. Reads that are dropped have taken nothing:
/// [`with_safe_reads`](crate::Client::with_safe_reads) is in order.
pub struct EmbassyTcp<'a> {
    socket: TcpSocket<'a>,
    remote: IpEndpoint,
    is_connected: bool,
}

/// Why there is no connection, or why it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum EmbassyTcpError {
    /// It could not be made.
    Connect(ConnectError),
    /// It was lost.
    Lost(Error),
}

impl<'a> EmbassyTcp<'a> {
    /// Connections of this socket to this address.
    pub const fn new(socket: TcpSocket<'a>, remote: IpEndpoint) -> Self {
        Self { socket, remote, is_connected: false }
    }
}

impl Connect for EmbassyTcp<'_> {
    type Error = EmbassyTcpError;
    type Socket = Self;

    async fn connect(&mut self) -> Result<(), EmbassyTcpError> {
        self.is_connected = false;
        self.socket.abort();
        // Waits until the other end has been told; that this fails says nothing about the next connection.
        let _ = self.socket.flush().await;
        self.socket.connect(self.remote).await.map_err(EmbassyTcpError::Connect)?;
        self.is_connected = true;
        Ok(())
    }

    fn socket(&mut self) -> Option<&mut Self> {
        self.is_connected.then_some(self)
    }

    fn close(&mut self) {
        self.is_connected = false;
        self.socket.abort();
    }
}

impl ErrorType for EmbassyTcp<'_> {
    type Error = EmbassyTcpError;
}

impl Read for EmbassyTcp<'_> {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, EmbassyTcpError> {
        self.socket.read(buffer).await.map_err(EmbassyTcpError::Lost)
    }
}

impl Write for EmbassyTcp<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, EmbassyTcpError> {
        self.socket.write(bytes).await.map_err(EmbassyTcpError::Lost)
    }

    /// Returns at once: the stack sends what was written by itself, and to wait until the other end has it would only cost a
    /// round trip.
    async fn flush(&mut self) -> Result<(), EmbassyTcpError> {
        Ok(())
    }
}

impl fmt::Debug for EmbassyTcp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbassyTcp").field("is_connected", &self.is_connected).finish_non_exhaustive()
    }
}

impl fmt::Display for EmbassyTcpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect(ConnectError::ConnectionReset) => {
                "the server does not accept the connection; check the port"
            }
            Self::Connect(ConnectError::TimedOut) => "the server does not answer; check the address",
            Self::Connect(ConnectError::NoRoute) => "there is no route to the server; check the network",
            Self::Connect(ConnectError::InvalidState) => {
                "the socket is in use; give the connector one of its own"
            }
            Self::Lost(_) => "the connection was reset or timed out",
        })
    }
}

impl core::error::Error for EmbassyTcpError {}

impl embedded_io_async::Error for EmbassyTcpError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Connect(ConnectError::ConnectionReset) => ErrorKind::ConnectionRefused,
            Self::Connect(ConnectError::TimedOut) => ErrorKind::TimedOut,
            Self::Connect(ConnectError::NoRoute) => ErrorKind::NotConnected,
            Self::Connect(ConnectError::InvalidState) => ErrorKind::Other,
            Self::Lost(_) => ErrorKind::ConnectionReset,
        }
    }
}
