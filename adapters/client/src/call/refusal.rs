//! Responses that are no answer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use choreoai_core::chat::assemble::ErrorReport;
use choreoai_core::retry::{Decision, Hints, Outcome, Policy, Retry};
use http::{HeaderValue, Method, Response, StatusCode, Uri, header};

use super::report;
use crate::error::{ErrorKind, answered};
use crate::{Error, ResponseBody, ResponseHead, Timer};

/// How much of an error's body is kept.
const BODY_LIMIT: usize = 64 << 10;
/// How long the body of an error may take; what has come until then counts.
const BODY_WAIT: Duration = Duration::from_secs(5);

/// Where a redirect leads, if it stays with the same server: the key is sent nowhere else. A request with a body
/// follows `307` and `308` alone; after the others it would have to become a `GET` (RFC 9110, 15.4).
pub(super) fn redirect<B>(response: &Response<B>, method: &Method, from: &Uri) -> Option<Uri> {
    match response.status() {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {}
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER
            if method == Method::GET => {}
        _ => return None,
    }
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    let (scheme, authority) = (from.scheme_str()?, from.authority()?);
    let target = if location.starts_with('/') && !location.starts_with("//") {
        Uri::try_from(format!("{scheme}://{authority}{location}")).ok()?
    } else {
        Uri::try_from(location).ok()?
    };
    let default_port = if scheme == "https" { 443 } else { 80 };
    let same_origin = target.scheme_str() == Some(scheme)
        && target.authority().is_some_and(|other| {
            !other.as_str().contains('@')
                && other.host().eq_ignore_ascii_case(authority.host())
                && other.port_u16().unwrap_or(default_port) == authority.port_u16().unwrap_or(default_port)
        });
    same_origin.then_some(target)
}

/// Refuses a body that would have to be decompressed.
pub(super) fn check_encoding(head: &ResponseHead) -> Result<(), Error> {
    let Some(encoding) = encoding(head) else { return Ok(()) };
    let encoding = String::from_utf8_lossy(encoding.as_bytes());
    let message = format!("the response is compressed ({encoding}) although no compression was asked for");
    Err(Error::new(ErrorKind::Protocol, message)
        .with_hint("turn compression off in the gateway or in the proxy in front of it"))
}

/// What the body is encoded with, if that is anything.
fn encoding(head: &ResponseHead) -> Option<&HeaderValue> {
    head.headers()
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .find(|value| !value.is_empty() && !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Reads what there is of an error's body, within bounds of size and time. Whether that is not all comes with it.
pub(super) async fn read_body<B: ResponseBody, R: Timer>(
    body: B,
    time_left: Option<Duration>,
    timer: &R,
) -> (Bytes, bool) {
    let mut body = pin!(body);
    let mut enough = pin!(timer.sleep(time_left.unwrap_or(BODY_WAIT).min(BODY_WAIT)));
    let mut kept = Vec::new();
    let shortened = poll_fn(|cx| {
        loop {
            let Poll::Ready(data) = body.as_mut().poll_data(cx) else {
                return enough.as_mut().poll(cx).map(|()| true);
            };
            // A connection that fails here takes nothing from what was said before.
            let Ok(data) = data else { return Poll::Ready(true) };
            if data.is_empty() {
                return Poll::Ready(false);
            }
            let taken = data.len().min(BODY_LIMIT - kept.len());
            if taken == 0 {
                return Poll::Ready(true);
            }
            kept.extend_from_slice(&data[..taken]);
            body.as_mut().consume(taken);
        }
    })
    .await;
    (kept.into(), shortened)
}

/// What a response with another status than 2xx says.
pub(super) fn error(head: Arc<ResponseHead>, body: Bytes, shortened: bool, has_key: bool) -> Error {
    let is_readable = !is_page(&body) && encoding(&head).is_none();
    let report = if is_readable { report::read(&body) } else { ErrorReport::default() };
    let hint = hint(&head, has_key);
    let retry_after = hints(&head).wait(unix_now(&head));
    let mut error = Error::new(ErrorKind::Http, answered(head.status()))
        .with_report(report)
        .with_body(body, shortened)
        .with_head(head)
        .with_retry(false, retry_after);
    if let Some(hint) = hint {
        error = error.with_hint(hint);
    }
    error
}

/// Whether the request is to be sent again.
pub(super) fn decide(
    retry: &mut Retry,
    error: &Error,
    head: &ResponseHead,
    time_left: Option<Duration>,
) -> Decision {
    let outcome = Outcome::Refused {
        status: head.status().as_u16(),
        code: error.code(),
        error_type: error.error_type(),
        hints: hints(head),
    };
    retry.decide(&outcome, fastrand::u32(..), unix_now(head), time_left)
}

/// Whether an error that was reported within an answer may heal by itself.
pub(super) fn is_transient(error: &Error) -> bool {
    let outcome = Outcome::Refused {
        status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
        code: error.code(),
        error_type: error.error_type(),
        hints: Hints::default(),
    };
    matches!(Retry::new(Policy::new()).decide(&outcome, 0, None, None), Decision::Wait(_))
}

fn hints(head: &ResponseHead) -> Hints {
    let mut hints = Hints::default();
    for (name, value) in head.headers() {
        hints.header(name.as_str(), value.as_bytes());
    }
    hints
}

/// The wall clock, for a `Retry-After` that is a date; the server's own, where it tells it, is the one it counts by.
fn unix_now(head: &ResponseHead) -> Option<u64> {
    if head.headers().contains_key(header::DATE) {
        return None;
    }
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// Whether the body is a page for a browser, with nothing to quote.
fn is_page(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

fn hint(head: &ResponseHead, has_key: bool) -> Option<String> {
    Some(match head.status().as_u16() {
        401 if has_key => "check CHOREOAI_API_KEY".to_owned(),
        401 => "no API key was sent; set CHOREOAI_API_KEY".to_owned(),
        403 => "the key may not use this model or endpoint".to_owned(),
        404 | 405 => "check the base URL and the model".to_owned(),
        301..=303 | 305..=308 => match head.text("location") {
            Some(location) => {
                format!("it redirects to {location:?}; set the base URL to where the gateway is")
            }
            None => "it redirects without saying where to; check the base URL".to_owned(),
        },
        _ => return None,
    })
}
