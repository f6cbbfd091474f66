//! Who decodes. To add one: an implementation of `Decode`, and a line in the table.

mod by_hand;
mod choreo;
mod event_streams;
mod limits;
mod minimal;
mod usual;

use crate::reads::Reads;
use crate::sink::{Answer, Sink, Tally};
use crate::workloads::Workload;

/// Reads a body and delivers what it says.
trait Decode {
    /// # Panics
    ///
    /// If the body cannot be read.
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink);
}

/// A row of the table.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) kind: Kind,
    pub(crate) run: fn(&Reads<'_>) -> Tally,
    /// What it finds, to be checked.
    pub(crate) read: fn(&Reads<'_>) -> Answer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ours,
    /// Ours, for text alone.
    OurText,
    /// What people use today.
    Usual,
    /// A crate for event streams, and `serde_json`.
    EventStream,
    /// Lines by `memchr`, and a crate for JSON.
    ByHand,
    /// Delivers nothing: what the memory and a search for line ends allow.
    Limit,
}

/// All of them, in the order of the table.
pub(crate) const CONTENDERS: [Contender; 13] = [
    of::<choreo::Template>("choreo-template", "TemplateDecoder of choreoai-core", Kind::Ours),
    of::<choreo::Plain>("choreo-plain", "Decoder of choreoai-core", Kind::Ours),
    of::<choreo::Text>("choreo-text", "TextDecoder of choreoai-core", Kind::OurText),
    of::<usual::AsyncOpenai>(
        "async-openai",
        "eventsource-stream, and the types of async-openai",
        Kind::Usual,
    ),
    of::<event_streams::SseStream>("sse-stream", "and serde_json into borrowed structs", Kind::EventStream),
    of::<event_streams::SseCore>("sse-core", "and serde_json into borrowed structs", Kind::EventStream),
    of::<event_streams::Sseer>("sseer", "and serde_json into borrowed structs", Kind::EventStream),
    of::<by_hand::Jiter>("memchr+jiter", "lines by memchr, and an iteration by jiter", Kind::ByHand),
    of::<by_hand::SerdeJson>("memchr+serde_json", "and a seed for serde_json", Kind::ByHand),
    of::<by_hand::SimdJson>("memchr+simd-json", "and the same seed over a tape of simd-json", Kind::ByHand),
    of::<by_hand::SonicRs>("memchr+sonic-rs", "and the same seed for sonic-rs", Kind::ByHand),
    Contender {
        name: "memchr",
        about: "a search for line ends",
        kind: Kind::Limit,
        run: limits::memchr,
        read: limits::nothing,
    },
    Contender {
        name: "memcpy",
        about: "a copy of the body",
        kind: Kind::Limit,
        run: limits::memcpy,
        read: limits::nothing,
    },
];

const fn of<D: Decode>(name: &'static str, about: &'static str, kind: Kind) -> Contender {
    Contender { name, about, kind, run: run::<D>, read: read::<D> }
}

/// Not inlined: `callgrind` is to find it.
#[inline(never)]
fn run<D: Decode>(reads: &Reads<'_>) -> Tally {
    let mut tally = Tally::default();
    D::decode(reads, &mut tally);
    tally
}

fn read<D: Decode>(reads: &Reads<'_>) -> Answer {
    let mut answer = Answer::default();
    D::decode(reads, &mut answer);
    answer
}

impl Contender {
    /// Whether it delivers what there is in such an answer.
    pub(crate) fn reads(&self, workload: &Workload) -> bool {
        self.kind != Kind::OurText || workload.has_text
    }

    /// Whether it delivers anything.
    pub(crate) fn delivers(&self) -> bool {
        self.kind != Kind::Limit
    }
}
