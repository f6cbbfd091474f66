//! TCP by async-std.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use async_std::net::{TcpStream, ToSocketAddrs};
use choreoai::TransportError;
use choreoai::http1::{Connect, Target, dial};

use crate::AsyncStdTimer;

/// Connects over TCP, by async-std's `TcpStream`.
///
/// Names are resolved by async-std's `ToSocketAddrs`, on its threads for blocking work, and their addresses tried as
/// [`dial`] says. Nagle's algorithm is off, for a request is written at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct AsyncStdConnector;

impl Connect for AsyncStdConnector {
    type Stream = TcpStream;
    type Connecting = AsyncStdConnecting;

    fn connect(&self, target: &Target) -> AsyncStdConnecting {
        AsyncStdConnecting(Box::pin(connect(target.clone())))
    }
}

/// A TCP connection in the making.
#[must_use = "futures do nothing unless polled"]
pub struct AsyncStdConnecting(Pin<Box<dyn Future<Output = Result<TcpStream, TransportError>> + Send>>);

impl Future for AsyncStdConnecting {
    type Output = Result<TcpStream, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn connect(target: Target) -> Result<TcpStream, TransportError> {
    let resolve = async |host: String, port| (host.as_str(), port).to_socket_addrs().await;
    let stream = dial(&target, &AsyncStdTimer::default(), resolve, TcpStream::connect).await?;
    // Latency suffers without it, nothing else: no reason to refuse the connection.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}
