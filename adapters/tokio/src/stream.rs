//! Sockets for the client's own HTTP/1.1.

use std::io::{self, IoSlice, Read as _};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_io::{AsyncRead, AsyncWrite};
use socket2::SockRef;
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;

/// A TCP stream of tokio's, as a [connector](choreoai::http1::Connect) hands it to [`Http1`](choreoai::http1::Http1).
///
/// It reads what has arrived, where tokio's own reads what its reactor has told of so far. That makes a difference where
/// nobody has waited: when a request wants an idle connection, it must be known whether the last answer has come to its end,
/// and whether the server has closed the connection or spoken unasked. The price is a system call for each time that there
/// is nothing to be read.
#[derive(Debug)]
pub struct TokioStream(TcpStream);

impl From<TcpStream> for TokioStream {
    fn from(stream: TcpStream) -> Self {
        Self(stream)
    }
}

impl AsRef<TcpStream> for TokioStream {
    fn as_ref(&self) -> &TcpStream {
        &self.0
    }
}

impl AsyncRead for TokioStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        match (&*SockRef::from(&self.0)).read(buf) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            outcome => return Poll::Ready(outcome),
        }
        // What the reactor tells later of bytes that were read above, this finds out to be nothing.
        let mut buf = ReadBuf::new(buf);
        ready!(Pin::new(&mut self.0).poll_read(cx, &mut buf))?;
        Poll::Ready(Ok(buf.filled().len()))
    }
}

impl AsyncWrite for TokioStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream as Peer};
    use std::task::Waker;

    use super::*;

    async fn pair() -> (TcpStream, Peer) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (stream, listener.accept().unwrap().0)
    }

    /// What a read gives at once.
    fn read(stream: &mut TokioStream) -> Poll<io::Result<usize>> {
        Pin::new(stream).poll_read(&mut Context::from_waker(Waker::noop()), &mut [0; 16])
    }

    /// Nobody runs the reactor of this runtime's only thread meanwhile.
    #[tokio::test]
    async fn what_has_arrived_is_read_although_the_reactor_has_not_told_of_it() {
        let (mut stream, mut peer) = pair().await;
        // Tokio's own stream looks once, and then waits to be told.
        let mut buf = [0; 16];
        let mut waiting = || {
            let cx = &mut Context::from_waker(Waker::noop());
            Pin::new(&mut stream).poll_read(cx, &mut ReadBuf::new(&mut buf)).is_pending()
        };
        assert!(waiting());
        peer.write_all(b"two").unwrap();
        assert!(waiting());
        let mut stream = TokioStream::from(stream);
        assert!(matches!(read(&mut stream), Poll::Ready(Ok(3))));
        assert!(read(&mut stream).is_pending());
        peer.write_all(b"more").unwrap();
        assert!(matches!(read(&mut stream), Poll::Ready(Ok(4))));
        drop(peer);
        assert!(matches!(read(&mut stream), Poll::Ready(Ok(0))));
    }

    #[tokio::test]
    async fn whoever_waits_is_woken() {
        let (stream, mut peer) = pair().await;
        let mut stream = TokioStream::from(stream);
        for round in 0..100 {
            // Now the reactor has something to tell that has been read already.
            peer.write_all(b"early").unwrap();
            assert!(matches!(read(&mut stream), Poll::Ready(Ok(5))), "{round}");
            assert!(read(&mut stream).is_pending());
            let writing = std::thread::spawn(move || {
                peer.write_all(b"late").unwrap();
                peer
            });
            let mut buf = [0; 16];
            let length = poll_fn(|cx| Pin::new(&mut stream).poll_read(cx, &mut buf)).await.unwrap();
            assert_eq!(buf[..length], *b"late");
            peer = writing.join().unwrap();
        }
    }
}
