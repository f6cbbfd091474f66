//! TCP by `async-io`.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};

use async_io::Async;
use choreoai::http1::{Connect, Target};
use choreoai::{TransportError, TransportErrorKind};

/// Connects over TCP, with `async-io`'s reactor: a thread of its own that serves any executor.
///
/// Names are resolved on the thread pool of `blocking`. The addresses are tried in the order in which the resolver
/// gives them; the first that answers is used. Nagle's algorithm is off, for a request is written at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct SmolConnector;

impl Connect for SmolConnector {
    type Stream = Async<TcpStream>;
    type Connecting = SmolConnecting;

    fn connect(&self, target: &Target) -> SmolConnecting {
        SmolConnecting(Box::pin(connect(target.clone())))
    }
}

/// A TCP connection in the making.
#[must_use = "futures do nothing unless polled"]
pub struct SmolConnecting(Pin<Box<dyn Future<Output = Result<Async<TcpStream>, TransportError>> + Send>>);

impl Future for SmolConnecting {
    type Output = Result<Async<TcpStream>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn connect(target: Target) -> Result<Async<TcpStream>, TransportError> {
    let addresses = resolve(&target).await?;
    let mut failures = Vec::new();
    for address in addresses {
        match Async::<TcpStream>::connect(address).await {
            Ok(stream) => {
                // Latency suffers without it, nothing else: no reason to refuse the connection.
                let _ = stream.get_ref().set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => failures.push((address, error)),
        }
    }
    Err(unreachable(&target, failures))
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, TransportError> {
    let (host, port) = (target.host().to_owned(), target.port());
    let resolved = blocking::unblock(move || (host, port).to_socket_addrs()).await;
    resolved.map(Vec::from_iter).map_err(|error| {
        let context = format!("could not resolve the host name `{}`", target.host());
        TransportError::new(TransportErrorKind::Connect, context).with_source(error)
    })
}

/// Names every address that was tried; the last failure is the source.
fn unreachable(target: &Target, mut failures: Vec<(SocketAddr, io::Error)>) -> TransportError {
    let mut context = format!("could not connect to {target}");
    let Some((last, source)) = failures.pop() else {
        context.push_str(": the name has no address");
        return TransportError::new(TransportErrorKind::Connect, context);
    };
    for (address, error) in &failures {
        // Writing to a string cannot fail.
        let _ = write!(context, ", at {address}: {error}");
    }
    if last.to_string() != target.to_string() {
        let _ = write!(context, ", at {last}");
    }
    TransportError::new(TransportErrorKind::Connect, context).with_source(source)
}
