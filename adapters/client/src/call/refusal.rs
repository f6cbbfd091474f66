//! Responses that are no answer.

use std::borrow::Cow;
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
use crate::body::{Coding, gist, to_utf8};
use crate::credentials::Credentials;
use crate::error::{ErrorClass, ErrorKind, answered};
use crate::http1::Target;
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
    // An origin is scheme, host and port. What is no target (with a user name, or a port out of range) is none.
    let same_origin =
        Target::from_uri(&target).is_ok_and(|target| Target::from_uri(from).ok() == Some(target));
    same_origin.then_some(target)
}

/// Refuses a body in a coding that is not known here.
pub(super) fn check_encoding(head: &ResponseHead) -> Result<(), Error> {
    if Coding::of(head.headers()) != Coding::Unknown {
        return Ok(());
    }
    let names = head.headers().get_all(header::CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    let names = names.collect::<Vec<_>>().join(&b", "[..]);
    let names = String::from_utf8_lossy(&names);
    let message = format!("the response is compressed ({names}) although no compression was asked for");
    Err(Error::new(ErrorKind::Protocol, message)
        .with_hint("turn compression off in the gateway or in the proxy in front of it"))
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
pub(super) fn error(
    head: Arc<ResponseHead>,
    body: Bytes,
    shortened: bool,
    credentials: &Credentials,
) -> Error {
    let is_readable = Coding::of(head.headers()) != Coding::Unknown;
    let text = if is_readable { to_utf8(&body, head.headers()) } else { Cow::Borrowed("") };
    // Before it is made shorter: nobody finds a part of a key.
    let page = gist(&credentials.redact(&text));
    let report = match &page {
        Some(gist) => page_report(gist, head.status()),
        None => report::read(text.as_bytes()),
    };
    // Nobody finds a key in UTF-16.
    let body = match text {
        Cow::Owned(text) if body.contains(&0) => text.into(),
        _ => body,
    };
    let retry_after = hints(&head).wait(unix_now(&head));
    let error = Error::new(ErrorKind::Http, answered(head.status()))
        .with_report(report)
        .with_body(body, shortened)
        .with_head(head)
        .with_retry(false, retry_after);
    match hint(&error, page.is_some(), credentials) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// A page for a browser, which repeats the status more often than not.
fn page_report(gist: &str, status: StatusCode) -> ErrorReport {
    let words = |text: &str| text.to_ascii_lowercase();
    let reason = words(status.canonical_reason().unwrap_or_default());
    let rest = words(gist).replacen(status.as_str(), "", 1).replacen(&reason, "", 1);
    let mut report = ErrorReport::default();
    if rest.contains(char::is_alphanumeric) {
        report.message = Some(format!("a web page that says \"{gist}\""));
    }
    report
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
    let status = match error.class() {
        ErrorClass::Authentication
        | ErrorClass::Permission
        | ErrorClass::NotFound
        | ErrorClass::InvalidRequest => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let outcome = Outcome::Refused {
        status: status.as_u16(),
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

/// What to do about it.
fn hint(error: &Error, is_page: bool, credentials: &Credentials) -> Option<Cow<'static, str>> {
    let head = error.response()?;
    Some(match (head.status().as_u16(), error.class()) {
        (301..=303 | 305..=308, _) => match head.text("location") {
            Some(location) => {
                format!("it redirects to {location:?}; set the base URL to where the gateway is").into()
            }
            None => "it redirects without saying where to; check the base URL".into(),
        },
        (_, ErrorClass::Authentication) => credentials.advice().into(),
        (_, ErrorClass::InvalidRequest) if !is_page && !error.has_server_message() => {
            "it does not say why; check the model and what the request asks for".into()
        }
        (_, ErrorClass::InvalidRequest | ErrorClass::Server) if is_page => {
            "a proxy answered and not the gateway; check the base URL, or try again later".into()
        }
        (_, class) => class.advice()?.into(),
    })
}
