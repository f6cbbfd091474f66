//! What a body means, by a small model that reads whole bodies with `serde_json`.
//!
//! It knows content and verdicts, and only of bodies that are what servers ought to send: where a body is something else, it
//! gives no answer (`None`) or a weaker one.

use std::collections::{BTreeMap, BTreeSet};

use choreoai_core::chat::Verdict;
use choreoai_core::{ErrorClass, ErrorKind};
use serde_json::error::Category;

use crate::event_stream::{EventStream, Group};
use crate::plain_json::is_json;
use crate::{Outcome, Tree};

/// What a body must give.
#[derive(Debug)]
pub struct Expected {
    /// The content of each choice; only the beginning of it where the body is malformed.
    contents: BTreeMap<u32, String>,
    verdict: Result<Verdict, Fault>,
    /// Something in the body may be an error report, which beats other verdicts.
    may_report: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Kind(ErrorKind),
    /// Bytes that are not JSON, or beyond a limit.
    Malformed,
    /// The body ends inside something that is not JSON so far.
    Cut,
}

impl Expected {
    pub fn check(&self, outcome: &Outcome) {
        let kind = outcome.verdict.map_err(|error| error.kind());
        let is_malformed = matches!(self.verdict, Err(Fault::Malformed | Fault::Cut));
        match self.verdict {
            _ if self.may_report && kind == Err(ErrorKind::Server) => {}
            Ok(verdict) => assert_eq!(kind, Ok(verdict)),
            Err(Fault::Kind(expected)) => assert_eq!(kind, Err(expected)),
            Err(fault) => {
                let class = kind.map_err(|kind| kind.class());
                let is_expected = match class {
                    Ok(_) => false,
                    Err(ErrorClass::Truncated) => fault == Fault::Cut,
                    Err(_) => true,
                };
                assert!(is_expected, "{kind:?} of what is {fault:?}");
            }
        }
        if is_malformed {
            for (index, content) in &self.contents {
                assert!(outcome.contents[index].starts_with(content), "content of choice {index}");
            }
        } else {
            assert_eq!(outcome.contents, self.contents);
        }
    }
}

/// What an event stream must give.
pub fn of_stream(body: &[u8]) -> Option<Expected> {
    let unmarked = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let first = unmarked.iter().find(|byte| !matches!(byte, b'\r' | b'\n'));
    match first {
        None => {
            let verdict = Err(Fault::Kind(ErrorKind::Truncated));
            return Some(Expected { contents: BTreeMap::new(), verdict, may_report: false });
        }
        // No stream, or (the last one) what may be a part of a byte order mark.
        Some(b' ' | b'\t' | b'{' | b'[' | b'<' | 0x1f | 0xef) => return None,
        Some(_) => {}
    }
    let stream = EventStream::new(body);
    let mut model = Model::default();
    let (mut has_data, mut has_unknown) = (false, false);
    for group in &stream.groups {
        for (name, value) in &group.fields {
            match *name {
                b"error" => return None,
                b"event" if *value == b"error" && group.data().is_some() => return None,
                b"data" => has_data = true,
                b"" | b"event" | b"id" | b"retry" => {}
                _ => has_unknown = true,
            }
        }
        let Some(data) = group.data() else { continue };
        let blank = data.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
        let data = &data[blank..];
        if data.is_empty() || data.starts_with(b":") {
            continue;
        }
        if data.starts_with(b"[DONE]") {
            return Some(model.done());
        }
        if is_json(data).is_err() {
            let fault = if group.is_terminated { Fault::Malformed } else { Fault::Cut };
            return Some(model.failed(fault));
        }
        if let Err(fault) = model.document(data)? {
            return Some(model.failed(fault));
        }
    }
    let known: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b"error"];
    let is_cut = stream.cut_name.is_some_and(|name| known.iter().any(|known| known.starts_with(name)))
        || stream.groups.last().is_some_and(announces_report);
    has_unknown |= stream.cut_name.is_some();
    Some(if is_cut {
        model.failed(Fault::Kind(ErrorKind::Truncated))
    } else if model.is_finished() {
        model.done()
    } else if has_unknown && !has_data {
        model.failed(Fault::Kind(ErrorKind::NotEventStream))
    } else {
        model.failed(Fault::Kind(ErrorKind::Truncated))
    })
}

/// Whether the body ends behind the type of an event that may be `error`, before its data.
fn announces_report(group: &Group<'_>) -> bool {
    let event_type = group.fields.iter().rev().find(|(name, _)| name == b"event");
    !group.is_terminated
        && group.data().is_none()
        && event_type.is_some_and(|(_, event_type)| b"error".starts_with(event_type))
}

/// What a body that is one JSON document must give.
pub fn of_document(body: &[u8]) -> Option<Expected> {
    let mut model = Model::default();
    if let Err(error) = is_json(body) {
        // Of the cut numbers `1.` and `-` serde_json says that they are wrong.
        let fault = if error.classify() == Category::Eof { Fault::Cut } else { Fault::Malformed };
        let fault = if body.last().is_some_and(|byte| b"-+.eE".contains(byte)) { Fault::Cut } else { fault };
        return Some(model.failed(fault));
    }
    Some(match model.document(body)? {
        Err(fault) => model.failed(fault),
        Ok(()) if model.seen.is_empty() => model.failed(Fault::Kind(ErrorKind::NotCompletion)),
        Ok(()) => model.done(),
    })
}

#[derive(Default)]
struct Model {
    contents: BTreeMap<u32, String>,
    seen: BTreeSet<u32>,
    finished: BTreeSet<u32>,
    may_report: bool,
    /// A delta has brought content: what a message says is a repetition.
    has_delta: bool,
}

impl Model {
    fn is_finished(&self) -> bool {
        !self.seen.is_empty() && self.seen == self.finished
    }

    fn done(self) -> Expected {
        let verdict = Ok(if self.is_finished() { Verdict::Finished } else { Verdict::Done });
        Expected { contents: self.contents, verdict, may_report: self.may_report }
    }

    fn failed(self, fault: Fault) -> Expected {
        let Self { contents, may_report, .. } = self;
        Expected { contents, verdict: Err(fault), may_report }
    }

    /// `None`: serde_json cannot tell what is in it, or there may be several answers.
    fn document(&mut self, text: &[u8]) -> Option<Result<(), Fault>> {
        let tree: Tree = match serde_json::from_slice(text) {
            Ok(tree) => tree,
            Err(error) if error.to_string().starts_with("recursion limit") => {
                return Some(Err(Fault::Malformed));
            }
            Err(_) => return None,
        };
        if tree.repeats() {
            return None;
        }
        match &tree {
            Tree::Array(chunks) => {
                for chunk in chunks {
                    if let Err(fault) = self.chunk(chunk)? {
                        return Some(Err(fault));
                    }
                }
                Some(Ok(()))
            }
            chunk => self.chunk(chunk),
        }
    }

    fn chunk(&mut self, chunk: &Tree) -> Option<Result<(), Fault>> {
        for (name, value) in chunk.members() {
            match &name[..] {
                "error" | "message" | "detail" | "details" | "x_groq" => self.may_report = true,
                "object" if value.as_str() == Some("error") => self.may_report = true,
                _ => {}
            }
        }
        let Some(Tree::Array(choices)) = chunk.member("choices") else { return Some(Ok(())) };
        // What is no object takes no place.
        let choices = choices.iter().filter(|choice| matches!(choice, Tree::Object(_)));
        for (position, choice) in (0..).zip(choices) {
            self.may_report |= choice.member("error").is_some();
            let index = match choice.member("index") {
                Some(Tree::Unsigned(index)) => *index,
                Some(Tree::Number(_)) => return None,
                Some(Tree::String(text))
                    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) =>
                {
                    if text.len() > 20 { position } else { text.parse().unwrap_or(u64::MAX) }
                }
                _ => position,
            };
            let index = match u32::try_from(index) {
                Ok(index) if index < 128 => index,
                _ => return Some(Err(Fault::Kind(ErrorKind::ChoiceIndexLimit))),
            };
            self.seen.insert(index);
            if choice.member("finish_reason").and_then(Tree::as_str).is_some_and(|reason| !reason.is_empty())
            {
                self.finished.insert(index);
            }
            let content = self.contents.entry(index).or_default();
            for (name, value) in choice.members() {
                if name == "delta" || (name == "message" && !self.has_delta) {
                    let before = content.len();
                    add_content(value.member("content"), content);
                    self.has_delta |= name == "delta" && content.len() > before;
                }
            }
        }
        Some(Ok(()))
    }
}

fn add_content(content: Option<&Tree>, text: &mut String) {
    match content {
        Some(Tree::String(content)) => text.push_str(content),
        Some(Tree::Array(parts)) => {
            for part in parts {
                let part = part.as_str().or_else(|| part.member("text").and_then(Tree::as_str));
                text.push_str(part.unwrap_or_default());
            }
        }
        Some(part) => text.push_str(part.member("text").and_then(Tree::as_str).unwrap_or_default()),
        None => {}
    }
}
