//! What the client itself does to a call: its limits hold it back, its end ends it.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use super::Call;
use crate::limits::{Closed, Place};
use crate::{Error, Timer, Transport};

impl<T: Transport, R: Timer> Call<T, R> {
    /// Waits for a place among the calls that run.
    pub(super) async fn enter(&mut self) -> Result<Place, Error> {
        let Self { client, watch, .. } = self;
        let (gate, timer) = (&client.limits().gate, client.timer());
        let mut entering = pin!(gate.enter());
        let place = poll_fn(|cx| match entering.as_mut().poll(cx) {
            Poll::Ready(entered) => Poll::Ready(entered.map_err(|Closed| Error::closed())),
            Poll::Pending => watch.poll_held_back(timer, cx).map(|limit| {
                let place = format_args!("a place (no more than {} at once)", gate.places());
                Err(Error::held_back(place, limit, 0).with_hint("`max_concurrent_calls` sets that"))
            }),
        })
        .await?;
        watch.go_on(timer);
        Ok(place)
    }

    /// Waits until the next request may be sent.
    pub(super) async fn turn(&mut self) -> Result<(), Error> {
        let Self { client, watch, sent, .. } = self;
        let (limits, timer, sent) = (client.limits(), client.timer(), *sent);
        let Some(rate) = &limits.rate else { return Ok(()) };
        let mut turn = pin!(rate.turn(timer));
        let closed = || (sent == 0 && limits.gate.is_closed()).then(|| Poll::Ready(Err(Error::closed())));
        poll_fn(|cx| {
            if let Some(refused) = closed() {
                return refused;
            }
            match turn.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(Ok(())),
                // Whoever closed the client before this task could be woken is seen here.
                Poll::Pending => closed().unwrap_or_else(|| {
                    watch.poll_held_back(timer, cx).map(|limit| {
                        let turn = format_args!("its turn (no more than {rate})");
                        Err(Error::held_back(turn, limit, sent).with_hint("`max_requests` sets that"))
                    })
                }),
            }
        })
        .await?;
        watch.go_on(timer);
        Ok(())
    }
}

/// Does a part of a call, unless the client ends it meanwhile.
pub(super) async fn unless_aborted<O>(
    place: &mut Place,
    part: impl Future<Output = Result<O, Error>>,
) -> Result<O, Error> {
    let mut part = pin!(part);
    poll_fn(|cx| match place.poll_aborted(cx) {
        Poll::Ready(()) => Poll::Ready(Err(Error::aborted())),
        Poll::Pending => part.as_mut().poll(cx),
    })
    .await
}
