//! `GET /health`.

use std::sync::Arc;

use bytes::Bytes;
use choreoai_core::retry::Policy;

use crate::call::{Call, Fault, Question, Whole};
use crate::members::Members;
use crate::{Client, Error, ResponseHead, Timer, Transport};

/// How long the answer may be.
const BODY_LIMIT: usize = 64 << 10;

/// What a gateway says of itself.
#[derive(Clone, Debug)]
pub struct Health {
    status: Option<String>,
    body: Bytes,
    head: Arc<ResponseHead>,
}

impl Health {
    /// The `status` that the answer names, such as `healthy`; `None` when it names none. That the gateway answered with
    /// a success is certain either way.
    pub fn status(&self) -> Option<&str> {
        self.status.as_deref()
    }

    /// The answer as it came; it may be empty.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The head of the response.
    pub fn response(&self) -> &ResponseHead {
        &self.head
    }

    /// The server's name for the request.
    pub fn request_id(&self) -> Option<&str> {
        self.head.request_id()
    }
}

pub(crate) async fn ask<T: Transport, R: Timer>(client: &Client<T, R>) -> Result<Health, Error> {
    let settings = client.settings();
    let question = Question::get(settings.base_url.endpoint("/health")?);
    let deadlines = settings.timeouts.deadlines(false);
    let mut call =
        Call::start(client.clone(), question, deadlines).retried(Policy { max_retries: 0, ..settings.retry });
    let Whole { head, body } = call.whole(BODY_LIMIT).await?;
    match read(&body) {
        Ok(status) => {
            call.finished(None);
            Ok(Health { status, body, head })
        }
        Err(fault) => Err(call.unusable(fault, &body, &head)),
    }
}

/// The status that is named. Any text will do, also none; but a page is none of a gateway's, whatever its status.
fn read(body: &[u8]) -> Result<Option<String>, Fault> {
    if body.starts_with(b"<") {
        return Err(Fault::foreign("it is a page; check the base URL"));
    }
    let members = std::str::from_utf8(body).ok().and_then(|text| Members::parse(text).ok());
    Ok(members.and_then(|mut members| members.take_as("status")))
}
