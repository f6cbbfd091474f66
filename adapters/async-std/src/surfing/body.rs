//! The body of a response that has come through surf.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use async_std::io::BufRead as _;
use choreoai::http1::Target;
use choreoai::{ResponseBody, TransportError, TransportErrorKind};

use super::call::Released;
use super::error::{Secrets, unfinished};

/// Reads what the backend, or a middleware in between, has made the body of the response.
pub(crate) struct Body {
    body: surf::Body,
    /// How much is still to come; `None`: only the end of the body tells.
    left: Option<usize>,
    state: State,
    target: Target,
    secrets: Secrets,
    released: Released,
}

#[derive(Clone, Copy)]
enum State {
    Open,
    Ended,
    Failed(TransportErrorKind),
}

impl Body {
    pub(super) fn new(body: surf::Body, target: Target, secrets: Secrets, released: Released) -> Self {
        Self { left: body.len(), body, state: State::Open, target, secrets, released }
    }
}

impl ResponseBody for Body {
    fn poll_data<'b>(
        self: Pin<&'b mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<&'b [u8], TransportError>> {
        let this = self.get_mut();
        match this.state {
            State::Open => {}
            State::Ended => return Poll::Ready(Ok(&[])),
            // Whatever the reader would say now.
            State::Failed(kind) => {
                return Poll::Ready(Err(TransportError::new(kind, "the response's body has failed before")));
            }
        }
        if this.left == Some(0) {
            this.state = State::Ended;
            // Whatever it has to say: a reader that sees its end gives its connection back.
            let _ = Pin::new(&mut this.body).poll_fill_buf(cx);
            return Poll::Ready(Ok(&[]));
        }
        let outcome = match (ready!(Pin::new(&mut this.body).poll_fill_buf(cx)), this.left) {
            // Some backends take a connection that was lost for the end of the body.
            (Ok([]), Some(1..)) => {
                let context = format!("{} closed the connection in the middle of its response", this.target);
                Err(TransportError::new(TransportErrorKind::Truncated, context))
            }
            (Ok(data), left) => Ok(&data[..data.len().min(left.unwrap_or(usize::MAX))]),
            (Err(error), _) => Err(unfinished(error, &this.target, &this.secrets)),
        };
        match &outcome {
            Ok([]) => this.state = State::Ended,
            Ok(_) => {}
            Err(error) => this.state = State::Failed(error.kind()),
        }
        Poll::Ready(outcome)
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        if matches!(this.state, State::Open) {
            Pin::new(&mut this.body).consume(amount);
            this.left = this.left.map(|left| left.saturating_sub(amount));
        }
    }

    fn release(self: Pin<&mut Self>) {
        let this = self.get_mut();
        this.released.set();
        if matches!(this.state, State::Open) {
            this.state = State::Ended;
        }
        // Whatever is around the backend's reader goes with it.
        this.body = surf::Body::empty();
    }
}
