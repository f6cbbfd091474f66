//! `POST /chat`: the whole answer.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use serde::Serialize;

use super::failure::Failure;
use super::question::Question;
use super::{Backend, Service};

#[derive(Serialize)]
pub(super) struct Answer {
    response: String,
}

pub(super) async fn answer<B: Backend>(
    State(service): State<Service<B>>,
    question: Result<Json<Question>, JsonRejection>,
) -> Result<Json<Answer>, Failure> {
    let request = question?.0.into_request()?;
    let answer = service.client.client().chat().create(&request).await?;
    Ok(Json(Answer { response: answer.text().to_owned() }))
}
