//! Time and allocations of what takes turns.

use std::time::Duration;

use cpu_time::ThreadTime;

use crate::allocations;

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// What is decoded has at least so many bytes.
    pub(crate) body: usize,
    /// So often each has its turn.
    pub(crate) rounds: usize,
    /// A turn is at least so long, or one run.
    pub(crate) turn: Duration,
}

/// For figures.
pub(crate) const FULL: Effort = Effort { body: 256 * 1024, rounds: 31, turn: Duration::from_millis(1) };

/// To see that all of it works.
pub(crate) const QUICK: Effort = Effort { body: 16 * 1024, rounds: 3, turn: Duration::from_micros(100) };

/// Of one that took turns with others.
pub(crate) struct Figures {
    /// For a run, in nanoseconds, in the order of the rounds.
    times: Vec<f64>,
    /// In a run.
    pub(crate) allocations: u64,
}

impl Figures {
    /// The median and what it lies between, in nanoseconds for a run.
    pub(crate) fn quartiles(&self) -> [f64; 3] {
        quartiles(&self.times)
    }

    /// How many times as fast as another one that had its turns in the same rounds: the median of what the rounds say, since what
    /// slows the machine for a while slows both.
    pub(crate) fn times_as_fast_as(&self, other: &Self) -> f64 {
        let ratios: Vec<_> =
            self.times.iter().zip(&other.times).map(|(ours, others)| others / ours).collect();
        quartiles(&ratios)[1]
    }
}

/// Measures these in turns, in the same order as given.
pub(crate) fn in_turns(runs: &[Box<dyn Fn() + '_>], effort: Effort) -> Vec<Figures> {
    let repeats: Vec<_> = runs.iter().map(|run| repeats(run, effort.turn)).collect();
    let mut figures: Vec<_> = runs
        .iter()
        .map(|run| Figures { times: Vec::with_capacity(effort.rounds), allocations: allocations::count(run) })
        .collect();
    for round in 0..effort.rounds {
        for at in 0..runs.len() {
            // Each round begins with another one.
            let at = (at + round) % runs.len();
            let time = time(&runs[at], repeats[at]);
            figures[at].times.push(time.as_nanos() as f64 / f64::from(repeats[at]));
        }
    }
    figures
}

/// How many runs make a turn.
fn repeats(run: impl Fn(), turn: Duration) -> u32 {
    run();
    let once = time(run, 1).max(Duration::from_nanos(1));
    turn.as_nanos().div_ceil(once.as_nanos()).min(100_000) as u32
}

/// Of the thread: what else runs on the machine takes caches, but no time.
fn time(run: impl Fn(), repeats: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        run();
    }
    start.elapsed()
}

fn quartiles(figures: &[f64]) -> [f64; 3] {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|part| figures[((figures.len() - 1) as f64 * part).round() as usize])
}
