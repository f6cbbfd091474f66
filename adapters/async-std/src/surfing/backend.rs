//! What is beneath surf.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_std::io::{BufRead, Read};
use choreoai::{ResponseBody as _, Transport as _, http1};
use http_client::{Config, HttpClient, Request, Response, async_trait, http_types};

use super::call::{self, Released};
use super::{error, response};
use crate::AsyncStdTimer;
use crate::builder::{Connector, Direct};

/// HTTP/1.1 as a backend of surf: what carries the requests of [`AsyncStdTransport`](crate::AsyncStdTransport), for
/// a [`surf::Client`] of one's own.
///
/// ```
/// use choreoai_async_std::{AsyncStdTransport, SurfBackend};
/// use surf::middleware::Logger;
///
/// let client = surf::Client::with_http_client(SurfBackend::default()).with(Logger::new());
/// let transport = AsyncStdTransport::with_surf(client);
/// # let _ = transport;
/// ```
///
/// `default()` is set up as the transport's is, [`TransportBuilder::build_backend`](crate::TransportBuilder::build_backend)
/// makes others. Clones share their connections.
///
/// It is made for a gateway's API: requests are `GET`, `HEAD` or `POST`, and gathered before they are sent; one that does
/// not come from the transport has ten seconds to connect. surf's `Config` has no say in it. A status that http-types does not know is given to middleware as the first one of its class
/// (500 for a 529), and a header's value that is not ASCII is kept from it; [`AsyncStdTransport`](crate::AsyncStdTransport)
/// has both as the server sent them.
#[derive(Clone)]
pub struct SurfBackend {
    direct: Direct,
    config: Config,
}

impl SurfBackend {
    pub(crate) fn new(direct: Direct) -> Self {
        let config =
            Config::new().set_timeout(None).set_tcp_no_delay(true).set_max_connections_per_host(usize::MAX);
        Self { direct, config }
    }

    /// Closes the connections that are idle. Those in use are not touched and may come back.
    pub fn close_idle(&self) {
        self.direct.close_idle();
    }
}

impl Default for SurfBackend {
    fn default() -> Self {
        Self::new(Direct::default())
    }
}

impl fmt::Debug for SurfBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurfBackend").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpClient for SurfBackend {
    async fn send(&self, request: Request) -> http_types::Result<Response> {
        let (request, connect_timeout, released) = call::from_surf(request).await?;
        let response = self.direct.send(request, connect_timeout).await?;
        Ok(response::to_surf(response.map(|body| Reader { body, released })))
    }

    /// Refused: [`TransportBuilder`](crate::TransportBuilder) sets it up.
    fn set_config(&mut self, _: Config) -> http_types::Result<()> {
        Err(http_types::format_err!("this backend is set up by its `TransportBuilder` alone"))
    }

    /// What surf's settings would be to have this backend's behaviour.
    fn config(&self) -> &Config {
        &self.config
    }
}

/// The body of a response, to be read by surf.
pub(super) struct Reader {
    body: http1::Body<Connector, AsyncStdTimer>,
    released: Released,
}

impl BufRead for Reader {
    fn poll_fill_buf(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<&[u8]>> {
        Pin::new(&mut self.get_mut().body).poll_data(cx).map_err(error::into_io)
    }

    fn consume(mut self: Pin<&mut Self>, amount: usize) {
        Pin::new(&mut self.body).consume(amount);
    }
}

impl Read for Reader {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let data = ready!(self.as_mut().poll_fill_buf(cx))?;
        let length = data.len().min(buf.len());
        buf[..length].copy_from_slice(&data[..length]);
        self.consume(length);
        Poll::Ready(Ok(length))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if self.released.is_set() {
            Pin::new(&mut self.body).release();
        }
    }
}
