//! From a host name to a connected stream.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use choreoai::TransportError;
use choreoai::http1::{Connect, Target, dial};
use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress, Network,
};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;

use super::WasiStream;
use super::failure::io_error;
use crate::{WasiTimer, ready};

/// Connects over TCP, by `wasi:sockets`: for [`Http1`](choreoai::http1::Http1), where the host gives the network but no
/// `wasi:http`, or one that keeps no connections or does not cancel. `https` is refused.
///
/// Names are resolved by the host, and their addresses tried as [`dial`] says.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiConnector;

impl Connect for WasiConnector {
    type Stream = WasiStream;
    type Connecting = WasiConnecting;

    /// Nothing happens before the first poll, which takes [`block_on`](crate::block_on).
    fn connect(&self, target: &Target) -> WasiConnecting {
        WasiConnecting(Box::pin(connect(target.clone())))
    }
}

/// A TCP connection in the making.
#[must_use = "futures do nothing unless polled"]
pub struct WasiConnecting(Pin<Box<dyn Future<Output = Result<WasiStream, TransportError>> + Send>>);

impl Future for WasiConnecting {
    type Output = Result<WasiStream, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn connect(target: Target) -> Result<WasiStream, TransportError> {
    let network = Arc::new(instance_network());
    let resolving = Arc::clone(&network);
    let resolve = |host, port| resolve(resolving, host, port);
    dial(&target, &WasiTimer, resolve, |address| stream(Arc::clone(&network), address)).await
}

async fn resolve(network: Arc<Network>, host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    let found = resolve_addresses(&network, &host).map_err(io_error)?;
    let mut addresses = Vec::new();
    loop {
        match found.resolve_next_address() {
            Ok(Some(address)) => addresses.push(SocketAddr::new(ip(address), port)),
            Ok(None) => return Ok(addresses),
            Err(ErrorCode::WouldBlock) => ready(found.subscribe()).await,
            Err(code) => return Err(io_error(code)),
        }
    }
}

async fn stream(network: Arc<Network>, address: SocketAddr) -> io::Result<WasiStream> {
    let family = if address.is_ipv4() { IpAddressFamily::Ipv4 } else { IpAddressFamily::Ipv6 };
    let socket = create_tcp_socket(family).map_err(io_error)?;
    socket.start_connect(&network, socket_address(address)).map_err(io_error)?;
    loop {
        match socket.finish_connect() {
            Ok((input, output)) => return Ok(WasiStream::new(input, output, socket)),
            Err(ErrorCode::WouldBlock) => ready(socket.subscribe()).await,
            Err(code) => return Err(io_error(code)),
        }
    }
}

fn ip(address: IpAddress) -> IpAddr {
    match address {
        IpAddress::Ipv4((a, b, c, d)) => [a, b, c, d].into(),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => [a, b, c, d, e, f, g, h].into(),
    }
}

fn socket_address(address: SocketAddr) -> IpSocketAddress {
    match address {
        SocketAddr::V4(address) => {
            let [a, b, c, d] = address.ip().octets();
            IpSocketAddress::Ipv4(Ipv4SocketAddress { port: address.port(), address: (a, b, c, d) })
        }
        SocketAddr::V6(address) => {
            let [a, b, c, d, e, f, g, h] = address.ip().segments();
            IpSocketAddress::Ipv6(Ipv6SocketAddress {
                port: address.port(),
                flow_info: address.flowinfo(),
                address: (a, b, c, d, e, f, g, h),
                scope_id: address.scope_id(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_the_same_on_both_sides() {
        for text in ["127.0.0.1:80", "192.0.2.255:65535", "[2001:db8::1:2]:443"] {
            let address: SocketAddr = text.parse().unwrap();
            let (back, port) = match socket_address(address) {
                IpSocketAddress::Ipv4(address) => (IpAddress::Ipv4(address.address), address.port),
                IpSocketAddress::Ipv6(address) => (IpAddress::Ipv6(address.address), address.port),
            };
            assert_eq!(SocketAddr::new(ip(back), port), address);
        }
    }
}
