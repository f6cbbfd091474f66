//! A response in the client's terms.

use choreoai::http1::Target;
use choreoai::{TransportError, TransportErrorKind};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use wasip2::http::types::IncomingResponse;

use super::WasiBody;
use super::writing::Writing;

/// Reads the head; what is not written of the request goes on to be, with the body. `bodiless`: whatever the head says.
pub(super) fn read(
    response: IncomingResponse,
    writing: Writing,
    target: Target,
    bodiless: bool,
) -> Result<Response<WasiBody>, TransportError> {
    let broken = |why: &str| {
        let context = format!("the response of {target} is not valid HTTP: {why}");
        TransportError::new(TransportErrorKind::Protocol, context)
    };
    let status = StatusCode::from_u16(response.status()).map_err(|_| broken("its status is no status"))?;
    let headers = headers(response.headers().entries()).ok_or_else(|| broken("a header is none"))?;
    let body = response.consume().map_err(|()| broken("the host gives no body"))?;
    let bodiless = bodiless || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let length = if bodiless { None } else { length(&headers) };
    let Ok(stream) = body.stream() else { return Err(broken("the host gives no body")) };
    let mut response = Response::new(WasiBody::new(stream, body, writing, target, length));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

fn headers(entries: Vec<(String, Vec<u8>)>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(entries.len());
    for (name, value) in entries {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        headers.append(name, HeaderValue::from_maybe_shared(bytes::Bytes::from(value)).ok()?);
    }
    Some(headers)
}

/// The length that the body must have, where the head says one and nothing that overrides it (RFC 9112, section 6.3).
fn length(headers: &HeaderMap) -> Option<u64> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    let digits = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(entries: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        entries.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect()
    }

    #[test]
    fn headers_of_one_name_stay_apart() {
        let headers = headers(entries(&[("Set-Cookie", "a"), ("set-cookie", "b"), ("x", "\u{fc}")])).unwrap();
        assert_eq!(Vec::from_iter(headers.get_all("set-cookie")), ["a", "b"]);
        assert_eq!(headers["x"].as_bytes(), "\u{fc}".as_bytes());
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for entry in [("a b", "x"), ("", "x"), ("a", "x\ny"), ("a", "\0")] {
            assert_eq!(headers(entries(&[entry])), None, "{entry:?}");
        }
    }

    #[test]
    fn a_length_counts_where_nothing_overrides_it() {
        let said = |value: &str| length(&headers(entries(&[("content-length", value)])).unwrap());
        for (value, expected) in
            [("12", Some(12)), ("+12", None), ("", None), ("99999999999999999999", None), ("1, 2", None)]
        {
            assert_eq!(said(value), expected, "{value:?}");
        }
        let fields = entries(&[("content-length", "12"), ("transfer-encoding", "chunked")]);
        assert_eq!(length(&headers(fields).unwrap()), None);
        assert_eq!(length(&HeaderMap::new()), None);
    }
}
