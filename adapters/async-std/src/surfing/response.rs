//! Responses, into surf's types and out of them.

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_client::http_types;
use surf::http::headers::{self, CONTENT_TYPE};
use surf::http::{Body as SurfBody, Version};

use super::Body;
use super::backend::Reader;
use super::call::Released;
use super::error::Secrets;

/// What http-types cannot hold of a response's head. It is among the response's extensions, unseen by middleware.
struct Kept {
    status: StatusCode,
    /// What http-types was given for the status.
    stand_in: http_types::StatusCode,
    /// All values of the headers of which some are not ASCII; http-types was given the others.
    headers: HeaderMap,
}

pub(super) fn to_surf(response: http::Response<Reader>) -> http_types::Response {
    let (parts, body) = response.into_parts();
    let stand_in = stand_in(parts.status);
    let mut response = http_types::Response::new(stand_in);
    response.set_version(Some(Version::Http1_1));
    // Without its length: whoever reads to the end of that does not ask for the end of the body.
    response.set_body(SurfBody::from_reader(body, None));
    // A response without a type gets one by that.
    response.remove_header(CONTENT_TYPE);
    let mut kept = Kept { status: parts.status, stand_in, headers: HeaderMap::new() };
    for name in parts.headers.keys() {
        let values = parts.headers.get_all(name);
        for value in values.iter().filter_map(to_ascii) {
            response.append_header(name.as_str(), value);
        }
        if !values.iter().all(is_ascii) {
            kept.headers.extend(values.iter().map(|value| (name.clone(), value.clone())));
        }
    }
    if u16::from(stand_in) != kept.status.as_u16() || !kept.headers.is_empty() {
        response.ext_mut().insert(kept);
    }
    response
}

/// A status that is not known stands for the first one of its class, beyond the classes for 500 (RFC 9110, section 15).
fn stand_in(status: StatusCode) -> http_types::StatusCode {
    use http_types::StatusCode as Known;

    Known::try_from(status.as_u16()).unwrap_or(match status.as_u16() {
        200..=299 => Known::Ok,
        300..=399 => Known::MultipleChoice,
        400..=499 => Known::BadRequest,
        _ => Known::InternalServerError,
    })
}

fn is_ascii(value: &HeaderValue) -> bool {
    value.as_bytes().is_ascii()
}

fn to_ascii(value: &HeaderValue) -> Option<headers::HeaderValue> {
    is_ascii(value).then(|| headers::HeaderValue::from_bytes(value.as_bytes().to_vec()).ok()).flatten()
}

/// The response as middleware has left it; what nobody touched is as the server sent it.
pub(super) fn from_surf(
    response: surf::Response,
    target: Target,
    secrets: Secrets,
    released: Released,
) -> Result<http::Response<Body>, TransportError> {
    let mut response: http_types::Response = response.into();
    let kept = response.ext_mut().remove::<Kept>();
    let status = match &kept {
        Some(kept) if kept.stand_in == response.status() => kept.status,
        _ => StatusCode::from_u16(response.status().into()).map_err(|error| {
            let context = format!("the response of {target} has no valid status");
            TransportError::new(TransportErrorKind::Protocol, context).with_source(error)
        })?,
    };
    let mut headers = ascii_headers(&response).ok_or_else(|| {
        TransportError::new(
            TransportErrorKind::Limit,
            format!("the response of {target} has too many headers"),
        )
    })?;
    if let Some(kept) = kept {
        restore(&mut headers, &kept.headers);
    }
    // Last, for a body that is taken out leaves a type behind.
    let body = Body::new(response.take_body(), target, secrets, released);
    let mut result = http::Response::new(body);
    *result.status_mut() = status;
    *result.headers_mut() = headers;
    Ok(result)
}

/// What http-types takes for a header need not be one, and is left out then: async-h1 makes up a `date` with a line break
/// in it, for instance. `None`: there are too many.
fn ascii_headers(response: &http_types::Response) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, values) in response.iter() {
        let Ok(name) = HeaderName::try_from(name.as_str()) else { continue };
        for value in values.iter().filter_map(|value| HeaderValue::from_str(value.as_str()).ok()) {
            headers.try_append(name.clone(), value).ok()?;
        }
    }
    Some(headers)
}

/// Puts back what is not ASCII, where the other values of that header are what they were.
fn restore(headers: &mut HeaderMap, kept: &HeaderMap) {
    for name in kept.keys() {
        let values = kept.get_all(name);
        if headers.get_all(name).iter().eq(values.iter().filter(|value| is_ascii(value))) {
            headers.remove(name);
            headers.extend(values.iter().map(|value| (name.clone(), value.clone())));
        }
    }
}
