//! `POST /v1/chat/completions`.

use std::time::Duration;

use serde_json::Value;

use super::{object_with, refuse};
use crate::wire::{self, Chunks, Dialect, Json, Message, ToolPiece};
use crate::{Answer, RecordedRequest};

const CHOICES_LIMIT: u64 = 16;

pub(super) fn answer(request: &RecordedRequest, delay: Duration) -> Answer {
    match object_with(request, &["messages", "model"]).and_then(|body| Turn::new(&body)) {
        Ok(turn) if turn.stream => turn.streamed().each_pause(delay),
        Ok(turn) => turn.whole(),
        Err(refusal) => refusal,
    }
}

/// What is to be said to a request.
struct Turn {
    model: String,
    dialect: Dialect,
    choices: u32,
    stream: bool,
    include_usage: bool,
    prompt_tokens: u32,
    reasoning: Option<String>,
    reply: Reply,
    mishap: Option<Mishap>,
}

enum Reply {
    Text(String),
    Call { name: String, arguments: String },
}

#[derive(Clone, Copy)]
enum Mishap {
    Error,
    Cut,
}

const MISHAP: &str = "the provider failed in the middle of the answer, as the prompt asked";
const CALL_ID: &str = "call_00000000";

impl Turn {
    fn new(body: &Value) -> Result<Self, Answer> {
        let invalid = |message: &str, code| Err(refuse(400, message, "invalid_request_error", code));
        let Some(model) = body["model"].as_str().filter(|model| !model.is_empty()) else {
            return invalid("\"model\" must be a string that is not empty", "invalid_parameter_type");
        };
        let Some(messages) = body["messages"].as_array() else {
            return invalid("\"messages\" must be an array", "invalid_messages_format");
        };
        let Some(last) = messages.last() else {
            return invalid("\"messages\" must not be empty", "invalid_messages_format");
        };
        let choices = match &body["n"] {
            Value::Null => 1,
            n => match n.as_u64().filter(|n| (1..=CHOICES_LIMIT).contains(n)) {
                Some(n) => n as u32,
                None => {
                    let message = format!("\"n\" must be a whole number from 1 to {CHOICES_LIMIT}");
                    return invalid(&message, "invalid_parameter_value");
                }
            },
        };
        let asked = messages.iter().rev().find(|message| message["role"] == "user").unwrap_or(last);
        let prompt = text_of(asked);
        let after_tool = last["role"] == "tool";
        let wants = |word: &str| !after_tool && has_word(&prompt, word);
        let schema = body["response_format"]["json_schema"].get("schema");
        let reply = if wants("tool") {
            call(body, &prompt)
        } else if let Some(schema) = schema {
            Reply::Text(example(schema).compact())
        } else if after_tool {
            Reply::Text(format!(
                "Grüße \u{1f980}! The tool says: \"{}\".\nSo that is the answer to what you wanted to know.",
                text_of(last)
            ))
        } else {
            Reply::Text(format!(
                "Grüße \u{1f980}! You said: \"{prompt}\".\nThis is all that a demonstration can say."
            ))
        };
        Ok(Self {
            model: model.to_owned(),
            dialect: if model.starts_with("claude-") { Dialect::Claude } else { Dialect::Gateway },
            choices,
            stream: body["stream"] == true,
            include_usage: body["stream_options"]["include_usage"] == true,
            prompt_tokens: messages.iter().map(|message| words(&text_of(message))).sum(),
            reasoning: wants("think").then(|| "The prompt wants me to think, so I do.".to_owned()),
            reply,
            mishap: match () {
                () if wants("error") => Some(Mishap::Error),
                () if wants("cut") => Some(Mishap::Cut),
                () => None,
            },
        })
    }

    fn streamed(&self) -> Answer {
        let mut chunks = Chunks::new(self.dialect, &self.model);
        let mut answer = Answer::event_stream();
        // All choices say their first piece, then all their second, as models that answer at the same time do.
        let mut each = |answer: Answer, write: &dyn Fn(&mut Chunks, u32) -> String| {
            (0..self.choices).fold(answer, |answer, choice| answer.event(write(&mut chunks, choice)))
        };
        let ends = self.dialect != Dialect::Claude;
        if ends {
            answer = each(answer, &|chunks, choice| chunks.role(choice));
        }
        for piece in self.reasoning.iter().flat_map(|text| text.split_inclusive(' ')) {
            answer = each(answer, &|chunks, choice| chunks.reasoning(choice, piece));
        }
        let pieces = self.pieces();
        let said = if self.mishap.is_some() { pieces.len() / 2 } else { pieces.len() };
        if let Reply::Call { name, .. } = &self.reply {
            let first = ToolPiece {
                id: Some(CALL_ID),
                name: Some(name),
                arguments: Some(""),
                ..ToolPiece::default()
            };
            answer = each(answer, &|chunks, choice| chunks.tool_call(choice, first));
        }
        for piece in pieces.iter().take(said) {
            answer = each(answer, &|chunks, choice| match self.reply {
                Reply::Text(_) => chunks.content(choice, piece),
                Reply::Call { .. } => {
                    chunks.tool_call(choice, ToolPiece { arguments: Some(piece), ..ToolPiece::default() })
                }
            });
        }
        match self.mishap {
            Some(Mishap::Error) => return answer.event(wire::stream_error(MISHAP)),
            Some(Mishap::Cut) => return answer.close(),
            None => {}
        }
        if ends {
            answer = each(answer, &|chunks, choice| chunks.finish(choice, self.reason()));
        }
        if self.include_usage {
            answer = answer.event(chunks.usage(self.prompt_tokens, self.completion_tokens()));
        }
        answer.done()
    }

    fn whole(&self) -> Answer {
        let (content, calls) = match &self.reply {
            Reply::Text(text) => (Some(text.as_str()), None),
            Reply::Call { name, arguments } => (None, Some((CALL_ID, name.as_str(), arguments.as_str()))),
        };
        let message = Message {
            content,
            reasoning: self.reasoning.as_deref(),
            refusal: None,
            tool_calls: calls.as_slice(),
            finish_reason: Some(self.reason()),
        };
        let tokens = (self.prompt_tokens, self.completion_tokens());
        let messages = vec![message; self.choices as usize];
        let body = wire::completion(self.dialect, &self.model, &messages, tokens);
        match self.mishap {
            Some(Mishap::Error) => Answer::json(500, wire::detail(MISHAP)),
            Some(Mishap::Cut) => {
                let half: Vec<u8> = body.bytes().take(body.len() / 2).collect();
                Answer::json(200, half).header("content-length", &body.len().to_string()).close()
            }
            None => Answer::json(200, body),
        }
    }

    /// The text by words, or the arguments by a few characters.
    fn pieces(&self) -> Vec<String> {
        match &self.reply {
            Reply::Text(text) => text.split_inclusive(' ').map(str::to_owned).collect(),
            Reply::Call { arguments, .. } => {
                let characters: Vec<char> = arguments.chars().collect();
                characters.chunks(5).map(|piece| piece.iter().collect()).collect()
            }
        }
    }

    fn reason(&self) -> &'static str {
        match (&self.reply, self.dialect) {
            (Reply::Text(_), Dialect::Claude) => "end_turn",
            (Reply::Text(_), _) => "stop",
            (Reply::Call { .. }, Dialect::Claude) => "tool_use",
            (Reply::Call { .. }, _) => "tool_calls",
        }
    }

    fn completion_tokens(&self) -> u32 {
        let each = self.reasoning.as_deref().map_or(0, words)
            + u32::try_from(self.pieces().len()).unwrap_or(u32::MAX);
        each.saturating_mul(self.choices)
    }
}

/// A message's text: its content, or the text parts of it.
fn text_of(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric()).any(|other| other.eq_ignore_ascii_case(word))
}

fn words(text: &str) -> u32 {
    u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX)
}

/// A call of the tool that `tool_choice` names, else of the first one, else of one that is not there.
fn call(body: &Value, prompt: &str) -> Reply {
    let tools = body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let chosen = &body["tool_choice"]["function"]["name"];
    let tool = tools.iter().find(|tool| tool["function"]["name"] == *chosen).or(tools.first());
    let function = tool.map(|tool| &tool["function"]);
    let name = function.and_then(|function| function["name"].as_str()).unwrap_or("lookup");
    let arguments = match function {
        Some(function) => example(&function["parameters"]),
        None => Json::object([("query", prompt.into())]),
    };
    // A call's arguments are an object, even when the schema says nothing.
    let arguments = if matches!(arguments, Json::Object(_)) { arguments } else { Json::object([]) };
    Reply::Call { name: name.to_owned(), arguments: arguments.compact() }
}

/// A value that fits a JSON schema, as far as its type, properties and choices say.
fn example(schema: &Value) -> Json {
    if let Some(first) = schema["enum"].get(0) {
        return Json::from(first);
    }
    let kind = &schema["type"];
    match kind.as_str().or_else(|| kind[0].as_str()).unwrap_or_default() {
        "object" => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            Json::Object(properties.map(|(name, schema)| (name.clone(), example(schema))).collect())
        }
        "array" => Json::Array(Vec::new()),
        "string" => "Zürich".into(),
        "integer" => 1.into(),
        "number" => Json::Number("1.5".to_owned()),
        "boolean" => Json::Bool(true),
        _ => Json::Null,
    }
}
