//! A row of the table of `decode`.

use std::hint::black_box;

use crate::contenders::Contender;
use crate::measure::{Effort, Figures, in_turns};
use crate::reads::{Read, Reads};
use crate::workloads::Workload;

/// What one contender takes for one workload and cut.
pub(crate) struct Row {
    pub(crate) workload: &'static str,
    pub(crate) read: Read,
    pub(crate) contender: &'static Contender,
    /// What there was to read.
    bytes: usize,
    events: usize,
    figures: Figures,
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
    for contender in contenders.iter().filter(|contender| contender.delivers()) {
        let name = contender.name;
        assert!((contender.read)(&reads) == body.answer, "{name} delivers another text");
        assert_eq!((contender.run)(&reads), body.tally, "{name} delivers another text while measured");
    }
    let run = |contender: &&'static Contender| {
        let (run, reads) = (contender.run, &reads);
        Box::new(move || _ = black_box(run(black_box(reads)))) as Box<dyn Fn()>
    };
    let figures = in_turns(&contenders.iter().map(run).collect::<Vec<_>>(), effort);
    let (bytes, events) = (body.bytes.len(), body.ends.len());
    let row = |(contender, figures): (&&'static Contender, _)| Row {
        workload: workload.letter,
        read,
        contender,
        bytes,
        events,
        figures,
    };
    contenders.iter().zip(figures).map(row).collect()
}

impl Row {
    pub(crate) fn bytes_per_event(&self) -> f64 {
        self.bytes as f64 / self.events as f64
    }

    /// The median.
    pub(crate) fn ns_per_event(&self) -> f64 {
        self.figures.quartiles()[1] / self.events as f64
    }

    /// The first and the third quartile.
    pub(crate) fn spread(&self) -> [f64; 2] {
        let [low, _, high] = self.figures.quartiles();
        [low, high].map(|time| time / self.events as f64)
    }

    pub(crate) fn mb_per_s(&self) -> f64 {
        self.bytes as f64 * 1e3 / self.figures.quartiles()[1]
    }

    pub(crate) fn allocs_per_event(&self) -> f64 {
        self.figures.allocations as f64 / self.events as f64
    }

    /// How many times as fast as another row of the same workload and cut.
    pub(crate) fn times_as_fast_as(&self, other: &Self) -> f64 {
        self.figures.times_as_fast_as(&other.figures)
    }
}
