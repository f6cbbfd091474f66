use choreoai_core::retry::{Decision, Hints, Outcome, Policy, Retry, Why};

use crate::opaque::{bytes, consume, display, duration, opaque, text};

pub(crate) const EXERCISES: &[fn()] = &[hints, retry, why];

fn hints() {
    let mut hints = opaque(Hints::default());
    consume(Hints::header(&mut hints, text(), bytes()));
    consume(Hints::wait(&opaque(hints), opaque(Some(0))));
    consume(Hints::should_retry(&hints));
}

fn retry() {
    consume(Policy::default());
    let mut retry = opaque(Retry::new(opaque(Policy::new())));
    let outcome = opaque(Outcome::Refused {
        status: opaque(429),
        code: opaque(Some(text())),
        error_type: opaque(Some(text())),
        hints: opaque(Hints::default()),
    });
    let unix_now = opaque(Some(0));
    consume(Retry::decide(&mut retry, &outcome, opaque(0), unix_now, opaque(Some(duration()))));
    consume(Retry::attempts(&opaque(retry.clone())));
    consume(Retry::waited(&retry));
    consume(Retry::policy(&opaque(retry.clone())));
    consume(opaque(Decision::GiveUp(Why::Permanent)) == opaque(Decision::Wait(duration())));
}

fn why() {
    display::<Why>(Why::Permanent);
}
