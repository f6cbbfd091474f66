//! A request, ready to be written.

use bytes::Bytes;
use choreoai_core::http1::{Method, RequestHead};
use http::header;

use super::{Proxy, Target};
use crate::{TransportError, TransportErrorKind};

/// A request, checked and encoded. It can be written more than once.
pub(super) struct Request {
    target: Target,
    method: Method,
    head: Vec<u8>,
    body: Bytes,
}

impl Request {
    /// Checks and encodes `request`, for the `proxy` of its target if there is one. What it holds is not shown in
    /// errors: it may be secret.
    pub(super) fn new<'p>(
        request: http::Request<Bytes>,
        proxy: impl FnOnce(&Target) -> Option<&'p Proxy>,
    ) -> Result<Self, TransportError> {
        let (parts, body) = request.into_parts();
        let target = Target::from_uri(&parts.uri)?;
        let method = match parts.method {
            http::Method::GET => Method::Get,
            http::Method::HEAD => Method::Head,
            http::Method::POST => Method::Post,
            other => return Err(invalid(format!("the method {other} is none of GET, HEAD and POST"))),
        };
        // `Display` writes the slash that a URL such as `http://host?query` leaves out.
        let mut path = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let host = target.host_field();
        let mut fields: Vec<_> =
            parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        // In a tunnel it is the server that reads the request, and nothing of the proxy's belongs there.
        if !target.is_https()
            && let Some(proxy) = proxy(&target)
        {
            path = format!("http://{host}{path}");
            if !parts.headers.contains_key(header::PROXY_AUTHORIZATION) {
                fields.extend(proxy.field());
            }
        }
        let head = encode(method, &path, &host, &fields, body.len())?;
        Ok(Self { target, method, head, body })
    }

    /// Asks `proxy` for a tunnel to `target` (RFC 9110, section 9.3.6).
    pub(super) fn tunnel(proxy: &Proxy, target: &Target) -> Result<Self, TransportError> {
        let (method, authority) = (Method::Connect, target.to_string());
        let fields = Vec::from_iter(proxy.field());
        let head = encode(method, &authority, &authority, &fields, 0)?;
        Ok(Self { target: proxy.server().clone(), method, head, body: Bytes::new() })
    }

    /// Whom it is for: what errors name.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    pub(super) fn method(&self) -> Method {
        self.method
    }

    /// What is left of the head and of the body once `written` bytes have been written.
    pub(super) fn after(&self, written: usize) -> (&[u8], &[u8]) {
        let head = self.head.get(written..).unwrap_or_default();
        let body = self.body.get(written.saturating_sub(self.head.len())..).unwrap_or_default();
        (head, body)
    }
}

fn encode(
    method: Method,
    path: &str,
    host: &str,
    fields: &[(&str, &[u8])],
    body: usize,
) -> Result<Vec<u8>, TransportError> {
    let mut encoder = RequestHead::new(method, path, host, fields.iter().copied())
        .map_err(|error| invalid(error.to_string()))?
        .with_content_length(u64::try_from(body).unwrap_or(u64::MAX));
    let mut head = vec![0; encoder.remaining()];
    encoder.encode(&mut head);
    Ok(head)
}

fn invalid(context: String) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, context)
}
