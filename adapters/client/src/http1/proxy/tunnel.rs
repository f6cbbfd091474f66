//! A tunnel through a proxy (RFC 9110, section 9.3.6).

use std::task::{Context, Poll, ready};

use choreoai_core::http1::{Part, Response};
use futures_io::{AsyncRead, AsyncWrite};
use http::StatusCode;

use super::super::connection::Connection;
use super::super::request::Request;
use super::super::round_trip::{Answered, RoundTrip};
use super::connector::Route;
use crate::{TransportError, TransportErrorKind};

/// How many characters of a refusal are repeated.
const QUOTED: usize = 200;
/// How often the connection is read for them.
const READS: usize = 4;

/// Asks a proxy for a tunnel, and has the stream once it stands.
pub(super) struct Tunnel<S> {
    route: Route,
    request: Request,
    round_trip: Option<RoundTrip<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Tunnel<S> {
    pub(super) fn new(stream: S, route: Route) -> Result<Self, TransportError> {
        let request = Request::tunnel(&route.proxy, &route.target)?;
        let round_trip = RoundTrip::new(Connection::new(stream), false, &request);
        Ok(Self { route, request, round_trip: Some(round_trip) })
    }

    /// Resolves once; every failure is [`TransportErrorKind::Connect`] and closes the connection.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<S, TransportError>> {
        let Some(running) = &mut self.round_trip else { return Poll::Pending };
        let outcome = ready!(running.poll(cx, &self.request));
        let Some(finished) = self.round_trip.take() else { return Poll::Pending };
        if let Err(error) = outcome {
            return Poll::Ready(Err(self.failure("").with_source(error)));
        }
        let Answered { parts, mut response, mut connection, all_sent } = finished.finish();
        if !parts.status.is_success() {
            let said = self.quote(&mut connection, &mut response, cx);
            return Poll::Ready(Err(self.refused(parts.status, &said)));
        }
        // The one at the other end of the tunnel has heard nothing so far: in TLS it is not its turn.
        if !all_sent || !connection.unread().is_empty() {
            return Poll::Ready(Err(self.failure(": it sent bytes of its own ahead of the tunnel's")));
        }
        Poll::Ready(Ok(connection.into_stream()))
    }

    fn refused(&self, status: StatusCode, said: &str) -> TransportError {
        let reason = status.canonical_reason().unwrap_or_default();
        let what_to_do = match status.as_u16() {
            407 if self.route.proxy.has_credentials() => "; check the user name and the password in its URL",
            407 => {
                "; give a user name and a password in its URL, like http://user:password@proxy.example:3128"
            }
            401 | 403 => "; it must allow this host and port",
            400 | 404 | 405 | 501 => "; is it a proxy?",
            502..=504 => "; it cannot reach the target",
            _ => "",
        };
        let quote = if said.is_empty() { String::new() } else { format!(": {said:?}") };
        self.failure(&format!(": it answered {} {reason}{quote}{what_to_do}", status.as_u16()))
    }

    fn failure(&self, why: &str) -> TransportError {
        let (proxy, target) = (self.route.proxy.server(), &self.route.target);
        let context = format!("the proxy {proxy} opened no tunnel to {target}{why}");
        TransportError::new(TransportErrorKind::Connect, context)
    }

    /// What has arrived of a refusal's text, in one line; never waits. Nothing where there is a password: the proxy may
    /// repeat that.
    fn quote(&self, connection: &mut Connection<S>, response: &mut Response, cx: &mut Context<'_>) -> String {
        if self.route.proxy.has_credentials() {
            return String::new();
        }
        let mut text = Vec::new();
        for _ in 0..READS {
            let mut input = connection.unread();
            while let Some(Ok(part)) = response.next_part(&mut input) {
                if let Part::Data(data) = part {
                    text.extend_from_slice(data);
                }
            }
            connection.keep(0);
            if response.is_complete() || !matches!(connection.poll_fill(cx), Poll::Ready(Ok(1..))) {
                break;
            }
        }
        in_one_line(&String::from_utf8_lossy(&text))
    }
}

/// The first characters of a text, without line breaks and control characters; nothing of a page for a browser.
fn in_one_line(text: &str) -> String {
    let text = text.trim_start();
    if text.starts_with('<') {
        return String::new();
    }
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").chars().take(QUOTED).collect()
}
