//! Ports where no connection comes to stand.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

/// A listener that accepts nobody and whose queue is full: whoever connects hears nothing at all.
pub(super) struct Deaf {
    address: SocketAddr,
    _listener: Socket,
    _queue: Vec<Socket>,
}

/// Longer than any kernel makes the shortest queue.
const QUEUE: usize = 16;
/// A connection that does not stand by then on the loopback is one that hears nothing.
const TRIED: Duration = Duration::from_millis(100);

impl Deaf {
    pub(super) fn new() -> io::Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
        listener.listen(0)?;
        let address = listener.local_addr()?;
        let mut queue = Vec::new();
        for _ in 0..QUEUE {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            if socket.connect_timeout(&address, TRIED).is_err() {
                break;
            }
            queue.push(socket);
        }
        let address = address.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self { address, _listener: listener, _queue: queue })
    }

    pub(super) fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// The base URL of a port where nobody listens.
pub(super) fn nowhere() -> io::Result<String> {
    // Nobody else is given the port so soon: free ones are dealt out in turn.
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    Ok(format!("http://{address}"))
}
