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

impl<F: Future, A: Future<Output = ()>> Future for Race<F, A> {
    type Output = Result<F::Output, DeadlineKind>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if *this.is_late {
            return Poll::Ready(Err(*this.kind));
        }
        if let Poll::Ready(output) = this.work.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        match this.alarm.as_pin_mut() {
            Some(alarm) => alarm.poll(cx).map(|()| Err(*this.kind)),
            None => Poll::Pending,
        }
    }
}

pin_project! {
    /// Some work that may take as long as it likes.
    pub(crate) struct Alone<F> {
        #[pin]
        pub(super) work: F,
    }
}

impl<F: Future> Future for Alone<F> {
    type Output = Result<F::Output, DeadlineKind>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().work.poll(cx).map(Ok)
    }
}

pin_project! {
    /// What comes of some work; only what comes at once, if it is hasty.
    pub(crate) struct Hasty<F> {
        #[pin]
        work: F,
        is_hasty: bool,
    }
}

impl<F> Hasty<F> {
    pub(crate) const fn new(is_hasty: bool, work: F) -> Self {
        Self { work, is_hasty }
    }
}

impl<F: Future> Future for Hasty<F> {
    type Output = Option<F::Output>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.work.poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if *this.is_hasty => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}
