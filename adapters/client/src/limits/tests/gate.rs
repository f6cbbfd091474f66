use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

use proptest::prelude::*;

use super::Bell;
use crate::limits::gate::{Closed, Entering, Gate, Place};

/// Somebody at the gate.
struct Guest {
    bell: Arc<Bell>,
    entering: Option<Pin<Box<Entering>>>,
    place: Option<Place>,
}

impl Guest {
    fn new(gate: &Arc<Gate>) -> Self {
        Self { bell: Arc::default(), entering: Some(Box::pin(gate.enter())), place: None }
    }

    /// `None`: waits.
    fn poll(&mut self) -> Option<Result<(), Closed>> {
        let waker = self.bell.waker();
        let Poll::Ready(entered) = self.entering.as_mut()?.as_mut().poll(&mut Context::from_waker(&waker))
        else {
            return None;
        };
        self.entering = None;
        Some(entered.map(|place| self.place = Some(place)))
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Come,
    /// Another look of one of those who wait.
    Look(usize),
    /// One of those who wait goes away.
    GiveUp(usize),
    /// One of those inside goes.
    Leave(usize),
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Come),
        6 => (0..32_usize).prop_map(Step::Look),
        4 => (0..32_usize).prop_map(Step::GiveUp),
        8 => (0..32_usize).prop_map(Step::Leave),
        1 => Just(Step::Close),
    ]
}

/// What the gate has to do, said plainly.
#[derive(Default)]
struct Model {
    /// Who waits, in the order in which they came.
    queue: VecDeque<usize>,
    /// Who was given a place and has not looked.
    given: Vec<usize>,
    inside: Vec<usize>,
    is_closed: bool,
}

impl Model {
    fn taken(&self) -> usize {
        self.given.len() + self.inside.len()
    }

    /// A place is free; who is given it has to be woken.
    fn freed(&mut self, guests: &[Guest]) {
        if let Some(next) = self.queue.pop_front() {
            assert!(guests[next].bell.rang(), "{next} was given a place and not woken");
            self.given.push(next);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn nobody_overtakes_and_no_place_is_lost(
        places in 1..4_usize,
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let gate = Arc::new(Gate::new(places));
        let mut guests: Vec<Guest> = Vec::new();
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Come => {
                    let id = guests.len();
                    let mut guest = Guest::new(&gate);
                    let entered = guest.poll();
                    guests.push(guest);
                    if model.is_closed {
                        prop_assert_eq!(entered, Some(Err(Closed)));
                    } else if model.taken() < places {
                        prop_assert_eq!(entered, Some(Ok(())));
                        model.inside.push(id);
                    } else {
                        prop_assert_eq!(entered, None);
                        model.queue.push_back(id);
                    }
                }
                Step::Look(which) => {
                    let waiting = model.queue.iter().chain(&model.given).copied().collect::<Vec<_>>();
                    let Some(&id) = waiting.get(which % waiting.len().max(1)) else { continue };
                    let entered = guests[id].poll();
                    if model.given.contains(&id) {
                        prop_assert_eq!(entered, Some(Ok(())));
                        model.given.retain(|&given| given != id);
                        model.inside.push(id);
                    } else {
                        prop_assert_eq!(entered, None);
                    }
                }
                Step::GiveUp(which) => {
                    let waiting = model.queue.iter().chain(&model.given).copied().collect::<Vec<_>>();
                    let Some(&id) = waiting.get(which % waiting.len().max(1)) else { continue };
                    guests[id].entering = None;
                    if model.given.contains(&id) {
                        model.given.retain(|&given| given != id);
                        model.freed(&guests);
                    } else {
                        model.queue.retain(|&waiting| waiting != id);
                    }
                }
                Step::Leave(which) => {
                    if model.inside.is_empty() {
                        continue;
                    }
                    let id = model.inside.remove(which % model.inside.len());
                    guests[id].place = None;
                    model.freed(&guests);
                }
                Step::Close => {
                    gate.close();
                    model.is_closed = true;
                    for id in model.queue.drain(..) {
                        prop_assert!(guests[id].bell.rang(), "{} waits at a closed gate", id);
                        prop_assert_eq!(guests[id].poll(), Some(Err(Closed)));
                    }
                    // What was given and not taken is worth nothing any more.
                    for id in model.given.drain(..) {
                        prop_assert_eq!(guests[id].poll(), Some(Err(Closed)));
                    }
                }
            }
            prop_assert_eq!(gate.inside(), model.taken());
            prop_assert_eq!(gate.waiting(), model.queue.len());
            prop_assert!(model.taken() <= places);
            prop_assert!(model.queue.is_empty() || model.taken() == places, "a place is free, and somebody waits");
        }
        // Whoever is left gets in, each in turn.
        while model.taken() > 0 {
            for id in std::mem::take(&mut model.given) {
                prop_assert_eq!(guests[id].poll(), Some(Ok(())));
                model.inside.push(id);
            }
            for id in std::mem::take(&mut model.inside) {
                guests[id].place = None;
                model.freed(&guests);
            }
        }
        prop_assert_eq!((gate.inside(), gate.waiting(), model.queue.len()), (0, 0, 0));
    }
}

#[test]
fn an_abort_wakes_those_inside_once_and_for_all() {
    let gate = Arc::new(Gate::new(2));
    let mut guests = [Guest::new(&gate), Guest::new(&gate)];
    for guest in &mut guests {
        assert_eq!(guest.poll(), Some(Ok(())));
    }
    // One waits in a task, then in another one; the other one does not wait.
    let (first, second) = (Arc::<Bell>::default(), Arc::<Bell>::default());
    for bell in [&first, &second, &second] {
        let place = guests[0].place.as_mut().unwrap();
        assert!(place.poll_aborted(&mut Context::from_waker(&bell.waker())).is_pending());
    }
    gate.close();
    assert!(!first.rang() && !second.rang(), "closing lets them run");
    gate.abort();
    assert!(!first.rang() && second.rang());
    for guest in &mut guests {
        let place = guest.place.as_mut().unwrap();
        assert!(place.is_aborted());
        assert!(place.poll_aborted(&mut Context::from_waker(&second.waker())).is_ready());
    }
}

#[test]
fn the_last_one_out_wakes_those_who_wait_for_it() {
    let gate = Arc::new(Gate::new(2));
    let mut guests = [Guest::new(&gate), Guest::new(&gate)];
    for guest in &mut guests {
        assert_eq!(guest.poll(), Some(Ok(())));
    }
    let bells: [Arc<Bell>; 3] = Default::default();
    let [mut a, mut b, mut gone] = [(); 3].map(|()| Box::pin(gate.emptied()));
    for (emptied, bell) in [&mut a, &mut b, &mut gone].into_iter().zip(&bells) {
        assert!(emptied.as_mut().poll(&mut Context::from_waker(&bell.waker())).is_pending());
    }
    drop(gone);
    guests[0].place = None;
    assert!(!bells.iter().any(|bell| bell.rang()));
    guests[1].place = None;
    assert_eq!(bells.each_ref().map(|bell| bell.rang()), [true, true, false]);
    for (emptied, bell) in [&mut a, &mut b].into_iter().zip(&bells) {
        assert!(emptied.as_mut().poll(&mut Context::from_waker(&bell.waker())).is_ready());
    }
}

/// Wakes a thread.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// A lost wake-up would leave threads parked for ever.
#[test]
fn threads_in_a_crowd_all_get_in() {
    const THREADS: usize = 8;
    const ROUNDS: usize = 400;
    const PLACES: usize = 3;
    let gate = Arc::new(Gate::new(PLACES));
    let inside = AtomicUsize::new(0);
    let served = Mutex::new(0);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (gate, inside, served) = (&gate, &inside, &served);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    // Some give up after one look, whether they were given a place or not.
                    if (thread + round) % 3 == 0 {
                        let mut entering = Box::pin(gate.enter());
                        block_on(poll_fn(|cx| {
                            let _ = entering.as_mut().poll(cx);
                            Poll::Ready(())
                        }));
                        thread::yield_now();
                    }
                    let place = block_on(gate.enter()).unwrap();
                    assert!(inside.fetch_add(1, Ordering::SeqCst) < PLACES);
                    thread::yield_now();
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(place);
                    *served.lock().unwrap() += 1;
                }
            });
        }
    });
    assert_eq!(*served.lock().unwrap(), THREADS * ROUNDS);
    assert_eq!((gate.inside(), gate.waiting()), (0, 0));
}

#[test]
fn an_abort_reaches_all_threads() {
    let gate = Arc::new(Gate::new(usize::MAX));
    let (waiting, all_wait) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..8 {
            let (gate, waiting) = (&gate, waiting.clone());
            scope.spawn(move || {
                let mut place = block_on(gate.enter()).unwrap();
                waiting.send(()).unwrap();
                block_on(poll_fn(|cx| place.poll_aborted(cx)));
            });
        }
        (0..8).for_each(|_| all_wait.recv().unwrap());
        gate.close();
        gate.abort();
        block_on(gate.emptied());
    });
    assert_eq!(gate.inside(), 0);
}
