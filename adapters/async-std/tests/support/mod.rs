//! What the tests of the transport have in common.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::error::Error as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use async_std::task::block_on;
use choreoai_async_std::{AsyncStdBody, AsyncStdTransport, ResponseBody, Transport, TransportError};
use http::{Request, Response};

/// Longer than any test takes: no test is about this deadline.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Through surf, if the feature is on, and around it.
pub(crate) fn both_ways() -> [AsyncStdTransport; 2] {
    [AsyncStdTransport::default(), AsyncStdTransport::direct()]
}

pub(crate) fn send(
    transport: &AsyncStdTransport,
    request: Request<Vec<u8>>,
) -> Result<Response<AsyncStdBody>, TransportError> {
    block_on(transport.send(request.map(Into::into), PATIENCE))
}

pub(crate) fn post(
    transport: &AsyncStdTransport,
    base_url: &str,
    body: impl Into<Vec<u8>>,
) -> Result<Response<AsyncStdBody>, TransportError> {
    send(transport, Request::post(format!("{base_url}/v1/chat/completions")).body(body.into()).unwrap())
}

/// What has arrived, at most `limit` bytes of it; empty at the end.
pub(crate) fn next(body: &mut AsyncStdBody, limit: usize) -> Result<Vec<u8>, TransportError> {
    block_on(poll_fn(|cx| {
        let mut body = Pin::new(&mut *body);
        let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
        let data = data.map(|data| data[..data.len().min(limit)].to_vec());
        Poll::Ready(data.inspect(|data| body.consume(data.len())))
    }))
}

/// Everything that came, and how it ended.
pub(crate) fn read(mut response: Response<AsyncStdBody>) -> (String, Result<(), TransportError>) {
    let mut all = Vec::new();
    let end = loop {
        match next(response.body_mut(), usize::MAX) {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => all.extend(data),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8(all).unwrap(), end)
}

#[track_caller]
pub(crate) fn read_ok(response: Response<AsyncStdBody>) -> String {
    let (data, end) = read(response);
    end.unwrap();
    data
}

pub(crate) fn release(response: &mut Response<AsyncStdBody>) {
    Pin::new(response.body_mut()).release();
}

/// The error and all its causes, as a person would see them.
pub(crate) fn explain(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
