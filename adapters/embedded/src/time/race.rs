//! Work against the clock.
//!
//! Written by hand: an `async fn` that is polled in several places brings a panic with it, for when it is polled once more.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use choreoai_core::deadline::DeadlineKind;
use pin_project_lite::pin_project;

use super::Timer;
use crate::error::Failure;

pin_project! {
    /// Some work, unless an alarm goes off before it is done.
    pub(crate) struct Race<F, A> {
        #[pin]
        work: F,
        #[pin]
        alarm: Option<A>,
        kind: DeadlineKind,
        // The moment of the alarm has passed already.
        is_late: bool,
    }
}

impl<F> Race<F, ()> {
    /// Work that is to be done within this limit.
    #[inline(always)]
    pub(super) fn within<'t, T: Timer>(
        limit: Limit,
        work: F,
        timer: &'t mut T,
    ) -> Race<F, impl Future<Output = ()> + use<'t, F, T>> {
        let Limit { wait, kind } = limit;
        let is_late = wait.is_some_and(|wait| wait.is_zero());
        Race { work, alarm: wait.map(|wait| timer.wait(wait)), kind, is_late }
    }
}

/// How long some work may take.
pub(super) struct Limit {
    /// `None`: as long as it likes.
    pub(super) wait: Option<Duration>,
    /// The deadline that it is for.
    pub(super) kind: DeadlineKind,
}

impl<F, A, T, E> Future for Race<F, A>
where
    F: Future<Output = Result<T, Failure<E>>>,
    A: Future<Output = ()>,
{
    type Output = Result<T, Failure<E>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if *this.is_late {
            return Poll::Ready(Err(Failure::Deadline(*this.kind)));
        }
        if let Poll::Ready(output) = this.work.poll(cx) {
            return Poll::Ready(output);
        }
        match this.alarm.as_pin_mut() {
            Some(alarm) => alarm.poll(cx).map(|()| Err(Failure::Deadline(*this.kind))),
            None => Poll::Pending,
        }
    }
}
