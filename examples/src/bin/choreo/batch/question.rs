//! What is asked: a line of text, or a JSON object.

use std::str;

use choreoai::ChatRequest;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use serde_json::value::RawValue;

use super::lines::Line;

/// How much of what is wrong with a line is told, in characters: it may quote the line.
const TOLD: usize = 200;

/// How the questions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Each line is what the user says
    Text,
    /// Each line is a JSON object: `message`, and if wanted `id`, `system`, `model`, `temperature`, `max_tokens`, `extra`
    Jsonl,
}

/// A line that is to be answered.
#[derive(Debug)]
pub(super) struct Question {
    /// Its number, from 1.
    pub(super) line: u64,
    pub(super) id: Option<Id>,
    pub(super) message: Option<String>,
    /// What to send, or why the line cannot be used.
    pub(super) request: Result<ChatRequest, String>,
}

/// What a line is called by whoever wrote it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Id {
    Text(String),
    Number(Number),
}

/// What all requests have in common, unless their lines say otherwise.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) format: Format,
    pub(super) model: String,
    pub(super) system: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<u32>,
    pub(super) extra: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Object<'l> {
    message: String,
    id: Option<Id>,
    system: Option<String>,
    model: Option<String>,
    temperature: Option<f64>,
    max_tokens: Option<u32>,
    #[serde(borrow)]
    extra: Option<&'l RawValue>,
}

impl Question {
    /// What a line that is not blank asks.
    pub(super) fn read(line: &Line, common: &Common) -> Self {
        let unusable = |why| Self { line: line.number, id: None, message: None, request: Err(why) };
        let contents = match &line.contents {
            Ok(contents) => contents,
            Err(limit) => return unusable(format!("it is longer than {} bytes", limit.0)),
        };
        let text = match str::from_utf8(contents) {
            Ok(text) => text,
            Err(error) => return unusable(format!("it is not UTF-8 at byte {}", error.valid_up_to() + 1)),
        };
        let object = match common.format {
            Format::Text if text.contains('\0') => {
                return unusable("it holds a NUL: is this a file of text?".to_owned());
            }
            Format::Text => Object { message: text.to_owned(), ..Object::default() },
            Format::Jsonl => match serde_json::from_str(text) {
                Ok(object) => object,
                Err(error) => return unusable(format!("it is no question: {}", told(&error))),
            },
        };
        let request = Ok(common.request(&object));
        Self { line: line.number, id: object.id, message: Some(object.message), request }
    }
}

impl Common {
    fn request(&self, object: &Object<'_>) -> ChatRequest {
        let mut request = ChatRequest::new(object.model.as_ref().unwrap_or(&self.model));
        if let Some(text) = object.system.as_ref().or(self.system.as_ref()) {
            request = request.system(text);
        }
        request = request.user(&object.message);
        if let Some(temperature) = object.temperature.or(self.temperature) {
            request = request.temperature(temperature);
        }
        if let Some(tokens) = object.max_tokens.or(self.max_tokens) {
            request = request.max_tokens(tokens);
        }
        match (object.extra, &self.extra) {
            (Some(members), _) => request.extra(members.get()),
            (None, Some(members)) => request.extra(members),
            (None, None) => request,
        }
    }
}

/// The parser's words, which take a line for a document of its own. No control character that they quote reaches a terminal.
fn told(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(&*text, |(what, _)| what);
    let printable = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    let what: String = what.chars().take(TOLD).map(printable).collect();
    format!("{what}, at column {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::lines::TooLong;

    fn read(format: Format, contents: &[u8]) -> Question {
        let common = Common {
            format,
            model: "m".to_owned(),
            system: Some("s".to_owned()),
            temperature: None,
            max_tokens: Some(5),
            extra: None,
        };
        let line = Line { number: 7, contents: Ok(contents.to_vec()), is_ended: true };
        Question::read(&line, &common)
    }

    #[test]
    fn a_line_says_otherwise() {
        let asked = read(Format::Text, br#" {"message": "x"}"#);
        assert_eq!(asked.message.as_deref(), Some(r#" {"message": "x"}"#));
        let expected = ChatRequest::new("m").system("s").user(r#" {"message": "x"}"#).max_tokens(5);
        assert_eq!(asked.request, Ok(expected));

        let asked = read(
            Format::Jsonl,
            br#" {"max_tokens": 6, "message": "x\u0000", "extra": {"seed": 1}, "system": "t", "id": 3, "model": "n", "temperature": 0} "#,
        );
        let expected = ChatRequest::new("n").system("t").user("x\0").temperature(0.0).max_tokens(6);
        assert_eq!(asked.request, Ok(expected.extra(r#"{"seed": 1}"#)));
        assert!(matches!(asked.id, Some(Id::Number(_))));
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        for (format, contents, told) in [
            (Format::Text, &b"ab\xff"[..], "not UTF-8 at byte 3"),
            (Format::Text, b"a\0", "NUL"),
            (Format::Text, b"\xff\xfea\0", "not UTF-8 at byte 1"),
            (Format::Jsonl, b"a\xff", "not UTF-8 at byte 2"),
            (Format::Jsonl, b"\0", "expected value, at column 1"),
            (Format::Jsonl, b"{\"message\": \"a\0\"}", "control character"),
            (Format::Jsonl, b"hello", "expected value"),
            (Format::Jsonl, b"{\"message\": ", "EOF"),
            (Format::Jsonl, b"{}", "missing field `message`"),
            (Format::Jsonl, b"{\"message\": 1}", "invalid type"),
            (Format::Jsonl, b"{\"message\": \"a\", \"modle\": \"b\"}", "unknown field `modle`"),
            (Format::Jsonl, b"{\"message\": \"a\", \"message\": \"b\"}", "duplicate field"),
            (Format::Jsonl, b"{\"message\": \"a\", \"id\": []}", "at column"),
            (Format::Jsonl, b"{\"message\": \"a\", \"max_tokens\": -1}", "invalid value"),
            (Format::Jsonl, b"{\"message\": \"a\"} {}", "trailing characters"),
            (Format::Jsonl, b"\"a\"", "invalid type"),
        ] {
            let why = read(format, contents).request.unwrap_err();
            assert!(why.contains(told) && !why.contains("line"), "{why:?}");
        }
        let quoting = format!("{{\"\\u001b[2J{}\": 1}}", "x".repeat(10_000));
        let why = read(Format::Jsonl, quoting.as_bytes()).request.unwrap_err();
        assert!(why.contains("`\u{fffd}[2Jxxx") && why.chars().count() < 300, "{why:?}");
        let line = Line { number: 1, contents: Err(TooLong(9)), is_ended: true };
        let common = Common {
            format: Format::Text,
            model: String::new(),
            system: None,
            temperature: None,
            max_tokens: None,
            extra: None,
        };
        assert_eq!(Question::read(&line, &common).request, Err("it is longer than 9 bytes".to_owned()));
    }
}
