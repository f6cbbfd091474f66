//! The body of a request, on its way to the host.

use std::task::{Context, Poll};

use bytes::Bytes;
use wasip2::http::types::{OutgoingBody, OutputStream};

use crate::reactor::Source;

/// What is left to write of a request's body.
#[derive(Debug)]
pub(super) struct Writing {
    open: Option<Open>,
    left: Bytes,
}

/// In the order in which the host must get them back.
#[derive(Debug)]
struct Open {
    source: Option<Source>,
    stream: OutputStream,
    body: OutgoingBody,
}

impl Writing {
    /// `None`: the host gives no way to write a body, so it must be empty.
    pub(super) fn new(body: Option<OutgoingBody>, left: Bytes) -> Self {
        let open = body.and_then(|body| {
            let stream = body.write().ok()?;
            Some(Open { source: None, stream, body })
        });
        Self { open, left }
    }

    /// Writes as much as the host takes. Ready once all is written, or cannot be: why not, the response tells.
    pub(super) fn poll_write(&mut self, cx: &Context<'_>) -> Poll<()> {
        while let Some(open) = self.open.as_mut().filter(|_| !self.left.is_empty()) {
            match open.stream.check_write() {
                Ok(0) => {
                    let source = open.source.get_or_insert_with(|| Source::new(open.stream.subscribe()));
                    source.wake_when_ready(cx);
                    return Poll::Pending;
                }
                Ok(permitted) => {
                    let length = usize::try_from(permitted).unwrap_or(usize::MAX).min(self.left.len());
                    if open.stream.write(&self.left.split_to(length)).is_err() {
                        self.open = None;
                    }
                }
                Err(_) => self.open = None,
            }
        }
        if let Some(Open { source, stream, body }) = self.open.take() {
            drop(source);
            drop(stream);
            let _ = OutgoingBody::finish(body, None);
        }
        Poll::Ready(())
    }
}
