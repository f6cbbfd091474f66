//! What is decoded: answers as servers write them, the same on each run.

mod escape;
mod gateway;
mod openai;
mod random;
mod vocabulary;

use self::random::Random;
use crate::sink::{Answer, Sink, Tally};

/// A kind of answer.
pub(crate) struct Workload {
    pub(crate) letter: &'static str,
    pub(crate) about: &'static str,
    /// In a few words.
    pub(crate) short: &'static str,
    /// Whether there is text in it, not only tool calls.
    pub(crate) has_text: bool,
    /// Adds an event.
    write: fn(&mut Random, &mut Body),
    /// Adds the events behind those.
    finish: fn(&mut Random, &mut Body),
    begin: fn(&mut Random, &mut Body),
}

/// An answer, as its events, and what it says.
#[derive(Default)]
pub(crate) struct Body {
    pub(crate) bytes: Vec<u8>,
    /// Where each event ends.
    pub(crate) ends: Vec<usize>,
    pub(crate) answer: Answer,
    pub(crate) tally: Tally,
}

/// All kinds, in the order of the table.
pub(crate) const WORKLOADS: [Workload; 9] = [
    Workload {
        letter: "a",
        about: "text, events of some 255 bytes",
        short: "text, 255-byte events",
        has_text: true,
        begin: openai::begin,
        write: openai::text,
        finish: openai::finish,
    },
    Workload {
        letter: "a2",
        about: "the same, with a trailing member of random length, against those who count bytes",
        short: "with padding of random length",
        has_text: true,
        begin: openai::begin,
        write: openai::padded,
        finish: openai::finish,
    },
    Workload {
        letter: "a3",
        about: "the same as a, with another id in each event",
        short: "with another id each time",
        has_text: true,
        begin: openai::begin,
        write: openai::renamed,
        finish: openai::finish,
    },
    Workload {
        letter: "b",
        about: "text that is not ASCII, escaped; spaces and nulls, as the gateway writes it",
        short: "escaped, as the gateway writes it",
        has_text: true,
        begin: gateway::begin,
        write: gateway::escaped,
        finish: gateway::finish,
    },
    Workload {
        letter: "b2",
        about: "the same, in raw UTF-8",
        short: "the same in raw UTF-8",
        has_text: true,
        begin: gateway::begin,
        write: gateway::raw,
        finish: gateway::finish,
    },
    Workload {
        letter: "c",
        about: "the arguments of a tool call",
        short: "arguments of a tool call",
        has_text: false,
        begin: openai::begin_call,
        write: openai::arguments,
        finish: openai::finish_call,
    },
    Workload {
        letter: "d",
        about: "4 KiB of text in each event, with line ends and quotes",
        short: "4 KiB of text an event",
        has_text: true,
        begin: openai::begin,
        write: openai::long,
        finish: openai::finish,
    },
    Workload {
        letter: "e",
        about: "events of 1-2 KiB, with log probabilities and token counts",
        short: "log probabilities, token counts",
        has_text: true,
        begin: openai::begin,
        write: openai::detailed,
        finish: openai::finish,
    },
    Workload {
        letter: "f",
        about: "two choices that take turns",
        short: "two choices in turns",
        has_text: true,
        begin: openai::begin_two,
        write: openai::one_of_two,
        finish: openai::finish_two,
    },
];

/// Texts of some 4 KiB, with line ends and quotes.
pub(crate) fn long_texts(count: usize) -> Vec<String> {
    let mut random = Random::new("texts");
    (0..count).map(|_| random.long_text()).collect()
}

impl Workload {
    /// An answer of at least so many bytes.
    pub(crate) fn body(&self, size: usize) -> Body {
        let mut random = Random::new(self.letter);
        let mut body = Body::default();
        (self.begin)(&mut random, &mut body);
        while body.bytes.len() < size {
            (self.write)(&mut random, &mut body);
        }
        (self.finish)(&mut random, &mut body);
        body.event("[DONE]");
        body
    }
}

impl Body {
    fn event(&mut self, data: &str) {
        self.bytes.extend_from_slice(b"data: ");
        self.bytes.extend_from_slice(data.as_bytes());
        self.bytes.extend_from_slice(b"\n\n");
        self.ends.push(self.bytes.len());
    }
}

/// What the events say, told by who writes them: contenders have to find the same in the bytes.
impl Sink for Body {
    fn content(&mut self, text: &str) {
        self.answer.content(text);
        self.tally.content(text);
    }

    fn arguments(&mut self, text: &str) {
        self.answer.arguments(text);
        self.tally.arguments(text);
    }

    fn finish(&mut self) {
        self.answer.finish();
        self.tally.finish();
    }

    fn choice(&mut self, index: u32) {
        self.answer.choice(index);
        self.tally.choice(index);
    }
}
