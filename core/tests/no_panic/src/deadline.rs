use choreoai_core::deadline::{self, Clock, DeadlineKind, Deadlines};

use crate::opaque::{consume, display, duration, opaque};

pub(crate) const EXERCISES: &[fn()] = &[deadlines, transitions, queries, deadline_kind];

fn clock() -> Clock {
    opaque(Clock::start(opaque(Deadlines::create()), duration()))
}

fn deadlines() {
    consume(Deadlines::create());
    consume(Deadlines::stream());
}

fn transitions() {
    for transition in opaque([
        Clock::restart,
        Clock::attempt_started,
        Clock::connected,
        Clock::event,
        Clock::content,
        Clock::postpone_idle,
    ]) {
        let mut clock = clock();
        transition(&mut clock, duration());
        consume(clock);
    }
    let mut clock = clock();
    Clock::attempt_failed(&mut clock);
    consume(clock);
}

fn queries() {
    consume(Clock::next(&clock()));
    consume(Clock::wait(&clock(), duration()));
    consume(Clock::expired(&clock(), duration()));
    consume(Clock::time_left(&clock(), duration()));
    consume(deadline::left(duration(), duration()));
}

fn deadline_kind() {
    display::<DeadlineKind>(DeadlineKind::Total);
}
