//! A request and its response.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use choreoai_wasi::{ResponseBody as _, Transport};
use frames::{Id, Reply};

/// How far it is. What is polled without need has nothing to say.
pub(crate) enum Exchange<T: Transport> {
    Sending(T::Sending),
    /// Nobody wants more of the body at the moment.
    Quiet(T::Body),
    Reading(T::Body),
    Over,
}

impl<T: Transport<Sending: Unpin, Body: Unpin>> Exchange<T> {
    /// The next piece of the body is wanted.
    pub(crate) fn read(&mut self) {
        *self = match std::mem::replace(self, Self::Over) {
            Self::Quiet(body) => Self::Reading(body),
            other => other,
        };
    }

    pub(crate) fn release(&mut self) {
        if let Self::Quiet(body) | Self::Reading(body) = self {
            Pin::new(body).release();
        }
    }

    pub(crate) fn poll(&mut self, id: Id, cx: &mut Context<'_>) -> Poll<Reply> {
        let (next, reply) = match self {
            Self::Sending(sending) => match Pin::new(sending).poll(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(response)) => {
                    let (head, body) = response.into_parts();
                    (Self::Quiet(body), Reply::Head(id, http::Response::from_parts(head, ())))
                }
                Poll::Ready(Err(error)) => (Self::Over, Reply::Failed(id, error)),
            },
            Self::Reading(body) => match Pin::new(&mut *body).poll_data(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(data)) => {
                    let data = Bytes::copy_from_slice(data);
                    Pin::new(body).consume(data.len());
                    let reply = Reply::Data(id, data);
                    let Self::Reading(body) = std::mem::replace(self, Self::Over) else { unreachable!() };
                    (Self::Quiet(body), reply)
                }
                Poll::Ready(Err(error)) => (Self::Over, Reply::Failed(id, error)),
            },
            Self::Quiet(_) | Self::Over => return Poll::Pending,
        };
        *self = next;
        Poll::Ready(reply)
    }
}
