//! What the tests have in common. No test uses all of it.
#![allow(dead_code)]

use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use choreoai_testkit::Gateway;
use choreoai_tokio::{
    ChatRequest, Client, ClientBuilder, ReqwestBody, ReqwestTransport, ResponseBody, Transport,
    TransportError,
};
use http::Request;

/// A key that no error may show.
pub(crate) const KEY: &str = "sk-secret-0123456789";
/// Longer than any test takes: no test is about this deadline.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) type Response = http::Response<ReqwestBody>;

pub(crate) async fn post(
    transport: &ReqwestTransport,
    base_url: &str,
    body: impl Into<Bytes>,
) -> Result<Response, TransportError> {
    let request = Request::post(format!("{base_url}/v1/chat/completions"));
    transport.send(request.body(body.into()).unwrap(), PATIENCE).await
}

pub(crate) async fn get(transport: &ReqwestTransport, url: &str) -> Result<Response, TransportError> {
    transport.send(Request::get(url).body(Bytes::new()).unwrap(), PATIENCE).await
}

/// What has arrived, at most `limit` bytes of it; empty at the end.
pub(crate) async fn next<B: ResponseBody + Unpin>(
    body: &mut B,
    limit: usize,
) -> Result<Vec<u8>, TransportError> {
    poll_fn(|cx| {
        let mut body = Pin::new(&mut *body);
        let Poll::Ready(data) = body.as_mut().poll_data(cx) else { return Poll::Pending };
        let data = data.map(|data| data[..data.len().min(limit)].to_vec());
        Poll::Ready(data.inspect(|data| body.consume(data.len())))
    })
    .await
}

/// Everything that came, and how it ended.
pub(crate) async fn read<B: ResponseBody + Unpin>(
    mut response: http::Response<B>,
) -> (String, Result<(), TransportError>) {
    let mut all = Vec::new();
    let end = loop {
        match next(response.body_mut(), usize::MAX).await {
            Ok(data) if data.is_empty() => break Ok(()),
            Ok(data) => all.extend(data),
            Err(error) => break Err(error),
        }
    };
    (String::from_utf8(all).unwrap(), end)
}

pub(crate) async fn read_ok<B: ResponseBody + Unpin>(response: http::Response<B>) -> String {
    let (data, end) = read(response).await;
    end.unwrap();
    data
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

pub(crate) fn builder(base_url: &str) -> ClientBuilder {
    Client::builder().base_url(base_url).api_key(KEY)
}

pub(crate) fn client(gateway: &Gateway) -> Client {
    builder(&gateway.base_url()).build().unwrap()
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest::new("gpt-4").user("Say it")
}
