//! Who decodes. To add one: an implementation of `Decode`, and a line in the table.

mod choreo;
mod limits;

#[cfg(feature = "peers")]
mod by_hand;
#[cfg(feature = "peers")]
mod event_streams;
#[cfg(feature = "peers")]
mod minimal;
#[cfg(feature = "peers")]
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
pub(crate) const CONTENDERS: &[Contender] = &[
    of::<choreo::Template>("choreo-template", "`TemplateDecoder` of choreoai-core", Kind::Ours),
    of::<choreo::Plain>("choreo-plain", "`Decoder` of choreoai-core", Kind::Ours),
    of::<choreo::TemplateOnce>(
        "choreo-template-once",
        "`TemplateDecoder` of choreoai-core: metadata once",
        Kind::Ours,
    ),
    of::<choreo::PlainOnce>("choreo-plain-once", "`Decoder` of choreoai-core: metadata once", Kind::Ours),
    of::<choreo::Text>("choreo-text", "`TextDecoder` of choreoai-core: no tool calls, no ids", Kind::OurText),
    of::<choreo::TextTemplate>(
        "choreo-text-template",
        "`TextTemplateDecoder` of choreoai-core: the same",
        Kind::OurText,
    ),
    #[cfg(feature = "peers")]
    of::<usual::AsyncOpenai>(
        "async-openai",
        "eventsource-stream, serde_json, async-openai's types",
        Kind::Usual,
    ),
    #[cfg(feature = "peers")]
    of::<event_streams::SseStream>(
        "sse-stream",
        "sse-stream, serde_json, borrowed structs",
        Kind::EventStream,
    ),
    #[cfg(feature = "peers")]
    of::<event_streams::SseCore>("sse-core", "sse-core, serde_json, borrowed structs", Kind::EventStream),
    #[cfg(feature = "peers")]
    of::<event_streams::Sseer>("sseer", "sseer, serde_json, borrowed structs", Kind::EventStream),
    #[cfg(feature = "peers")]
    of::<by_hand::Jiter>("memchr+jiter", "lines by memchr, iterated over by jiter", Kind::ByHand),
    #[cfg(feature = "peers")]
    of::<by_hand::SerdeJson>("memchr+serde_json", "lines by memchr, a seed, serde_json", Kind::ByHand),
    #[cfg(feature = "peers")]
    of::<by_hand::SimdJson>(
        "memchr+simd-json",
        "lines by memchr, that seed, a tape of simd-json",
        Kind::ByHand,
    ),
    #[cfg(feature = "peers")]
    of::<by_hand::SonicRs>("memchr+sonic-rs", "lines by memchr, that seed, sonic-rs", Kind::ByHand),
    limit("memchr", "a search for line ends, which delivers nothing", limits::memchr),
    limit("memcpy", "a copy of the body", limits::memcpy),
];

const fn of<D: Decode>(name: &'static str, about: &'static str, kind: Kind) -> Contender {
    Contender { name, about, kind, run: run::<D>, read: read::<D> }
}

const fn limit(name: &'static str, about: &'static str, run: fn(&Reads<'_>) -> Tally) -> Contender {
    Contender { name, about, kind: Kind::Limit, run, read: limits::nothing }
}

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
