//! Time, in which contenders take turns.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;

use crate::allocations;
use crate::contenders::Contender;
use crate::reads::{Read, Reads};
use crate::workloads::{Body, Workload};

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    /// A body has at least so many bytes.
    pub(crate) body: usize,
    /// So often each contender has its turn.
    pub(crate) rounds: usize,
    /// A turn is at least so long, or one body.
    pub(crate) turn: Duration,
}

/// For figures.
pub(crate) const FULL: Effort = Effort { body: 256 * 1024, rounds: 31, turn: Duration::from_millis(1) };

/// To see that all of it works.
pub(crate) const QUICK: Effort = Effort { body: 16 * 1024, rounds: 3, turn: Duration::from_micros(100) };

/// A row: what one contender takes for one workload and cut.
pub(crate) struct Row {
    pub(crate) workload: &'static str,
    pub(crate) read: Read,
    pub(crate) contender: &'static Contender,
    /// What there is to read.
    pub(crate) bytes_per_event: f64,
    /// The median.
    pub(crate) ns_per_event: f64,
    /// The first and the third quartile.
    pub(crate) spread: [f64; 2],
    pub(crate) mb_per_s: f64,
    pub(crate) allocs_per_event: f64,
    /// For a body, in nanoseconds, in the order of the rounds.
    times: Vec<f64>,
}

/// Checks the contenders, then measures them in turns.
///
/// # Panics
///
/// If one delivers something else than what the body says.
pub(crate) fn measure(
    workload: &'static Workload,
    read: Read,
    contenders: &[&'static Contender],
    effort: Effort,
) -> Vec<Row> {
    let body = workload.body(effort.body);
    let reads = Reads::new(&body, read);
    let mut turns: Vec<_> =
        contenders.iter().map(|contender| Turns::new(contender, &body, &reads, effort)).collect();
    for round in 0..effort.rounds {
        // Nobody always comes after the same one.
        for at in 0..turns.len() {
            let at = (at + round) % turns.len();
            turns[at].take(&reads);
        }
    }
    turns.into_iter().map(|turns| turns.row(workload, read, &body)).collect()
}

/// The turns of a contender.
struct Turns {
    contender: &'static Contender,
    /// Bodies in a turn.
    repeats: u32,
    /// For a body, in nanoseconds.
    times: Vec<f64>,
    allocations: u64,
}

impl Turns {
    fn new(contender: &'static Contender, body: &Body, reads: &Reads<'_>, effort: Effort) -> Self {
        if contender.delivers() {
            let name = contender.name;
            assert!((contender.read)(reads) == body.answer, "{name} delivers another text");
            assert_eq!((contender.run)(reads), body.tally, "{name} delivers another text while measured");
        }
        let allocations = allocations::count(|| _ = (contender.run)(reads));
        let once = time(contender, reads, 1).max(Duration::from_nanos(1));
        let repeats = effort.turn.as_nanos().div_ceil(once.as_nanos()).min(100_000) as u32;
        Self { contender, repeats, times: Vec::with_capacity(effort.rounds), allocations }
    }

    fn take(&mut self, reads: &Reads<'_>) {
        let time = time(self.contender, reads, self.repeats);
        self.times.push(time.as_nanos() as f64 / f64::from(self.repeats));
    }

    fn row(self, workload: &'static Workload, read: Read, body: &Body) -> Row {
        let events = body.ends.len() as f64;
        let [low, median, high] = quartiles(&self.times);
        Row {
            workload: workload.letter,
            read,
            contender: self.contender,
            bytes_per_event: body.bytes.len() as f64 / events,
            ns_per_event: median / events,
            spread: [low / events, high / events],
            mb_per_s: body.bytes.len() as f64 * 1e3 / median,
            allocs_per_event: self.allocations as f64 / events,
            times: self.times,
        }
    }
}

impl Row {
    /// How many times as fast as another one of the same run: the median of what the rounds say, since whatever else slows the
    /// machine for a while slows both.
    pub(crate) fn times_as_fast_as(&self, other: &Self) -> f64 {
        let ratios: Vec<_> =
            self.times.iter().zip(&other.times).map(|(ours, others)| others / ours).collect();
        quartiles(&ratios)[1]
    }
}

fn quartiles(figures: &[f64]) -> [f64; 3] {
    let mut figures = figures.to_vec();
    figures.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|part| figures[((figures.len() - 1) as f64 * part).round() as usize])
}

/// Of the thread: what else runs on the machine takes caches, but no time.
fn time(contender: &Contender, reads: &Reads<'_>, repeats: u32) -> Duration {
    let start = ThreadTime::now();
    for _ in 0..repeats {
        black_box((contender.run)(black_box(reads)));
    }
    start.elapsed()
}
