//! `GET /events`: the pieces of an answer as server-sent events.
//!
//! Each is `{"text": "..."}`. The last event is of the type `done`, or of the type `error` with what `/chat` would say in
//! its body: a browser that saw neither has lost the connection.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::sse::{Event, Sse};
use choreoai::{TextStream, Timer};
use futures_lite::future;
use futures_lite::stream::{Stream, StreamExt, unfold};
use serde_json::json;

use super::failure::Failure;
use super::question::Question;
use super::{Backend, Service};

/// An error before the answer begins has its status, as everywhere; from then on heartbeats keep the connection alive.
pub(super) async fn answer<B: Backend>(
    State(service): State<Service<B>>,
    question: Result<Query<Question>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, axum::Error>>>, Failure> {
    let request = question?.0.into_request()?;
    let pieces = service.client.client().chat().stream(&request).await?.text();
    Ok(Sse::new(events(pieces, service)))
}

/// axum's own heartbeat is made of tokio's timers; this one is made of the client's.
fn events<B: Backend>(
    pieces: TextStream<B::Transport, B::Timer>,
    service: Service<B>,
) -> impl Stream<Item = Result<Event, axum::Error>> + Send {
    unfold(Some(pieces), move |pieces| {
        let silence = service.client.client().timer().sleep(service.heartbeat);
        async move {
            let mut pieces = pieces?;
            let piece = async { Some(pieces.next().await) };
            let silent = async {
                silence.await;
                None
            };
            Some(match future::or(piece, silent).await {
                Some(Some(Ok(text))) => (Event::default().json_data(json!({ "text": text })), Some(pieces)),
                Some(Some(Err(error))) => {
                    (Event::default().event("error").json_data(Failure::from(error).body()), None)
                }
                Some(None) => (Event::default().event("done").json_data(json!({})), None),
                None => (Ok(Event::default().comment("")), Some(pieces)),
            })
        }
    })
}
