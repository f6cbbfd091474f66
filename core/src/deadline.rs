//! When a call has taken too long.
//!
//! Decisions only: moments are arguments, given as the time since some fixed moment of a clock that never goes back.
//!
//! | deadline | runs from | to | by default |
//! |---|---|---|---|
//! | connect | the start of an attempt | [`Clock::connected`] | 10 s |
//! | first event | [`Clock::connected`] | the first [`Clock::event`] or [`Clock::content`] | 30 s |
//! | idle | the first event, and anew from each [`Clock::content`]; [`Clock::postpone_idle`] moves it on | the end of the call | 30 s |
//! | total | the start of the call, over all attempts and the waits between them | the end of the call | 30 s, none for a stream |
//!
//! ```
//! use core::time::Duration;
//! use choreoai_core::deadline::{Clock, DeadlineKind, Deadlines};
//!
//! const SECOND: Duration = Duration::from_secs(1);
//! let mut clock = Clock::start(Deadlines::stream(), Duration::ZERO);
//! assert_eq!(clock.next(), Some((10 * SECOND, DeadlineKind::Connect)));
//! clock.connected(SECOND);
//! assert_eq!(clock.next(), Some((31 * SECOND, DeadlineKind::FirstEvent)));
//! clock.event(2 * SECOND);
//! clock.content(3 * SECOND);
//! assert_eq!(clock.next(), Some((33 * SECOND, DeadlineKind::Idle)));
//! assert_eq!(clock.expired(32 * SECOND), None);
//! assert_eq!(clock.expired(33 * SECOND), Some(DeadlineKind::Idle));
//! ```

use core::fmt;
use core::time::Duration;

use crate::decimal::{from_nanos, nanos};

/// How long each part of a call may take. `None`: as long as it likes; zero: it expires at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// From the start of an attempt until its connection stands, with TLS where there is any.
    pub connect: Option<Duration>,
    /// From there until the first event, or, where nothing is streamed, until the answer begins.
    pub first_event: Option<Duration>,
    /// Between two pieces of content. Comments, empty events and chunks with nothing but a role are none.
    pub idle: Option<Duration>,
    /// The whole call: all attempts, and the waits between them.
    pub total: Option<Duration>,
}

impl Deadlines {
    /// The defaults of a call that is answered as a whole: 10 s, 30 s, 30 s, 30 s.
    pub const fn create() -> Self {
        Self { total: Some(Duration::from_secs(30)), ..Self::stream() }
    }

    /// The defaults of a stream: 10 s, 30 s, 30 s, and no total.
    pub const fn stream() -> Self {
        Self {
            connect: Some(Duration::from_secs(10)),
            first_event: Some(Duration::from_secs(30)),
            idle: Some(Duration::from_secs(30)),
            total: None,
        }
    }
}

/// Which deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeadlineKind {
    /// [`Deadlines::connect`].
    Connect,
    /// [`Deadlines::first_event`].
    FirstEvent,
    /// [`Deadlines::idle`].
    Idle,
    /// [`Deadlines::total`].
    Total,
}

impl fmt::Display for DeadlineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "the connection was not established in time",
            Self::FirstEvent => "the answer did not begin in time",
            Self::Idle => "no content came for too long",
            Self::Total => "the call took too long as a whole",
        })
    }
}

/// The deadlines of one call, as it goes on. Every method takes constant time.
#[derive(Clone, Debug)]
pub struct Clock {
    deadlines: Deadlines,
    /// In nanoseconds, as below: less code compares them than durations.
    started: u64,
    phase: Phase,
    /// When the phase began, or was last told of content.
    since: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting,
    AwaitingEvent,
    Receiving,
    BetweenAttempts,
}

impl Clock {
    /// A call, and its first attempt, starts at `now`.
    pub const fn start(deadlines: Deadlines, now: Duration) -> Self {
        let now = nanos(now);
        Self { deadlines, started: now, phase: Phase::Connecting, since: now }
    }

    /// Another call, with the same deadlines, and its first attempt, starts at `now`.
    pub const fn restart(&mut self, now: Duration) {
        self.started = nanos(now);
        self.enter(Phase::Connecting, now);
    }

    /// An attempt has failed, and the wait before the next one begins. Only the total deadline runs on.
    pub const fn attempt_failed(&mut self) {
        self.phase = Phase::BetweenAttempts;
    }

    /// The next attempt starts.
    pub const fn attempt_started(&mut self, now: Duration) {
        self.enter(Phase::Connecting, now);
    }

    /// The attempt's connection stands. A transport that keeps the connect deadline itself says so at once; then the
    /// first-event deadline covers the connection too.
    pub const fn connected(&mut self, now: Duration) {
        if matches!(self.phase, Phase::Connecting) {
            self.enter(Phase::AwaitingEvent, now);
        }
    }

    /// An event with data has come, of any kind; comments and empty events are none. Only the first one of an
    /// attempt changes anything.
    pub const fn event(&mut self, now: Duration) {
        if !matches!(self.phase, Phase::Receiving) {
            self.enter(Phase::Receiving, now);
        }
    }

    /// Content has come: a piece of the answer, of its reasoning, of a refusal or of a tool call, but neither a
    /// comment nor an empty event nor a mere role. The idle deadline starts anew.
    pub const fn content(&mut self, now: Duration) {
        self.enter(Phase::Receiving, now);
    }

    /// For so long the caller has asked for nothing more, which is not the server's fault: the idle deadline moves on
    /// by it, the others do not.
    pub const fn postpone_idle(&mut self, by: Duration) {
        if matches!(self.phase, Phase::Receiving) {
            self.since = self.since.saturating_add(nanos(by));
        }
    }

    /// The moment of the next deadline, and which one it is; `None`: there is none. It holds until one of the
    /// methods above is called. Of two at the same moment, the total deadline gives way.
    pub fn next(&self) -> Option<(Duration, DeadlineKind)> {
        self.next_moment().map(|(moment, kind)| (from_nanos(moment), kind))
    }

    /// How long it is from `now` to the [`next`](Self::next) deadline, zero if that has expired, and which one it is.
    pub fn wait(&self, now: Duration) -> Option<(Duration, DeadlineKind)> {
        self.next_moment().map(|(moment, kind)| (from_nanos(moment.saturating_sub(nanos(now))), kind))
    }

    /// The deadline that has expired at `now`: the earliest, if several have. A deadline expires at its moment, not
    /// after it.
    pub fn expired(&self, now: Duration) -> Option<DeadlineKind> {
        self.next_moment().filter(|(moment, _)| *moment <= nanos(now)).map(|(_, kind)| kind)
    }

    /// What the total deadline leaves at `now`, zero when it has expired; `None`: there is no total deadline. A
    /// wait before a retry has to be shorter: [`Retry::decide`](crate::retry::Retry::decide) sees to it.
    pub fn time_left(&self, now: Duration) -> Option<Duration> {
        let total = moment(self.started, self.deadlines.total)?;
        Some(from_nanos(total.saturating_sub(nanos(now))))
    }

    fn next_moment(&self) -> Option<(u64, DeadlineKind)> {
        let (limit, kind) = match self.phase {
            Phase::Connecting => (self.deadlines.connect, DeadlineKind::Connect),
            Phase::AwaitingEvent => (self.deadlines.first_event, DeadlineKind::FirstEvent),
            Phase::Receiving => (self.deadlines.idle, DeadlineKind::Idle),
            Phase::BetweenAttempts => (None, DeadlineKind::Total),
        };
        let total = moment(self.started, self.deadlines.total);
        match moment(self.since, limit) {
            Some(phase) if total.is_none_or(|total| phase <= total) => Some((phase, kind)),
            _ => total.map(|total| (total, DeadlineKind::Total)),
        }
    }

    const fn enter(&mut self, phase: Phase, now: Duration) {
        self.phase = phase;
        self.since = nanos(now);
    }
}

/// When a limit that runs from `since` expires. One beyond the clock's range never does.
fn moment(since: u64, limit: Option<Duration>) -> Option<u64> {
    since.checked_add(nanos(limit?))
}

/// `until - now`, at least zero; saturates after 584 years.
///
/// As [`Duration::saturating_sub`], of which the compiler cannot prove that it does not panic.
#[cfg_attr(target_pointer_width = "32", inline(never))] // Arithmetic of durations is long there.
pub fn left(now: Duration, until: Duration) -> Duration {
    from_nanos(nanos(until).saturating_sub(nanos(now)))
}

#[cfg(test)]
mod tests {
    use super::DeadlineKind::{Connect, FirstEvent, Idle, Total};
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn deadlines(connect: u64, first_event: u64, idle: u64, total: u64) -> Deadlines {
        let limit = |seconds| (seconds != 0).then_some(s(seconds));
        Deadlines {
            connect: limit(connect),
            first_event: limit(first_event),
            idle: limit(idle),
            total: limit(total),
        }
    }

    #[test]
    fn defaults_are_as_documented() {
        assert_eq!(Deadlines::create(), deadlines(10, 30, 30, 30));
        assert_eq!(Deadlines::stream(), deadlines(10, 30, 30, 0));
    }

    #[test]
    fn a_clock_that_is_started_again_is_a_new_one() {
        let deadlines = deadlines(10, 20, 5, 60);
        let mut clock = Clock::start(deadlines, s(100));
        clock.connected(s(101));
        clock.content(s(102));
        clock.restart(s(200));
        assert_eq!(clock.next(), Clock::start(deadlines, s(200)).next());
        assert_eq!(clock.time_left(s(200)), Some(s(60)));
    }

    #[test]
    fn each_phase_has_its_deadline() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 0), s(100));
        assert_eq!(clock.next(), Some((s(110), Connect)));
        clock.connected(s(109));
        assert_eq!(clock.next(), Some((s(129), FirstEvent)));
        clock.event(s(128));
        assert_eq!(clock.next(), Some((s(133), Idle)));
        clock.content(s(130));
        assert_eq!(clock.next(), Some((s(135), Idle)));
    }

    #[test]
    fn a_wait_ends_with_the_next_deadline() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 0), s(100));
        assert_eq!(clock.wait(s(103)), Some((s(7), Connect)));
        assert_eq!(clock.wait(s(111)), Some((s(0), Connect)));
        clock.attempt_failed();
        assert_eq!(clock.wait(s(103)), None);
    }

    #[test]
    fn only_content_resets_idle() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 0), s(0));
        clock.connected(s(1));
        clock.event(s(2));
        for now in 3..7 {
            clock.event(s(now));
            clock.connected(s(now));
            assert_eq!(clock.next(), Some((s(7), Idle)));
            assert_eq!(clock.expired(s(now)), None);
        }
        assert_eq!(clock.expired(s(7)), Some(Idle));
    }

    #[test]
    fn only_the_idle_deadline_is_postponed() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 60), s(0));
        clock.postpone_idle(s(3));
        assert_eq!(clock.next(), Some((s(10), Connect)));
        clock.connected(s(1));
        clock.postpone_idle(s(3));
        assert_eq!(clock.next(), Some((s(21), FirstEvent)));
        clock.event(s(2));
        clock.postpone_idle(s(3));
        assert_eq!(clock.next(), Some((s(10), Idle)));
        assert_eq!(clock.time_left(s(0)), Some(s(60)));
        clock.postpone_idle(Duration::MAX);
        assert_eq!(clock.next(), Some((s(60), Total)));
    }

    #[test]
    fn content_is_an_event_too() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 0), s(0));
        clock.connected(s(1));
        clock.content(s(2));
        assert_eq!(clock.next(), Some((s(7), Idle)));

        let mut unconnected = Clock::start(deadlines(10, 20, 5, 0), s(0));
        unconnected.event(s(2));
        assert_eq!(unconnected.next(), Some((s(7), Idle)));
    }

    #[test]
    fn a_deadline_expires_at_its_moment() {
        let clock = Clock::start(deadlines(10, 0, 0, 0), s(100));
        assert_eq!(clock.expired(s(100)), None);
        assert_eq!(clock.expired(s(110) - Duration::from_nanos(1)), None);
        assert_eq!(clock.expired(s(110)), Some(Connect));
        assert_eq!(clock.expired(s(1000)), Some(Connect));
    }

    #[test]
    fn the_earlier_of_two_counts_and_total_gives_way() {
        let cases = [
            (deadlines(10, 0, 0, 9), Some((s(9), Total))),
            (deadlines(10, 0, 0, 10), Some((s(10), Connect))),
            (deadlines(10, 0, 0, 11), Some((s(10), Connect))),
            (deadlines(0, 1, 1, 11), Some((s(11), Total))),
            (deadlines(0, 1, 1, 0), None),
        ];
        for (deadlines, expected) in cases {
            let clock = Clock::start(deadlines, s(0));
            assert_eq!(clock.next(), expected);
            assert_eq!(clock.expired(s(99)), expected.map(|(_, kind)| kind));
        }
    }

    #[test]
    fn total_bounds_steady_content() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 12), s(0));
        clock.connected(s(1));
        for now in 2..12 {
            clock.content(s(now));
            assert_eq!(clock.expired(s(now)), None);
        }
        assert_eq!(clock.next(), Some((s(12), Total)));
        assert_eq!(clock.expired(s(12)), Some(Total));
    }

    #[test]
    fn total_runs_over_attempts_and_waits() {
        let mut clock = Clock::start(deadlines(10, 20, 5, 25), s(0));
        assert_eq!(clock.expired(s(10)), Some(Connect));
        clock.attempt_failed();
        assert_eq!(clock.next(), Some((s(25), Total)));
        assert_eq!(clock.expired(s(10)), None);
        assert_eq!(clock.time_left(s(10)), Some(s(15)));
        clock.attempt_started(s(14));
        assert_eq!(clock.next(), Some((s(24), Connect)));
        clock.connected(s(15));
        assert_eq!(clock.next(), Some((s(25), Total)));
        assert_eq!(clock.time_left(s(25)), Some(s(0)));
        assert_eq!(clock.time_left(s(26)), Some(s(0)));
    }

    #[test]
    fn a_wait_between_attempts_has_no_deadline_of_its_own() {
        let mut clock = Clock::start(Deadlines::stream(), s(0));
        clock.connected(s(1));
        clock.attempt_failed();
        assert_eq!(clock.next(), None);
        assert_eq!(clock.time_left(s(1)), None);
        clock.connected(s(2));
        assert_eq!(clock.next(), None);
    }

    #[test]
    fn what_is_left_is_exact() {
        let cases = [
            (s(0), s(0), s(0)),
            (s(1), s(3), s(2)),
            (s(3), s(1), s(0)),
            (Duration::new(1, 1), Duration::new(1, 0), s(0)),
            (Duration::new(1, 0), Duration::new(1, 1), Duration::new(0, 1)),
            (Duration::new(1, 5), Duration::new(3, 4), Duration::new(1, 999_999_999)),
            (Duration::new(1, 999_999_999), Duration::new(2, 0), Duration::new(0, 1)),
            (Duration::ZERO, Duration::MAX, Duration::from_nanos(u64::MAX)),
        ];
        for (now, until, expected) in cases {
            assert_eq!(left(now, until), expected, "{now:?} to {until:?}");
        }
    }

    #[test]
    fn extremes() {
        let zero = Clock::start(Deadlines { connect: Some(s(0)), ..deadlines(0, 0, 0, 0) }, s(7));
        assert_eq!(zero.expired(s(7)), Some(Connect));

        let endless =
            Deadlines { connect: Some(Duration::MAX), total: Some(Duration::MAX), ..deadlines(0, 0, 0, 0) };
        let clock = Clock::start(endless, s(1));
        assert_eq!(clock.next(), None);
        assert_eq!(clock.time_left(s(2)), None);
        assert_eq!(clock.expired(Duration::MAX), None);
    }
}
