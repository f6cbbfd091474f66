//! Requests and responses by the host's HTTP client.

mod body;
mod failure;
mod request;
mod response;
mod sending;
mod writing;

use std::time::Duration;

use bytes::Bytes;
use choreoai::Transport;

pub use self::body::WasiBody;
pub use self::sending::WasiSending;

/// Requests over `wasi:http/outgoing-handler`: connections, TLS, proxies and name resolution are the host's.
///
/// - The body of a request is written in pieces, as the host takes them, while the response is awaited.
/// - The body of a response is handed on as it arrives.
/// - Dropping a request or a body gives the host's resources back, upon which it is to close the connection; [not all
///   do](crate#what-the-host-decides).
/// - The connect timeout is told to the host. Its own timeouts for what follows are put off for a day: the client has
///   better ones.
///
/// Nothing is kept here between two requests; whether connections are reused, the host decides.
#[derive(Clone, Copy, Debug, Default)]
pub struct WasiHttp;

impl Transport for WasiHttp {
    type Body = WasiBody;
    type Sending = WasiSending;

    /// Nothing happens before the first poll, which takes [`block_on`](crate::block_on).
    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> WasiSending {
        WasiSending::new(request, connect_timeout)
    }
}
