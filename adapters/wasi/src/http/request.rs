//! A request in the host's terms.

use std::time::Duration;

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind};
use http::{Method, header};
use wasip2::http::types::{self, Fields, HeaderError, OutgoingRequest, RequestOptions, Scheme};

/// The longest timeout that hosts are asked to keep: in JavaScript more than 24 days count as none at all.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The request, without its body of `length` bytes. What the head holds is not shown in errors: it may be secret.
pub(super) fn outgoing(
    head: &http::request::Parts,
    length: usize,
    target: &Target,
) -> Result<OutgoingRequest, TransportError> {
    let request = OutgoingRequest::new(fields(head, length)?);
    let scheme = if target.is_https() { Scheme::Https } else { Scheme::Http };
    let path = head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    let parts = [
        ("method", request.set_method(&method(&head.method))),
        ("scheme", request.set_scheme(Some(&scheme))),
        ("host or port", request.set_authority(authority)),
        ("path", request.set_path_with_query(Some(&path))),
    ];
    match parts.into_iter().find(|(_, set)| set.is_err()) {
        Some((part, _)) => Err(invalid(format!("the host does not take the {part} of the URL for {target}"))),
        None => Ok(request),
    }
}

/// `connect` is left to the host; how long the response may take is the client's own business.
pub(super) fn options(connect: Duration) -> RequestOptions {
    let options = RequestOptions::new();
    // A host that cannot keep one says so. There is nothing else to keep it by: the first-event timeout is left.
    let _ = options.set_connect_timeout(Some(nanoseconds(connect)));
    let _ = options.set_first_byte_timeout(Some(nanoseconds(DAY)));
    let _ = options.set_between_bytes_timeout(Some(nanoseconds(DAY)));
    options
}

fn nanoseconds(timeout: Duration) -> types::Duration {
    u64::try_from(timeout.min(DAY).as_nanos()).unwrap_or(u64::MAX)
}

fn fields(head: &http::request::Parts, length: usize) -> Result<Fields, TransportError> {
    let given =
        head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()));
    let mut fields = Vec::from_iter(given);
    // Without it the host would send the body in chunks, which not every server takes.
    if length > 0 || head.method == Method::POST {
        fields.push((header::CONTENT_LENGTH.as_str().to_owned(), length.to_string().into_bytes()));
    }
    Fields::from_list(&fields).map_err(|error| {
        invalid(match error {
            HeaderError::Forbidden => {
                let names = head.headers.keys().map(header::HeaderName::as_str);
                let names = Vec::from_iter(names).join(", ");
                format!("the host does not let one of these headers be set: {names}")
            }
            HeaderError::InvalidSyntax | HeaderError::Immutable => {
                "the host takes one of the headers for invalid".to_owned()
            }
        })
    })
}

fn method(method: &Method) -> types::Method {
    match *method {
        Method::GET => types::Method::Get,
        Method::HEAD => types::Method::Head,
        Method::POST => types::Method::Post,
        Method::PUT => types::Method::Put,
        Method::DELETE => types::Method::Delete,
        Method::CONNECT => types::Method::Connect,
        Method::OPTIONS => types::Method::Options,
        Method::TRACE => types::Method::Trace,
        Method::PATCH => types::Method::Patch,
        _ => types::Method::Other(method.to_string()),
    }
}

fn invalid(context: String) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, context)
}
