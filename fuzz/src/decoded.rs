//! Runs the decoder, and puts its events into a form that does not show the cuts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use choreoai_core::Error;
use choreoai_core::chat::{
    Decoder, Event, ExtraPart, Piece, TemplateDecoder, TextDecoder, TextTemplateDecoder, Verdict,
};

use crate::{Steps, each_cut};

/// What to ask the decoder for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// Log probabilities and unknown members.
    pub all: bool,
    pub error_body: bool,
    pub metadata_once: bool,
}

/// What came of a body.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub events: Vec<Merged>,
    /// The content of each choice, by its index.
    pub contents: BTreeMap<u32, String>,
    pub error: Option<Error>,
    pub verdict: Result<Verdict, Error>,
}

/// An event, with all the fragments of its text.
#[derive(Debug, PartialEq)]
pub struct Merged {
    pub event: Cow<'static, str>,
    pub text: String,
    /// The end of the text was seen, if it has one.
    pub is_whole: bool,
}

impl Outcome {
    /// The outcome as it is if neither log probabilities nor unknown members are asked for.
    pub fn without_extra(self) -> Self {
        let mut events: Vec<Merged> = Vec::new();
        for event in self.events {
            let is_text = matches!(&event.event[..], "content" | "reasoning" | "refusal" | "arguments");
            match events.last_mut() {
                _ if event.event.starts_with("extra ") || event.event == "logprobs" => {}
                Some(last) if is_text && last.event == event.event => last.text.push_str(&event.text),
                _ => events.push(event),
            }
        }
        Self { events, ..self }
    }
}

impl Wants {
    pub fn decoder<const SCRATCH: usize>(self) -> Decoder<SCRATCH> {
        let mut decoder = Decoder::with_scratch();
        if self.all {
            decoder = decoder.with_logprobs().with_extra();
        }
        if self.error_body {
            decoder = decoder.for_error_body();
        }
        if self.metadata_once {
            decoder = decoder.with_metadata_once();
        }
        decoder
    }

    pub fn run<const SCRATCH: usize>(self, pieces: &[&[u8]]) -> Outcome {
        let mut log = Log::default();
        let (error, verdict) = decode(self.decoder::<SCRATCH>(), pieces, |event| log.add(event));
        Outcome { events: log.events, contents: log.contents, error, verdict }
    }
}

/// What the body gives, the same for every cut and every scratch.
pub fn check_cuts(wants: Wants, body: &[u8]) -> Outcome {
    let whole = wants.run::<64>(&[body]);
    assert_eq!(wants.run::<1024>(&[body]), whole, "scratch of 1024");
    each_cut(body, |pieces| {
        assert_eq!(wants.run::<64>(pieces), whole, "{wants:?}, in {} pieces", pieces.len());
        assert_eq!(wants.run::<32>(pieces), whole, "{wants:?}, in {} pieces, scratch of 32", pieces.len());
    });
    whole
}

/// A decoder of bodies.
pub trait Decode {
    /// Whether it says where a choice begins.
    const TELLS_STARTS: bool;

    fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>>;
    fn end(&mut self);
    fn verdict(&self) -> Result<Verdict, Error>;
}

macro_rules! decode {
    ($decoder:ident<$($size:ident),*>, $tells_starts:literal) => {
        impl<$(const $size: usize),*> Decode for $decoder<$($size),*> {
            const TELLS_STARTS: bool = $tells_starts;

            fn next_event<'e, 'i: 'e>(
                &'e mut self,
                input: &mut &'i [u8],
            ) -> Option<Result<Event<'e>, Error>> {
                self.next_event(input)
            }

            fn end(&mut self) {
                self.end();
            }

            fn verdict(&self) -> Result<Verdict, Error> {
                self.verdict()
            }
        }
    };
}

decode!(Decoder<SCRATCH>, true);
decode!(TextDecoder<SCRATCH>, true);
decode!(TemplateDecoder<TEMPLATE, SCRATCH>, true);
decode!(TextTemplateDecoder<TEMPLATE, SCRATCH>, false);

/// The error that ended a decoder, if one did, and its verdict.
pub type Ended = (Option<Error>, Result<Verdict, Error>);

/// The decoders for text alone give, for every cut, those of the events of the other one that they are for.
pub fn check_text(body: &[u8]) {
    let run = |decoder: &mut dyn FnMut(&mut Log) -> Ended| {
        let mut log = Log::default();
        let (error, verdict) = decoder(&mut log);
        Outcome { events: log.events, contents: log.contents, error, verdict }
    };
    let expected_of = |is_told: fn(&Event<'_>) -> bool| {
        run(&mut |log| {
            decode(Decoder::new(), &[body], |event| {
                if is_told(event) {
                    log.add(event);
                }
            })
        })
    };
    let (expected, expected_with_template) = (expected_of(is_of_text), expected_of(is_mere_text));
    each_cut(body, |pieces| {
        let text = run(&mut |log| decode(TextDecoder::<32>::with_scratch(), pieces, |event| log.add(event)));
        assert_eq!(text, expected, "text, in {} pieces", pieces.len());
        let text =
            run(&mut |log| decode(TextTemplateDecoder::<512, 64>::new(), pieces, |event| log.add(event)));
        assert_eq!(text, expected_with_template, "text with a template, in {} pieces", pieces.len());
    });
}

/// The decoder with a template gives, for every cut, what the one without gives.
pub fn check_template(wants: Wants, body: &[u8]) {
    let expected = wants.run::<64>(&[body]);
    let run = |pieces: &[&[u8]]| {
        let mut decoder = TemplateDecoder::<512, 64>::new();
        if wants.all {
            decoder = decoder.with_logprobs().with_extra();
        }
        if wants.metadata_once {
            decoder = decoder.with_metadata_once();
        }
        let mut log = Log::default();
        let (error, verdict) = decode(decoder, pieces, |event| log.add(event));
        Outcome { events: log.events, contents: log.contents, error, verdict }
    };
    assert_eq!(run(&[body]), expected, "{wants:?}, with a template");
    each_cut(body, |pieces| {
        assert_eq!(run(pieces), expected, "{wants:?}, with a template, in {} pieces", pieces.len());
    });
}

fn is_of_text(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::ChoiceStart
            | Event::Content(_)
            | Event::Refusal(_)
            | Event::FinishReason(_)
            | Event::ChoiceEnd { .. }
            | Event::ErrorEnd
            | Event::ChunkEnd
            | Event::Done
    )
}

/// Whether the decoder for text with a template tells it.
fn is_mere_text(event: &Event<'_>) -> bool {
    is_of_text(event) && !matches!(event, Event::ChoiceStart | Event::ChunkEnd)
}

/// Gives all of the body to the decoder and asserts what it promises of its calls.
pub fn decode<D: Decode>(mut decoder: D, pieces: &[&[u8]], mut take: impl FnMut(&Event<'_>)) -> Ended {
    let mut steps = Steps::default();
    let mut nesting = Nesting::default();
    let mut failure = None;
    for piece in pieces {
        let mut input = *piece;
        loop {
            let before = input.len();
            let event = decoder.next_event(&mut input);
            steps.took(before, input.len(), event.is_some());
            let Some(event) = event else { break };
            match event {
                Ok(event) => {
                    assert_eq!(failure, None, "an event after an error");
                    nesting.check(&event, D::TELLS_STARTS);
                    take(&event);
                }
                Err(error) => {
                    assert_eq!(failure.replace(error), None, "a second error");
                    assert!(input.is_empty(), "input was left over by an error");
                }
            }
        }
        assert!(input.is_empty(), "input was left over");
    }
    decoder.end();
    while let Some(event) = decoder.next_event(&mut &[][..]) {
        let event = event.expect("the end of the body is no error");
        nesting.check(&event, D::TELLS_STARTS);
        take(&event);
        steps.took(0, 0, true);
    }
    let verdict = decoder.verdict();
    assert!(failure.is_none() || verdict.is_err(), "an error was forgotten");
    decoder.end();
    assert_eq!(
        decoder.next_event(&mut &b"data: {}"[..]).map(|event| event.is_ok()),
        None,
        "an event after the end"
    );
    assert_eq!(decoder.verdict(), verdict, "the verdict changed");
    (failure, verdict)
}

/// Which scopes are open: events of a choice come inside one, and so for tool calls.
#[derive(Default)]
struct Nesting {
    choice: bool,
    call: bool,
    is_done: bool,
}

impl Nesting {
    fn check(&mut self, event: &Event<'_>, tells_starts: bool) {
        assert!(!self.is_done, "an event after the last one");
        // Elsewhere a choice is as good as open always.
        self.choice |= !tells_starts;
        match event {
            Event::ChoiceStart => assert!(!std::mem::replace(&mut self.choice, true)),
            Event::ChoiceEnd { index } => {
                assert!(std::mem::replace(&mut self.choice, false) && !self.call && *index < 128);
            }
            Event::ToolCallStart => assert!(self.choice && !std::mem::replace(&mut self.call, true)),
            Event::ToolCallEnd { .. } => assert!(std::mem::replace(&mut self.call, false)),
            Event::Content(text) | Event::Reasoning(text) | Event::Refusal(text) => {
                assert!(self.choice && !self.call && !text.is_empty());
            }
            Event::ToolCallArguments(text) => assert!(self.call && !text.is_empty()),
            Event::ToolCallId(_) | Event::ToolCallName(_) => assert!(self.call),
            Event::Role(_) | Event::FinishReason(_) | Event::Logprobs(_) => {
                assert!(self.choice && !self.call)
            }
            Event::ChunkEnd => assert!(!self.choice && !self.call),
            Event::Done => self.is_done = true,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Log {
    events: Vec<Merged>,
    contents: BTreeMap<u32, String>,
    /// The content of the choice that has not ended.
    unbound: String,
}

impl Log {
    fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Id(piece) => self.piece("id".into(), piece),
            Event::Model(piece) => self.piece("model".into(), piece),
            Event::SystemFingerprint(piece) => self.piece("fingerprint".into(), piece),
            Event::ServiceTier(piece) => self.piece("tier".into(), piece),
            Event::Role(piece) => self.piece("role".into(), piece),
            Event::FinishReason(piece) => self.piece("reason".into(), piece),
            Event::Logprobs(piece) => self.piece("logprobs".into(), piece),
            Event::ToolCallId(piece) => self.piece("call id".into(), piece),
            Event::ToolCallName(piece) => self.piece("call name".into(), piece),
            Event::Error(member, piece) => self.piece(format!("error {member:?}").into(), piece),
            Event::Extra(extra) => {
                let part = if extra.part == ExtraPart::Name { "name" } else { "value" };
                self.piece(format!("extra {part} in {:?}", extra.scope).into(), &extra.piece);
            }
            Event::Content(text) => {
                self.unbound.push_str(text);
                self.text("content", text);
            }
            Event::Reasoning(text) => self.text("reasoning", text),
            Event::Refusal(text) => self.text("refusal", text),
            Event::ToolCallArguments(text) => self.text("arguments", text),
            Event::ChoiceEnd { index } => {
                let content = std::mem::take(&mut self.unbound);
                self.contents.entry(*index).or_default().push_str(&content);
                self.push(format!("choice {index} ends").into(), "", true);
            }
            other => self.push(format!("{other:?}").into(), "", true),
        }
    }

    fn text(&mut self, event: &'static str, text: &str) {
        match self.events.last_mut() {
            Some(last) if last.event == event => last.text.push_str(text),
            _ => self.push(event.into(), text, true),
        }
    }

    fn piece(&mut self, event: Cow<'static, str>, piece: &Piece<'_>) {
        match self.events.last_mut() {
            Some(last) if !piece.first && last.event == event && !last.is_whole => {
                last.text.push_str(piece.text);
                last.is_whole = piece.last;
            }
            // The joined messages of a list have other members between them.
            _ => self.push(event, piece.text, piece.last),
        }
    }

    fn push(&mut self, event: Cow<'static, str>, text: &str, is_whole: bool) {
        self.events.push(Merged { event, text: text.to_owned(), is_whole });
    }
}
