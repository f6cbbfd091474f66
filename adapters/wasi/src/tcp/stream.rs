//! A TCP connection as a byte stream.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};
use wasip2::io::streams::{InputStream, OutputStream};
use wasip2::sockets::tcp::{ShutdownType, TcpSocket};

use super::failure::stream_error;
use crate::reactor::Source;

/// A TCP connection. Dropping it closes it.
pub struct WasiStream {
    // In the order in which the host must get them back.
    readable: Option<Source>,
    writable: Option<Source>,
    input: InputStream,
    output: OutputStream,
    socket: TcpSocket,
}

impl WasiStream {
    pub(super) fn new(input: InputStream, output: OutputStream, socket: TcpSocket) -> Self {
        Self { readable: None, writable: None, input, output, socket }
    }
}

impl AsyncRead for WasiStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let Self { readable, input, .. } = self.get_mut();
        if buffer.is_empty() {
            return Poll::Ready(Ok(0));
        }
        match input.read(u64::try_from(buffer.len()).unwrap_or(u64::MAX)) {
            Ok(data) if data.is_empty() => {
                readable.get_or_insert_with(|| Source::new(input.subscribe())).wake_when_ready(cx);
                Poll::Pending
            }
            Ok(data) => {
                // Hosts give no more than was asked for.
                let count = data.len().min(buffer.len());
                buffer[..count].copy_from_slice(&data[..count]);
                Poll::Ready(Ok(count))
            }
            Err(error) => Poll::Ready(stream_error(&error).map_or(Ok(0), Err)),
        }
    }
}

impl AsyncWrite for WasiStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, data: &[u8]) -> Poll<io::Result<usize>> {
        let Self { writable, output, .. } = self.get_mut();
        let closed = |error| stream_error(&error).unwrap_or_else(|| io::ErrorKind::BrokenPipe.into());
        match output.check_write().map_err(closed)? {
            0 => {
                writable.get_or_insert_with(|| Source::new(output.subscribe())).wake_when_ready(cx);
                Poll::Pending
            }
            permitted => {
                let count = usize::try_from(permitted).unwrap_or(usize::MAX).min(data.len());
                output.write(&data[..count]).map_err(closed)?;
                Poll::Ready(Ok(count))
            }
        }
    }

    /// What the host took it sends by itself.
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.shutdown(ShutdownType::Send).map_err(super::failure::io_error))
    }
}

impl fmt::Debug for WasiStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WasiStream").finish_non_exhaustive()
    }
}
