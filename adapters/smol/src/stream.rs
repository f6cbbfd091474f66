//! A TCP connection that asks the system no more than it must.

use std::io::{self, IoSlice, Read};
use std::net::TcpStream;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_io::Async;
use futures_io::{AsyncRead, AsyncWrite};

/// A TCP connection, driven by `async-io`'s reactor.
///
/// It asks the system for no more than an [`Async`] does, and less often: a read that leaves room in its buffer has taken all
/// there was, so that the next one begins to wait at once. `Async` asks twice more before it waits. Of an answer whose events
/// come one by one, each costs one `recv`.
#[derive(Debug)]
pub struct SmolStream {
    tcp: Async<TcpStream>,
    /// The last read took all there was, and the reactor has not been asked to tell of more.
    is_drained: bool,
}

impl SmolStream {
    /// The connection, for its addresses and options.
    pub fn get_ref(&self) -> &TcpStream {
        self.tcp.get_ref()
    }
}

impl From<Async<TcpStream>> for SmolStream {
    fn from(tcp: Async<TcpStream>) -> Self {
        Self { tcp, is_drained: false }
    }
}

impl AsyncRead for SmolStream {
    /// Once a wait has begun, whoever polls asks the system. [`Async::poll_readable`] would not do: what the reactor tells while
    /// it is on another thread may be too early for it to count.
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        loop {
            if !this.is_drained {
                match this.tcp.get_ref().read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Ok(count @ 1..) => {
                        this.is_drained = count < buffer.len();
                        return Poll::Ready(Ok(count));
                    }
                    // The end, which is met again, or an error.
                    outcome => return Poll::Ready(outcome),
                }
                this.is_drained = true;
            }
            // What it was told before the last read comes first. Then it begins a wait, and nothing is missed: the reactor is
            // told of what is there, not of what is new.
            match this.tcp.poll_readable(cx) {
                Poll::Ready(told) => told?,
                Poll::Pending => {
                    this.is_drained = false;
                    return Poll::Pending;
                }
            }
        }
    }
}

impl AsyncWrite for SmolStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(cx, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(cx, buffers)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_close(cx)
    }
}
