//! Requests, into surf's types and out of them.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_std::io::{Cursor, ReadExt as _};
use bytes::Bytes;
use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use http_client::http_types;
use surf::http::headers::{self, CONTENT_TYPE};
use surf::http::{Body, Method};
use surf::{Request, Url};

/// The connect timeout of requests that do not come from this crate's transport: the client's default.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How much is reserved for a body at most on the word of its length alone.
const MOST_RESERVED: usize = 16 << 20;
/// What async-std wants to have free in a buffer to find that there is nothing to read any more.
const ROOM_FOR_THE_END: usize = 32;

/// What surf's request cannot hold. It is among the request's extensions, unseen by middleware; one that sends a clone of
/// the request loses it, for a clone has no extensions.
struct Call {
    connect_timeout: Duration,
    released: Released,
    /// The URL as `url` has read it, and as it was: `url` may write it otherwise.
    url: Url,
    uri: Uri,
}

/// Whether the answer was complete, so that the connection is to be given back although the body has not ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Released(Arc<AtomicBool>);

impl Released {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The request as surf wants it. Fails rather than leave anything out.
pub(super) fn to_surf(
    request: http::Request<Bytes>,
    target: &Target,
    connect_timeout: Duration,
) -> Result<(Request, Released), TransportError> {
    let (parts, body) = request.into_parts();
    let method = Method::from_str(parts.method.as_str())
        .map_err(|_| invalid(format!("surf does not know the method {}", parts.method)))?;
    let url = url(&parts.uri, target)?;
    let mut request = Request::new(method, url.clone());
    if !body.is_empty() {
        let length = body.len();
        request.set_body(Body::from_reader(Cursor::new(body), Some(length)));
        // A request without a type gets one by that.
        request.remove_header(CONTENT_TYPE);
    }
    for (name, value) in &parts.headers {
        let value = headers::HeaderValue::from_bytes(value.as_bytes().to_vec()).map_err(|_| {
            invalid(format!("the header `{name}` holds a character outside ASCII, which surf cannot carry"))
        })?;
        request.append_header(name.as_str(), value);
    }
    let released = Released::default();
    request.set_ext(Call { connect_timeout, released: released.clone(), url, uri: parts.uri });
    Ok((request, released))
}

/// The URL as surf wants it, refused if that would lead elsewhere: `url` takes some names for addresses (`127.1`).
fn url(uri: &Uri, target: &Target) -> Result<Url, TransportError> {
    let url = Url::parse(&uri.to_string())
        .map_err(|error| invalid("surf cannot read the URL").with_source(error))?;
    let read = Uri::from_str(url.as_str()).ok().and_then(|uri| Target::from_uri(&uri).ok());
    match read {
        Some(read) if is_same(&read, target) => Ok(url),
        _ => Err(invalid(format!("surf takes the host of the URL, {target}, for another one"))),
    }
}

fn is_same(one: &Target, other: &Target) -> bool {
    let address = |target: &Target| target.host().parse::<std::net::IpAddr>().ok();
    one.is_https() == other.is_https()
        && one.port() == other.port()
        // One address has several spellings.
        && (one.host() == other.host() || address(one).is_some_and(|one| Some(one) == address(other)))
}

/// The request as middleware has left it, and how it is to be sent. Fails rather than leave anything out.
pub(super) async fn from_surf(
    mut request: http_types::Request,
) -> Result<(http::Request<Bytes>, Duration, Released), TransportError> {
    let call = request.ext_mut().remove::<Call>();
    let mut result = http::Request::new(Bytes::new());
    *result.method_mut() = http::Method::from_str(request.method().as_ref())
        .map_err(|error| invalid("the method is none of HTTP's").with_source(error))?;
    *result.uri_mut() = match &call {
        Some(call) if call.url == *request.url() => call.uri.clone(),
        _ => Uri::from_str(request.url().as_str())
            .map_err(|error| invalid("the URL cannot be sent").with_source(error))?,
    };
    // surf has them in no order at all, and the same request shall be the same bytes each time.
    let mut headers = Vec::from_iter(request.iter());
    headers.sort_unstable_by_key(|(name, _)| name.as_str());
    for (name, values) in headers {
        for value in values {
            append(result.headers_mut(), name.as_str(), value.as_str())?;
        }
    }
    // Last, for a body that is taken out leaves a type behind.
    *result.body_mut() = read(request.into()).await?;
    let (connect_timeout, released) =
        call.map_or((CONNECT_TIMEOUT, Released::default()), |call| (call.connect_timeout, call.released));
    Ok((result, connect_timeout, released))
}

/// What surf takes for a header need not be one: a line break would split the head. Values are not shown, they may be secret.
fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), TransportError> {
    let name =
        HeaderName::from_str(name).map_err(|error| invalid("a header's name is none").with_source(error))?;
    let value = HeaderValue::from_str(value)
        .map_err(|_| invalid(format!("the header `{name}` holds what no header can carry")))?;
    headers
        .try_append(name, value)
        .map_err(|error| invalid("there are too many headers").with_source(error))?;
    Ok(())
}

async fn read(mut body: Body) -> Result<Bytes, TransportError> {
    let length = body.len();
    let reserved = length.unwrap_or_default().min(MOST_RESERVED);
    let mut bytes = Vec::with_capacity(reserved + ROOM_FOR_THE_END);
    body.read_to_end(&mut bytes)
        .await
        .map_err(|error| invalid("the body of the request could not be read").with_source(error))?;
    if length.is_some_and(|length| length != bytes.len()) {
        return Err(invalid("the body of the request is shorter than it was to be"));
    }
    Ok(bytes.into())
}

fn invalid(context: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, context)
}
