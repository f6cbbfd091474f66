//! `GET /stream`: the pieces of an answer as they arrive, and nothing else.

use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use futures_lite::StreamExt;

use super::failure::Failure;
use super::question::Question;
use super::{Backend, Service};

pub(super) async fn answer<B: Backend>(
    State(service): State<Service<B>>,
    question: Result<Query<Question>, QueryRejection>,
) -> Result<Response, Failure> {
    let request = question?.0.into_request()?;
    let pieces = service.client.client().chat().stream(&request).await?.text();
    // The status has gone out when a stream breaks: an error then ends the response short of its last chunk, by which a
    // browser tells a broken answer from a whole one.
    let body = Body::from_stream(pieces.map(|piece| piece.map_err(Failure::from)));
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"), // else browsers hold the first pieces back to look at them
    ];
    Ok((headers, body).into_response())
}
