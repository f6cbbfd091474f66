//! Requests and responses by reqwest.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use choreoai::http1::{PoolLimits, Proxies, Target};
use choreoai::{Transport, TransportError, TransportErrorKind};
use http::{StatusCode, header};

use crate::ReqwestBody;
use crate::clients::Clients;
use crate::error::{Way, invalid};
use crate::released::Released;

/// Requests over a [`reqwest::Client`]: one of its own, or a given one.
///
/// `ReqwestTransport::default()` makes its own, as [`TransportBuilder`](crate::TransportBuilder) does when nothing is set: it
/// trusts the platform's roots and goes through the proxies that the [environment](choreoai::http1::Proxies::from_env) names.
/// Clones share their connections.
///
/// # A client of yours
///
/// [`new`](Self::new) takes one with whatever you have set up: proxies, roots, client certificates, middleware, default
/// headers. Three of its settings matter here:
///
/// - **Redirects**: turn them off, by `redirect(reqwest::redirect::Policy::none())`. The ChoreoAI client follows those that
///   stay with the gateway, by itself. reqwest follows them anywhere, and takes only some credentials off: an `X-Api-Key`
///   goes to whoever the redirect names. An answer from another origin is refused, but by then the request has been there.
/// - **The connect timeout**: set it there, by `connect_timeout`. reqwest knows it for a client and not for a request, so
///   that the one of the ChoreoAI client is not obeyed.
/// - **Other timeouts**: leave them out. One of reqwest's counts a stream that takes long as one that hangs; the ChoreoAI
///   client has its own.
#[derive(Clone)]
pub struct ReqwestTransport {
    source: Source,
    released: Arc<Released>,
}

/// Where the client of a request comes from.
#[derive(Clone)]
enum Source {
    /// Made here.
    Own(Arc<Clients>),
    Given(reqwest::Client),
}

impl ReqwestTransport {
    /// Sends by this client, with all its settings; see [above](Self#a-client-of-yours).
    pub fn new(client: reqwest::Client) -> Self {
        Self { source: Source::Given(client), released: Arc::new(Released::new(usize::MAX)) }
    }

    pub(crate) fn own(clients: Clients) -> Self {
        let released = Arc::new(Released::new(clients.max_idle()));
        Self { source: Source::Own(Arc::new(clients)), released }
    }
}

impl Default for ReqwestTransport {
    fn default() -> Self {
        Self::own(Clients::new(PoolLimits::default(), Proxies::from_env()))
    }
}

impl From<reqwest::Client> for ReqwestTransport {
    fn from(client: reqwest::Client) -> Self {
        Self::new(client)
    }
}

/// Shows nothing of a given client: its default headers may be secret.
impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_given = matches!(self.source, Source::Given(_));
        f.debug_struct("ReqwestTransport").field("is_given", &is_given).finish_non_exhaustive()
    }
}

impl Transport for ReqwestTransport {
    type Body = ReqwestBody;
    type Sending = ReqwestSending;

    /// Nothing happens before the first poll, which takes a tokio runtime.
    fn send(&self, request: http::Request<Bytes>, connect_timeout: Duration) -> ReqwestSending {
        ReqwestSending(Box::pin(send(self.clone(), request, connect_timeout)))
    }

    /// A given client closes idle connections by its own rules alone.
    fn close_idle(&self) {
        self.released.let_go();
        if let Source::Own(clients) = &self.source {
            clients.forget();
        }
    }

    /// Those of a proxy, if it is set up here; those within a given client are not known.
    fn credentials(&self, url: &http::Uri) -> Option<http::HeaderValue> {
        let Source::Own(clients) = &self.source else { return None };
        // The answers of a tunnel's proxy are read by nobody else.
        let target = Target::from_uri(url).ok().filter(|target| !target.is_https())?;
        clients.proxy(&target).ok()??.authorization().cloned()
    }
}

/// A request on its way. Dropping it cancels the request.
#[must_use = "futures do nothing unless polled"]
pub struct ReqwestSending(
    Pin<Box<dyn Future<Output = Result<http::Response<ReqwestBody>, TransportError>> + Send>>,
);

impl Future for ReqwestSending {
    type Output = Result<http::Response<ReqwestBody>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx)
    }
}

async fn send(
    transport: ReqwestTransport,
    request: http::Request<Bytes>,
    connect_timeout: Duration,
) -> Result<http::Response<ReqwestBody>, TransportError> {
    let target = Target::from_uri(request.uri())?;
    let ReqwestTransport { source, released } = transport;
    released.let_go();
    let (client, proxy) = match source {
        Source::Own(clients) => {
            let proxy = clients.proxy(&target)?.map(|proxy| proxy.server().clone());
            (clients.client(&target, connect_timeout)?, proxy)
        }
        Source::Given(client) => (client, None),
    };
    let way = Way { target, proxy };
    let request = unchanged(request)?;
    let asked = request.url().clone();
    let response = client.execute(request).await.map_err(|error| way.failed_before_head(error))?;
    if response.url().origin() != asked.origin() {
        return Err(invalid(format!(
            "the request to {} was redirected to another server by the reqwest client: build that with \
             `redirect(Policy::none())`, for it may take credentials along",
            way.target
        )));
    }
    let response = http::Response::from(response);
    check_framing(&response, &way.target)?;
    Ok(response.map(|body| ReqwestBody::new(body, way, released)))
}

/// The request as reqwest's own. What that would rewrite is refused, for it would ask for something else.
fn unchanged(request: http::Request<Bytes>) -> Result<reqwest::Request, TransportError> {
    let asked = request.uri().clone();
    let request = reqwest::Request::try_from(request)
        .map_err(|error| invalid("the request cannot be sent by reqwest").with_source(error.without_url()))?;
    if (request.url().path(), request.url().query()) != (asked.path(), asked.query()) {
        return Err(invalid(
            "the URL's path cannot be sent by reqwest: that resolves `.` and `..` in it, percent-encoded or not, and \
             percent-encodes some characters",
        ));
    }
    // Of an IPv6 address there is one reading, however it is written.
    let host = asked.host().filter(|host| !host.starts_with('['));
    if host.is_some_and(|host| !request.url().host_str().is_some_and(|url| url.eq_ignore_ascii_case(host))) {
        return Err(invalid(
            "the URL's host cannot be sent by reqwest: that takes the name for another one, or for an address",
        ));
    }
    Ok(request)
}

/// Refuses what hyper lets pass.
fn check_framing<B>(response: &http::Response<B>, target: &Target) -> Result<(), TransportError> {
    let why = if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        "it switches protocols (101), which nobody asked for"
    } else if !is_chunked_at_most(response) {
        "it has a transfer coding other than `chunked`"
    } else {
        return Ok(());
    };
    let context = format!("the response of {target} is not valid HTTP/1.1: {why}");
    Err(TransportError::new(TransportErrorKind::Protocol, context))
}

/// No coding was asked for (RFC 9112, section 7.4): of one beneath `chunked` nobody would know.
fn is_chunked_at_most<B>(response: &http::Response<B>) -> bool {
    let mut codings = response.headers().get_all(header::TRANSFER_ENCODING).iter();
    let first = codings.next();
    first.is_none_or(|coding| coding.as_bytes().eq_ignore_ascii_case(b"chunked")) && codings.next().is_none()
}
