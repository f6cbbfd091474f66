//! TCP by `async-io`.

use std::future::Future;
use std::net::{TcpStream, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_io::Async;
use choreoai::TransportError;
use choreoai::http1::{Connect, Target, dial};

use crate::{SmolStream, SmolTimer};

/// Connects over TCP, with `async-io`'s reactor: a thread of its own that serves any executor.
///
/// Names are resolved on the thread pool of `blocking`, and their addresses tried as [`dial`] says.
/// Nagle's algorithm is off, for a request is written at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct SmolConnector;

impl Connect for SmolConnector {
    type Stream = SmolStream;
    type Connecting = SmolConnecting;

    fn connect(&self, target: &Target) -> SmolConnecting {
        SmolConnecting(Box::pin(connect(target.clone())))
    }
}

/// A TCP connection in the making.
#[must_use = "futures do nothing unless polled"]
pub struct SmolConnecting(Pin<Box<dyn Future<Output = Result<SmolStream, TransportError>> + Send>>);

impl Future for SmolConnecting {
    type Output = Result<SmolStream, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn connect(target: Target) -> Result<SmolStream, TransportError> {
    let resolve = |host: String, port| blocking::unblock(move || (host, port).to_socket_addrs());
    let stream = dial(&target, &SmolTimer::default(), resolve, Async::<TcpStream>::connect).await?;
    // Latency suffers without it, nothing else: no reason to refuse the connection.
    let _ = stream.get_ref().set_nodelay(true);
    Ok(stream.into())
}
