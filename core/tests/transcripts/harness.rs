//! Runs a transcript through the decoder at every cut.

use choreoai_core::chat::{
    Count, Decoder, ErrorMember, Event, ExtraPart, Found, Piece, TemplateDecoder, TextDecoder,
    TextTemplateDecoder, Usage, Verdict,
};
use choreoai_core::{Error, ErrorKind};
use std::mem::{Discriminant, discriminant};

/// A body, and what it must give.
pub(crate) struct Transcript<'t> {
    pub(crate) name: &'t str,
    pub(crate) body: &'t [u8],
    /// The events, one a line, fragments merged. See [`Log`].
    pub(crate) events: &'t str,
    pub(crate) verdict: Result<Verdict, ErrorKind>,
}

/// What to ask the decoder for.
#[derive(Clone, Copy, Default)]
pub(crate) struct Wants {
    pub(crate) logprobs: bool,
    pub(crate) extra: bool,
    pub(crate) error_body: bool,
}

/// A decoder that is asked for these.
macro_rules! asked {
    ($wants:expr, $decoder:expr) => {{
        let mut decoder = $decoder;
        if $wants.logprobs {
            decoder = decoder.with_logprobs();
        }
        if $wants.extra {
            decoder = decoder.with_extra();
        }
        if $wants.error_body {
            decoder = decoder.for_error_body();
        }
        decoder
    }};
}

impl Wants {
    fn decoder<const SCRATCH: usize>(self) -> Decoder<SCRATCH> {
        asked!(self, Decoder::with_scratch())
    }

    fn template_decoder<const TEMPLATE: usize, const SCRATCH: usize>(
        self,
    ) -> TemplateDecoder<TEMPLATE, SCRATCH> {
        asked!(self, TemplateDecoder::new())
    }
}

pub(crate) fn check(transcripts: &[Transcript<'_>]) {
    check_with(Wants::default(), transcripts);
}

pub(crate) fn check_with(wants: Wants, transcripts: &[Transcript<'_>]) {
    // Of each table Miri has time for the first one alone.
    let most = if cfg!(miri) { 1 } else { transcripts.len() };
    for transcript in transcripts.iter().take(most) {
        let Transcript { name, body, events, verdict } = transcript;
        let expected: Vec<&str> = events.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        if !cfg!(miri) {
            assert_eq!(allocations(wants, body), 0, "{name}: allocations");
        }
        let whole = run::<64>(wants, &[body]);
        assert_eq!(whole.log, expected, "{name}: events");
        assert_eq!(whole.verdict.map_err(|error| error.kind()), *verdict, "{name}: verdict");
        check_cuts(wants, name, body, &whole);
    }
}

/// The decoder for text alone must give those of the same events that it is for, at every cut.
fn check_text(name: &str, body: &[u8]) {
    let expected = drive(Decoder::new(), is_of_text, &[body]);
    let step = if cfg!(miri) { 1 + body.len() / 8 } else { 1 };
    for size in [1, 3, 16, 61] {
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        let outcome = drive(Both::of(TextDecoder::<32>::with_scratch()), |_| true, &pieces);
        assert_eq!(outcome, expected, "{name}: text in pieces of {size}, scratch of 32");
    }
    for cut in (0..=body.len()).step_by(step) {
        let (head, tail) = body.split_at(cut);
        let outcome = drive(Both::of(TextDecoder::new()), |_| true, &[head, tail]);
        assert_eq!(outcome, expected, "{name}: text cut at {cut}");
    }
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

/// The decoder with a template must give what the one without gives, at every cut, for events that come again and again.
fn check_template(wants: Wants, name: &str, body: &[u8]) {
    const DONE: &[u8] = b"data: [DONE]";
    let end = body.windows(DONE.len()).position(|window| window == DONE).unwrap_or(body.len());
    let (events, rest) = body.split_at(end);
    let mut bodies = vec![body.to_vec(), [&events.repeat(5), rest].concat()];
    // The last time with another content.
    let other = String::from_utf8_lossy(events).replace("\"content\": \"", "\"content\": \"\\u00e9t");
    bodies.push([&events.repeat(4), other.as_bytes(), &events.repeat(2), rest].concat());
    for body in &bodies {
        let expected = drive(wants.decoder::<64>(), |_| true, &[body]);
        let templated = |pieces: &[&[u8]]| drive(wants.template_decoder::<512, 64>(), |_| true, pieces);
        assert_eq!(templated(&[body]), expected, "{name}: with a template");
        for size in [1, 7, 61] {
            let pieces: Vec<&[u8]> = body.chunks(size).collect();
            assert_eq!(templated(&pieces), expected, "{name}: with a template, in pieces of {size}");
        }
        let pieces: Vec<&[u8]> = body.chunks(16).collect();
        let small = drive(wants.template_decoder::<64, 32>(), |_| true, &pieces);
        assert_eq!(small, expected, "{name}: with a small template");
        check_metadata_once(wants, name, body);
        if !wants.error_body {
            let expected = drive(Decoder::new(), is_mere_text, &[body]);
            for size in [7, body.len().max(1)] {
                let pieces: Vec<&[u8]> = body.chunks(size).collect();
                let outcome = drive(TextTemplateDecoder::<512, 64>::new(), |_| true, &pieces);
                assert_eq!(outcome, expected, "{name}: text with a template, in pieces of {size}");
            }
        }
        // Some cuts: all of the body is decoded for each.
        for cut in (1..40).map(|cut| cut * body.len() / 40) {
            let (head, tail) = body.split_at(cut);
            assert_eq!(templated(&[head, tail]), expected, "{name}: with a template, cut at {cut}");
            let expected = drive(wants.decoder::<64>(), |_| true, &[head]);
            assert_eq!(templated(&[head]), expected, "{name}: with a template, ended at {cut}");
        }
    }
}

/// Decoders that tell metadata once must give all else as others do, with a template and without.
fn check_metadata_once(wants: Wants, name: &str, body: &[u8]) {
    let mut metadata = Metadata::default();
    let expected = drive(wants.decoder::<64>(), |event| metadata.is_told(event), &[body]);
    for size in [1, 7, 61, body.len().max(1)] {
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        let decoder = Both::of(wants.decoder::<64>().with_metadata_once());
        assert_eq!(drive(decoder, |_| true, &pieces), expected, "{name}: metadata once, in pieces of {size}");
        let decoder = wants.template_decoder::<512, 64>().with_metadata_once();
        let outcome = drive(decoder, |_| true, &pieces);
        assert_eq!(outcome, expected, "{name}: metadata once, with a template, in pieces of {size}");
    }
}

/// What of the metadata is over.
#[derive(Default)]
struct Metadata {
    kinds: Vec<Discriminant<Event<'static>>>,
    /// The value that is being told is one that was over when it began.
    is_over: bool,
}

impl Metadata {
    /// Whether this is told if the head is told once.
    fn is_told(&mut self, event: &Event<'_>) -> bool {
        let (kind, is_first, is_empty) = match *event {
            Event::Id(piece) => (discriminant(&Event::Id(EMPTY)), piece.first, piece.text.is_empty()),
            Event::Model(piece) => (discriminant(&Event::Model(EMPTY)), piece.first, piece.text.is_empty()),
            Event::SystemFingerprint(piece) => {
                (discriminant(&Event::SystemFingerprint(EMPTY)), piece.first, piece.text.is_empty())
            }
            Event::Created(seconds) => (discriminant(&Event::Created(0)), true, seconds == 0),
            _ => return true,
        };
        if is_first {
            self.is_over = self.kinds.contains(&kind);
        }
        if !is_empty && !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
        !self.is_over
    }
}

const EMPTY: Piece<'_> = Piece { text: "", first: true, last: true };

/// Every cut of `body` must give what the whole gave.
pub(crate) fn check_cuts(wants: Wants, name: &str, body: &[u8], whole: &Outcome) {
    if !wants.error_body {
        check_text(name, body);
    }
    if cfg!(miri) {
        return check_some_cuts(wants, name, body, whole);
    }
    if body.len() < 2048 {
        check_template(wants, name, body);
    }
    for size in [1, 2, 3, 5, 7, 16, 61] {
        let pieces: Vec<&[u8]> = body.chunks(size).collect();
        assert_eq!(run::<64>(wants, &pieces), *whole, "{name}: in pieces of {size}");
        assert_eq!(run::<32>(wants, &pieces), *whole, "{name}: in pieces of {size}, scratch of 32");
        assert_eq!(run::<1024>(wants, &pieces), *whole, "{name}: in pieces of {size}, scratch of 1024");
    }
    for cut in 0..=body.len() {
        let (head, tail) = body.split_at(cut);
        assert_eq!(run::<64>(wants, &[head, tail]), *whole, "{name}: cut at {cut}");
        // An empty read in between is no event.
        assert_eq!(run::<32>(wants, &[head, b"", tail]), *whole, "{name}: cut at {cut}, scratch of 32");
    }
}

/// For Miri, which is slow: in at most 40 pieces, with the scratch that overflows most often, and some cuts, at most 16, of a
/// body that is short.
fn check_some_cuts(wants: Wants, name: &str, body: &[u8], whole: &Outcome) {
    let size = body.len().div_ceil(40).max(1);
    let pieces: Vec<&[u8]> = body.chunks(size).collect();
    assert_eq!(run::<32>(wants, &pieces), *whole, "{name}: in pieces of {size}");
    let cuts = (100 / body.len().max(1)).min(16);
    for cut in (1..=cuts).map(|cut| cut * body.len() / (cuts + 1)) {
        let (head, tail) = body.split_at(cut);
        assert_eq!(run::<64>(wants, &[head, tail]), *whole, "{name}: cut at {cut}");
    }
}

/// How often decoding `body`, in small pieces, asks for memory.
fn allocations(wants: Wants, body: &[u8]) -> u64 {
    let mut decoder = wants.decoder::<64>();
    let counted = allocation_counter::measure(|| {
        for mut input in body.chunks(5) {
            while decoder.next_event(&mut input).is_some() {}
        }
        decoder.end();
        while decoder.next_event(&mut &[][..]).is_some() {}
    });
    counted.count_total
}

/// An event that is found and then lent is the one that is lent at once.
fn check_found(finder: &mut impl Find, input: &[u8], rest: &[u8], event: Option<Result<Event<'_>, Error>>) {
    let mut left = input;
    match finder.find_event(&mut left) {
        Some(Ok(found)) => assert_eq!(Some(Ok(finder.lend_event(&found, input))), event),
        Some(Err(error)) => assert_eq!(Some(Err(error)), event),
        None => assert_eq!(None, event),
    }
    assert_eq!(left.len(), rest.len(), "more or less was taken than for {event:?}");
}

/// What a run gave.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) log: Vec<String>,
    pub(crate) error: Option<Error>,
    pub(crate) verdict: Result<Verdict, Error>,
}

pub(crate) fn run<const SCRATCH: usize>(wants: Wants, pieces: &[&[u8]]) -> Outcome {
    drive(Both::of(wants.decoder::<SCRATCH>()), |_| true, pieces)
}

/// What all decoders can do.
trait Decode {
    fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>>;
    fn end(&mut self);
    fn verdict(&self) -> Result<Verdict, Error>;
}

/// What some can do besides.
trait Find: Decode + Clone {
    fn find_event(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>>;
    fn lend_event<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e>;
}

macro_rules! decode {
    ($decoder:ident<$($size:ident),*>) => {
        impl<$(const $size: usize),*> Decode for $decoder<$($size),*> {
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

macro_rules! find {
    ($decoder:ident) => {
        impl<const SCRATCH: usize> Find for $decoder<SCRATCH> {
            fn find_event(&mut self, input: &mut &[u8]) -> Option<Result<Found, Error>> {
                self.find_event(input)
            }

            fn lend_event<'e>(&'e self, found: &Found, input: &'e [u8]) -> Event<'e> {
                self.lend_event(found, input)
            }
        }
    };
}

decode!(Decoder<SCRATCH>);
decode!(TextDecoder<SCRATCH>);
decode!(TemplateDecoder<TEMPLATE, SCRATCH>);
decode!(TextTemplateDecoder<TEMPLATE, SCRATCH>);
find!(Decoder);
find!(TextDecoder);

/// Both ways to take an event, which must agree.
struct Both<D> {
    decoder: D,
    finder: D,
}

impl<D: Find> Both<D> {
    fn of(decoder: D) -> Self {
        Self { finder: decoder.clone(), decoder }
    }
}

impl<D: Find> Decode for Both<D> {
    fn next_event<'e, 'i: 'e>(&'e mut self, input: &mut &'i [u8]) -> Option<Result<Event<'e>, Error>> {
        let before = *input;
        let event = self.decoder.next_event(input);
        check_found(&mut self.finder, before, input, event);
        event
    }

    fn end(&mut self) {
        self.decoder.end();
        self.finder.end();
    }

    fn verdict(&self) -> Result<Verdict, Error> {
        self.decoder.verdict()
    }
}

/// Gives all of the body to the decoder; the events that are not of interest are left out.
fn drive(
    mut decoder: impl Decode,
    mut is_of_interest: impl FnMut(&Event<'_>) -> bool,
    pieces: &[&[u8]],
) -> Outcome {
    let mut log = Log::default();
    let mut add = |event: &Event<'_>| {
        if is_of_interest(event) {
            log.add(event);
        }
    };
    let mut error = None;
    for piece in pieces {
        let mut input = *piece;
        loop {
            match decoder.next_event(&mut input) {
                Some(Ok(event)) => add(&event),
                Some(Err(fault)) => assert!(error.replace(fault).is_none(), "a second error"),
                None => break,
            }
        }
        assert!(input.is_empty(), "input was left over");
    }
    decoder.end();
    let verdict = decoder.verdict();
    while let Some(event) = decoder.next_event(&mut &[][..]) {
        add(&event.expect("the end of the body is no error"));
    }
    assert_eq!(decoder.verdict(), verdict, "what was held changed the verdict");
    let mut late = &b"data: {}\n\n"[..];
    assert!(decoder.next_event(&mut late).is_none() && late.is_empty());
    decoder.end();
    assert_eq!(decoder.verdict(), verdict, "bytes behind the end changed the verdict");
    if let Some(error) = error {
        assert!(verdict.is_err(), "{error} was forgotten");
    }
    Outcome { log: log.lines(), error, verdict }
}

/// How many pieces are not the whole of their value.
pub(crate) fn values_in_pieces<const SCRATCH: usize>(wants: Wants, pieces: &[&[u8]]) -> usize {
    let mut decoder = wants.decoder::<SCRATCH>();
    let mut found = 0;
    for mut input in pieces.iter().copied() {
        while let Some(event) = decoder.next_event(&mut input) {
            let piece = match event.expect("well-formed") {
                Event::Id(piece)
                | Event::Model(piece)
                | Event::Logprobs(piece)
                | Event::ToolCallId(piece) => piece,
                Event::Error(_, piece) => piece,
                Event::Extra(extra) => extra.piece,
                _ => continue,
            };
            found += usize::from(piece.whole().is_none());
        }
    }
    found
}

/// Events as lines, with the fragments of one text in one line.
///
/// A value that its end has not reached is marked with `...`.
#[derive(Default)]
pub(crate) struct Log {
    lines: Vec<(String, String)>,
}

impl Log {
    fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Id(piece) => self.piece("id", piece),
            Event::Model(piece) => self.piece("model", piece),
            Event::Created(time) => self.line(&format!("created {time}")),
            Event::SystemFingerprint(piece) => self.piece("fingerprint", piece),
            Event::ServiceTier(piece) => self.piece("tier", piece),
            Event::ChoiceStart => self.line("choice"),
            Event::Role(piece) => self.piece("role", piece),
            Event::Content(text) => self.text("content", text),
            Event::Reasoning(text) => self.text("reasoning", text),
            Event::Refusal(text) => self.text("refusal", text),
            Event::FinishReason(piece) => self.piece("finish", piece),
            Event::Logprobs(piece) => self.piece("logprobs", piece),
            Event::ToolCallStart => self.line("call"),
            Event::ToolCallId(piece) => self.piece("call id", piece),
            Event::ToolCallName(piece) => self.piece("call name", piece),
            Event::ToolCallArguments(text) => self.text("arguments", text),
            Event::ToolCallEnd { index: Some(index) } => self.line(&format!("call {index} ends")),
            Event::ToolCallEnd { index: None } => self.line("call ends"),
            Event::ChoiceEnd { index } => self.line(&format!("choice {index} ends")),
            Event::Usage(usage) => self.usage(usage),
            Event::Error(ErrorMember::Message, piece) => self.piece("error message", piece),
            Event::Error(ErrorMember::Type, piece) => self.piece("error type", piece),
            Event::Error(ErrorMember::Code, piece) => self.piece("error code", piece),
            Event::Error(ErrorMember::Param, piece) => self.piece("error param", piece),
            Event::ErrorEnd => self.line("error ends"),
            Event::Extra(extra) => {
                let part = if extra.part == ExtraPart::Name { "name" } else { "value" };
                self.piece(&format!("extra {part} in {:?}", extra.scope), &extra.piece);
            }
            Event::ChunkEnd => self.line("chunk ends"),
            Event::Done => self.line("done"),
            other => panic!("unknown event {other:?}"),
        }
    }

    fn lines(self) -> Vec<String> {
        let join = |(kind, text): (String, String)| {
            let line = if text.is_empty() { kind } else { format!("{kind} {text}") };
            line.replace('\r', "\\r").replace('\n', "\\n")
        };
        self.lines.into_iter().map(join).collect()
    }

    fn line(&mut self, line: &str) {
        self.lines.push((line.to_owned(), String::new()));
    }

    fn text(&mut self, kind: &str, text: &str) {
        assert!(!text.is_empty(), "an empty {kind}");
        match self.lines.last_mut() {
            Some((last, gathered)) if last == kind => gathered.push_str(text),
            _ => self.lines.push((kind.to_owned(), text.to_owned())),
        }
    }

    fn piece(&mut self, kind: &str, piece: &Piece<'_>) {
        let end = if piece.last { "" } else { "..." };
        if piece.first {
            self.lines.push((format!("{kind}:"), format!("{}{end}", piece.text)));
        } else {
            let (last, gathered) = self.lines.last_mut().expect("a piece that goes on has a beginning");
            if *last == format!("{kind}:") {
                gathered.truncate(gathered.strip_suffix("...").expect("a piece after the last one").len());
                gathered.push_str(&format!("{}{end}", piece.text));
            } else {
                // The joined messages of a list have other members between them.
                self.lines.push((format!("{kind}+"), format!("{}{end}", piece.text)));
            }
        }
    }

    fn usage(&mut self, usage: &Usage) {
        let name = |count| match count {
            Count::Prompt => "prompt",
            Count::Completion => "completion",
            Count::Total => "total",
            Count::Cached => "cached",
            Count::Reasoning => "reasoning",
            Count::PromptAudio => "prompt_audio",
            Count::CompletionAudio => "completion_audio",
            Count::AcceptedPrediction => "accepted",
            Count::RejectedPrediction => "rejected",
            other => panic!("unknown count {other:?}"),
        };
        let known: Vec<String> =
            usage.iter().map(|(count, value)| format!("{}={value}", name(count))).collect();
        self.line(&format!("usage {}", known.join(" ")));
    }
}
