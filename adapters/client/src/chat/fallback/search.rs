//! The search for a model that answers.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use choreoai_core::deadline::DeadlineKind;

use super::{Answered, Fallback, FallbackError, ModelFailure, rule};
use crate::chat::ChatRequest;
use crate::{Error, Timer, Transport};

/// How far the models have been asked.
pub(super) struct Search<'f, R: Timer> {
    /// To the model at hand.
    pub(super) request: Cow<'f, ChatRequest>,
    others: std::vec::IntoIter<&'f str>,
    pub(super) limit: Limit<'f, R>,
    failures: Vec<ModelFailure>,
}

impl<'f, R: Timer> Search<'f, R> {
    pub(super) fn new<T: Transport>(fallback: &'f Fallback<'_, T, R>, request: &'f ChatRequest) -> Self {
        let mut others = Vec::new();
        for model in &fallback.models {
            if *model != request.model && !others.contains(&&**model) {
                others.push(&**model);
            }
        }
        Self {
            request: Cow::Borrowed(request),
            others: others.into_iter(),
            limit: Limit::new(fallback.total_timeout, fallback.chat.client.timer()),
            failures: Vec::new(),
        }
    }

    /// Takes what the model at hand gave. `None`: the next one is to be asked.
    pub(super) fn judge<A>(
        &mut self,
        outcome: Result<A, Error>,
    ) -> Option<Result<Answered<A>, FallbackError>> {
        let model = self.request.model.clone();
        let failures = &mut self.failures;
        let error = match outcome {
            Ok(answer) => return Some(Ok(Answered { answer, model, failures: mem::take(failures) })),
            Err(error) => error,
        };
        let may_go_on = rule::another_may_answer(&error) && !self.limit.is_over();
        let next = if may_go_on { self.others.next() } else { None };
        let failure = ModelFailure { model, error };
        let Some(next) = next else {
            return Some(Err(FallbackError { earlier: mem::take(failures), last: failure }));
        };
        failures.push(failure);
        next.clone_into(&mut self.request.to_mut().model);
        None
    }
}

/// The time that all models have together.
pub(super) struct Limit<'f, R: Timer> {
    timer: &'f R,
    begun: Duration,
    limit: Option<(Duration, Pin<Box<R::Sleep>>)>,
}

impl<'f, R: Timer> Limit<'f, R> {
    fn new(limit: Option<Duration>, timer: &'f R) -> Self {
        let limit = limit.map(|limit| (limit, Box::pin(timer.sleep(limit))));
        Self { timer, begun: timer.now(), limit }
    }

    fn is_over(&self) -> bool {
        let spent = self.timer.now().saturating_sub(self.begun);
        self.limit.as_ref().is_some_and(|(limit, _)| spent >= *limit)
    }

    /// What the future gives, if that is in time.
    pub(super) async fn bound<A>(
        &mut self,
        asking: impl Future<Output = Result<A, Error>>,
    ) -> Result<A, Error> {
        let mut asking = pin!(asking);
        poll_fn(|cx| {
            if let Poll::Ready(outcome) = asking.as_mut().poll(cx) {
                return Poll::Ready(outcome);
            }
            match &mut self.limit {
                Some((limit, sleep)) => sleep.as_mut().poll(cx).map(|()| Err(overdue(*limit))),
                None => Poll::Pending,
            }
        })
        .await
    }
}

fn overdue(limit: Duration) -> Error {
    Error::timeout(DeadlineKind::Total, limit)
        .with_hint("that is for all models together")
        .with_retry(true, None)
}
