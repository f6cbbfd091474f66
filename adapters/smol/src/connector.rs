//! TCP by `async-io`.

use std::fmt::Write as _;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_io::{Async, Timer};
use choreoai::http1::{Connect, Target};
use choreoai::{TransportError, TransportErrorKind};

use crate::race::race;

/// How long an address is tried before the next one is tried beside it: the delay that RFC 8305, section 5, recommends.
const HEAD_START: Duration = Duration::from_millis(250);

/// Connects over TCP, with `async-io`'s reactor: a thread of its own that serves any executor.
///
/// Names are resolved on the thread pool of `blocking`. The addresses are tried in the order in which the resolver
/// gives them, the next one when one has failed or the last one has not answered for 250 ms; the first that
/// answers is used.
/// Nagle's algorithm is off, for a request is written at once.
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
    let attempt = |address: SocketAddr| async move {
        Async::<TcpStream>::connect(address).await.map_err(|error| (address, error))
    };
    let stream = race(addresses, attempt, || Timer::after(HEAD_START))
        .await
        .map_err(|failures| unreachable(&target, failures))?;
    // Latency suffers without it, nothing else: no reason to refuse the connection.
    let _ = stream.get_ref().set_nodelay(true);
    Ok(stream)
}

async fn resolve(target: &Target) -> Result<Vec<SocketAddr>, TransportError> {
    let (host, port) = (target.host(), target.port());
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let name = host.to_owned();
    let resolved = blocking::unblock(move || (name, port).to_socket_addrs()).await;
    resolved.map(Vec::from_iter).map_err(|error| {
        let context = format!("could not resolve the host name `{host}`");
        TransportError::new(TransportErrorKind::Connect, context).with_source(error)
    })
}

/// Names every address that was tried where there was a choice; the last failure is the source.
fn unreachable(target: &Target, mut failures: Vec<(SocketAddr, io::Error)>) -> TransportError {
    let mut context = format!("could not connect to {target}");
    let Some((last, source)) = failures.pop() else {
        context.push_str(": its name has no address");
        return TransportError::new(TransportErrorKind::Connect, context);
    };
    for (address, error) in &failures {
        // Writing to a string cannot fail.
        let _ = write!(context, ", at {address}: {error}");
    }
    if last.ip().to_string() != target.host() {
        let _ = write!(context, ", at {last}");
    }
    TransportError::new(TransportErrorKind::Connect, context).with_source(source)
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_failure_names_what_was_tried() {
        let failure = |address: &str| (address.parse().unwrap(), io::ErrorKind::ConnectionRefused.into());
        let cases: [(&str, &[&str], &str); 4] = [
            ("http://127.0.0.1:81", &["127.0.0.1:81"], "could not connect to 127.0.0.1:81"),
            ("http://[::1]:81", &["[::1]:81"], "could not connect to [::1]:81"),
            (
                "http://localhost",
                &["[::1]:80", "127.0.0.1:80"],
                "could not connect to localhost:80, at [::1]:80: connection refused, at 127.0.0.1:80",
            ),
            ("http://localhost", &[], "could not connect to localhost:80: its name has no address"),
        ];
        for (uri, tried, expected) in cases {
            let target = Target::from_uri(&uri.parse().unwrap()).unwrap();
            let error = unreachable(&target, tried.iter().map(|address| failure(address)).collect());
            assert_eq!((error.kind(), error.to_string().as_str()), (TransportErrorKind::Connect, expected));
            assert_eq!(error.source().is_some(), !tried.is_empty());
        }
    }
}
