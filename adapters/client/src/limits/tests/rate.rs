use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::Bell;
use crate::Timer;
use crate::limits::rate::{Rate, Turn};

const SECOND: Duration = Duration::from_secs(1);

/// A clock that is moved by hand.
#[derive(Clone, Default)]
struct Clock(Rc<Time>);

#[derive(Default)]
struct Time {
    now: Cell<Duration>,
    sleepers: RefCell<Vec<(Duration, Waker)>>,
}

struct Sleep {
    clock: Clock,
    until: Duration,
}

impl Timer for Clock {
    type Sleep = Sleep;

    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep { clock: self.clone(), until: self.now() + duration }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.until <= self.clock.now() {
            return Poll::Ready(());
        }
        self.clock.0.sleepers.borrow_mut().push((self.until, cx.waker().clone()));
        Poll::Pending
    }
}

impl Clock {
    fn advance(&self, by: Duration) {
        let now = self.now() + by;
        self.0.now.set(now);
        let due = self.0.sleepers.borrow_mut().extract_if(.., |(until, _)| *until <= now).collect::<Vec<_>>();
        due.into_iter().for_each(|(_, waker)| waker.wake());
    }
}

struct Guest<'r> {
    id: usize,
    bell: Arc<Bell>,
    turn: Pin<Box<Turn<'r, Clock>>>,
}

/// Those who ask for turns; only who is woken looks.
struct Crowd<'r> {
    rate: &'r Rate,
    clock: &'r Clock,
    waiting: Vec<Guest<'r>>,
    /// Who had a turn, and when.
    turns: Vec<(usize, Duration)>,
    came: usize,
}

impl<'r> Crowd<'r> {
    fn new(rate: &'r Rate, clock: &'r Clock) -> Self {
        Self { rate, clock, waiting: Vec::new(), turns: Vec::new(), came: 0 }
    }

    fn come(&mut self) {
        let bell = Arc::<Bell>::default();
        bell.waker().wake();
        self.waiting.push(Guest { id: self.came, bell, turn: Box::pin(self.rate.turn(self.clock)) });
        self.came += 1;
        self.settle();
    }

    fn give_up(&mut self, which: usize) {
        if !self.waiting.is_empty() {
            drop(self.waiting.remove(which % self.waiting.len()));
            self.settle();
        }
    }

    fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.settle();
    }

    /// Polls whoever was woken, the last one first: the order of looking is not the order of turns.
    fn settle(&mut self) {
        while let Some(woken) = self.waiting.iter().rposition(|guest| guest.bell.rang()) {
            let Guest { id, bell, turn } = &mut self.waiting[woken];
            let waker = bell.waker();
            if turn.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
                self.turns.push((*id, self.clock.now()));
                drop(self.waiting.remove(woken));
            }
        }
    }
}

#[test]
fn a_burst_then_a_pause() {
    let (rate, clock) = (Rate::new(2, 10 * SECOND), Clock::default());
    let mut crowd = Crowd::new(&rate, &clock);
    crowd.come();
    crowd.advance(4 * SECOND);
    (0..4).for_each(|_| crowd.come());
    assert_eq!(rate.waiting(), 3);
    for _ in 0..40 {
        crowd.advance(SECOND);
    }
    let moments = [0, 4, 10, 14, 20].map(|seconds| seconds * SECOND);
    assert_eq!(crowd.turns, (0..5).zip(moments).collect::<Vec<_>>());
    assert_eq!(rate.waiting(), 0);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Come,
    GiveUp(usize),
    Advance(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => Just(Step::Come),
        2 => (0..32_usize).prop_map(Step::GiveUp),
        4 => (0..13_u32).prop_map(Step::Advance),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn turns_come_in_order_never_too_many_and_as_soon_as_they_may(
        requests in 1..4_usize,
        per in 1..10_u32,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let (per, clock) = (per * SECOND, Clock::default());
        let rate = Rate::new(requests, per);
        let mut crowd = Crowd::new(&rate, &clock);
        let may_go = |crowd: &Crowd<'_>| {
            let now = clock.now();
            let recent = crowd.turns.iter().filter(|&&(_, moment)| moment + per > now).count();
            recent < requests
        };
        for step in steps.into_iter().chain([Step::Advance(1); 800]) {
            match step {
                Step::Come => crowd.come(),
                Step::GiveUp(which) => crowd.give_up(which),
                Step::Advance(seconds) => (0..seconds).for_each(|_| crowd.advance(SECOND)),
            }
            prop_assert!(crowd.waiting.is_empty() || !may_go(&crowd), "somebody waits for nothing");
            prop_assert_eq!(rate.waiting(), crowd.waiting.len());
        }
        prop_assert!(crowd.waiting.is_empty(), "somebody waits for ever");
        prop_assert!(crowd.turns.is_sorted_by_key(|&(id, _)| id), "somebody overtook");
        for (turn, later) in crowd.turns.iter().zip(crowd.turns.iter().skip(requests)) {
            prop_assert!(later.1 - turn.1 >= per, "{:?}", crowd.turns);
        }
    }
}
