//! Several futures at once, on one task.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Runs all, and gives their outputs in the order of the futures; or the first error that comes, and drops the rest.
/// Each wake-up polls all that still run.
pub(super) async fn try_join_all<F, O, E>(futures: Vec<F>) -> Result<Vec<O>, E>
where
    F: Future<Output = Result<O, E>> + Unpin,
{
    let mut all = futures.into_iter().map(State::Running).collect::<Vec<_>>();
    poll_fn(|cx| {
        let mut is_waiting = false;
        for state in &mut all {
            let State::Running(future) = state else { continue };
            match Pin::new(future).poll(cx) {
                Poll::Ready(Ok(output)) => *state = State::Done(output),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => is_waiting = true,
            }
        }
        if is_waiting { Poll::Pending } else { Poll::Ready(Ok(())) }
    })
    .await?;
    Ok(all.into_iter().filter_map(State::output).collect())
}

enum State<F, O> {
    Running(F),
    Done(O),
}

impl<F, O> State<F, O> {
    fn output(self) -> Option<O> {
        match self {
            Self::Done(output) => Some(output),
            Self::Running(_) => None,
        }
    }
}
