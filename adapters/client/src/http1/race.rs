//! Several attempts at the same thing, each given a head start over the next (Happy Eyeballs, RFC 8305, section 5).

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Starts an attempt for each of `candidates`, in order: the next one when `head_start` of the last one is over, or at
/// once when an attempt has failed. The first success wins and the others are dropped.
///
/// # Errors
///
/// The failures of all attempts, in the order in which they came.
pub(super) async fn race<C, F, T, E, H>(
    candidates: impl IntoIterator<Item = C>,
    mut attempt: impl FnMut(C) -> F,
    mut head_start: impl FnMut() -> H,
) -> Result<T, Vec<E>>
where
    F: Future<Output = Result<T, E>>,
    H: Future,
{
    let mut candidates = candidates.into_iter().fuse();
    let mut running: Vec<Pin<Box<F>>> = Vec::new();
    let mut failures = Vec::new();
    let mut head = None::<Pin<Box<H>>>;
    poll_fn(|cx| {
        loop {
            let mut winner = None;
            let failed_before = failures.len();
            running.retain_mut(|attempt| match attempt.as_mut().poll(cx) {
                Poll::Ready(Ok(output)) => {
                    winner.get_or_insert(output);
                    false
                }
                Poll::Ready(Err(failure)) => {
                    failures.push(failure);
                    false
                }
                Poll::Pending => true,
            });
            if let Some(winner) = winner {
                return Poll::Ready(Ok(winner));
            }
            if failures.len() == failed_before
                && !running.is_empty()
                && let Some(head) = &mut head
                && head.as_mut().poll(cx).is_pending()
            {
                return Poll::Pending;
            }
            match candidates.next() {
                Some(candidate) => {
                    running.push(Box::pin(attempt(candidate)));
                    head = Some(Box::pin(head_start()));
                }
                None if running.is_empty() => return Poll::Ready(Err(std::mem::take(&mut failures))),
                // Nobody is left to have a head start over. Those that run have been polled.
                None => {
                    head = None;
                    return Poll::Pending;
                }
            }
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::future::{Ready, pending, ready};
    use std::pin::pin;
    use std::rc::Rc;
    use std::task::{Context, Waker};

    use super::*;

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// A wait that ends when the test says so.
    fn wait(over: &Rc<Cell<bool>>) -> impl Future<Output = ()> + use<> {
        let over = Rc::clone(over);
        poll_fn(move |_| if over.get() { Poll::Ready(()) } else { Poll::Pending })
    }

    #[test]
    fn the_first_that_succeeds_ends_it() {
        let started = RefCell::new(Vec::new());
        let attempt = |n: u32| {
            started.borrow_mut().push(n);
            ready(if n == 2 { Ok(n) } else { Err(n) })
        };
        let mut outcome = pin!(race(1..=3, attempt, pending::<()>));
        assert_eq!(poll(outcome.as_mut()), Poll::Ready(Ok(2)));
        assert_eq!(*started.borrow(), [1, 2], "a failure starts the next at once, a success none");
    }

    #[test]
    fn all_failures_are_told() {
        let mut outcome = pin!(race(1..=3, |n| ready(Err::<(), _>(n)), pending::<()>));
        assert_eq!(poll(outcome.as_mut()), Poll::Ready(Err(vec![1, 2, 3])));
        let nobody: [u32; 0] = [];
        let mut outcome = pin!(race(nobody, |n| ready(Err::<(), _>(n)), pending::<()>));
        assert_eq!(poll(outcome.as_mut()), Poll::Ready(Err(vec![])));
    }

    #[test]
    fn a_silent_candidate_has_only_its_head_start() {
        let over = Rc::new(Cell::new(false));
        let started = RefCell::new(Vec::new());
        let attempt = |n: u32| {
            started.borrow_mut().push(n);
            async move { if n == 3 { Ok::<_, ()>(n) } else { pending().await } }
        };
        let mut outcome = pin!(race(1..=3, attempt, || Box::pin(wait(&over))));
        assert_eq!(poll(outcome.as_mut()), Poll::Pending);
        assert_eq!(*started.borrow(), [1]);
        over.set(true);
        assert_eq!(poll(outcome.as_mut()), Poll::Ready(Ok(3)));
    }

    #[test]
    fn a_slow_candidate_still_wins_when_the_later_ones_fail() {
        let (over, answered) = (Rc::new(Cell::new(true)), Rc::new(Cell::new(false)));
        let attempt = |n: u32| {
            let answer = wait(&answered);
            async move {
                match n {
                    1 => {
                        answer.await;
                        Ok(n)
                    }
                    _ => Err(n),
                }
            }
        };
        let mut outcome = pin!(race(1..=3, attempt, || Box::pin(wait(&over))));
        assert_eq!(poll(outcome.as_mut()), Poll::Pending);
        answered.set(true);
        assert_eq!(poll(outcome.as_mut()), Poll::Ready(Ok(1)));
    }

    #[test]
    fn a_failure_starts_the_next_at_once_although_another_still_runs() {
        let over = Rc::new(Cell::new(false));
        let failed = Rc::new(Cell::new(false));
        let started = RefCell::new(Vec::new());
        let attempt = |n: u32| {
            started.borrow_mut().push(n);
            let failure = wait(&failed);
            async move {
                match n {
                    1 | 4 => pending().await,
                    2 => failure.await,
                    _ => {}
                }
                Err::<(), _>(n)
            }
        };
        // The first head start ends when told to, all others never.
        let mut first = Some(wait(&over));
        let head_start = || -> Pin<Box<dyn Future<Output = ()>>> {
            match first.take() {
                Some(first) => Box::pin(first),
                None => Box::pin(pending()),
            }
        };
        let mut outcome = pin!(race(1..=5, attempt, head_start));
        assert!(poll(outcome.as_mut()).is_pending());
        assert_eq!(*started.borrow(), [1]);
        over.set(true);
        assert!(poll(outcome.as_mut()).is_pending());
        assert_eq!(*started.borrow(), [1, 2]);
        failed.set(true);
        assert!(poll(outcome.as_mut()).is_pending());
        assert_eq!(
            *started.borrow(),
            [1, 2, 3, 4],
            "the third fails as it starts, the fourth has a head start"
        );
    }

    #[test]
    fn a_head_start_belongs_to_the_last_one_started() {
        let starts = Cell::new(0);
        let head_start = || {
            starts.set(starts.get() + 1);
            // The first is over at once, the second never.
            if starts.get() == 1 { Ok(ready(())) } else { Err(pending()) }
        };
        let head_start = || match head_start() {
            Ok(over) => Box::pin(over) as Pin<Box<dyn Future<Output = ()>>>,
            Err(never) => Box::pin(never),
        };
        let started = Cell::new(0);
        let attempt = |_: u32| {
            started.set(started.get() + 1);
            pending::<Result<(), Ready<()>>>()
        };
        let mut outcome = pin!(race(1..=3, attempt, head_start));
        assert!(poll(outcome.as_mut()).is_pending());
        assert_eq!(started.get(), 2);
    }
}
