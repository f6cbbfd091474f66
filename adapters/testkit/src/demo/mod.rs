//! A gateway that answers prompts, with no model behind it.
//!
//! It repeats the prompt in a short text with an emoji, an umlaut, quotes and a line end, in the ChoreoAI gateway's own
//! dialect (for `claude-` models in the one that they have there). Words in the last user message ask for more:
//!
//! | word | what comes |
//! |---|---|
//! | `tool` | a call of the first tool of the request (or of the one that `tool_choice` names), its arguments made to fit the schema |
//! | `think` | reasoning, as `reasoning_content`, and then the answer |
//! | `error` | some text and a mid-stream error; not streamed: 500 |
//! | `cut` | some text and the connection's end within the body |
//!
//! A conversation that ends with a tool's result is answered with text that uses it, so that a tool loop ends.
//! A `response_format` with a JSON schema is answered with JSON that fits it. Honoured are `model` (echoed, any name),
//! `stream`, `n` (up to 16), `stream_options.include_usage`, `tools` and `tool_choice`; other members are ignored.
//! Served besides: embeddings, models, health, and the errors of each.

mod chat;
mod embed;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Answer, Gateway, RecordedRequest, Script, wire};

/// The models that the list names. Any name is answered.
const MODELS: &[&str] =
    &["gpt-4", "gpt-4o-mini", "claude-3-5-sonnet", "gemini-2.0-flash", "text-embedding-3-small"];

/// How the demonstration behaves.
#[derive(Clone)]
pub struct Options {
    /// The pause between two pieces of a streamed answer. By default 25 ms, so that one sees them come.
    pub delay: Duration,
    /// The port of 127.0.0.1 to listen on; 0, the default: a free one.
    pub port: u16,
    /// The key that every call but `/health` must bring. By default none is wanted.
    pub require_key: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { delay: Duration::from_millis(25), port: 0, require_key: None }
    }
}

/// Without the key.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("delay", &self.delay)
            .field("port", &self.port)
            .field("require_key", &self.require_key.as_ref().map(|_| "..."))
            .finish()
    }
}

/// Starts the demonstration gateway. It keeps no record of requests; to have one, start a [`Gateway`] with
/// [`script`].
///
/// # Errors
/// If the port cannot be bound or no thread started.
pub fn start(options: Options) -> io::Result<Gateway> {
    Gateway::start_on(options.port, script(options).unrecorded())
}

/// The script of the demonstration gateway. The port is not used.
#[must_use]
pub fn script(options: Options) -> Script {
    let served = AtomicU64::new(0);
    Script::new(move |request| {
        let number = served.fetch_add(1, Ordering::Relaxed);
        answer(request, &options).header("x-request-id", &format!("req-{number:08}"))
    })
}

fn answer(request: &RecordedRequest, options: &Options) -> Answer {
    let path = request.path();
    if let Some(route) = Route::of(path) {
        if route != Route::Health
            && let Err(refusal) = authorise(request, options.require_key.as_deref())
        {
            return refusal;
        }
        if route.method() != request.method {
            // Without a body, and closing: the method may be HEAD, whose answer has none.
            return Answer::new(405).header("allow", route.method()).close();
        }
        return match route {
            Route::Health => Answer::json(200, r#"{"status": "healthy"}"#),
            Route::Chat => chat::answer(request, options.delay),
            Route::Embeddings => embed::answer(request),
            Route::Models => Answer::json(200, wire::models(MODELS)),
            Route::Model(id) if MODELS.contains(&id) => Answer::json(200, wire::model(id)),
            Route::Model(id) => {
                let id = unescape(id);
                let message = format!("there is no model {id:?} here");
                refuse(404, &message, "not_found_error", "resource_not_found")
            }
        };
    }
    match path.strip_suffix('/').filter(|path| Route::of(path).is_some()) {
        Some(path) => {
            let location = format!("http://{}{path}", request.header("host").unwrap_or_default());
            Answer::new(307).header("location", &location)
        }
        None => Answer::json(404, wire::endpoint_not_found(&request.method, path)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Route<'a> {
    Health,
    Chat,
    Embeddings,
    Models,
    Model(&'a str),
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Option<Self> {
        match path {
            "/health" => Some(Self::Health),
            "/v1/chat/completions" => Some(Self::Chat),
            "/v1/embeddings" => Some(Self::Embeddings),
            "/v1/models" => Some(Self::Models),
            _ => {
                let id = path.strip_prefix("/v1/models/")?;
                (!id.is_empty() && !id.ends_with('/')).then_some(Self::Model(id))
            }
        }
    }

    fn method(self) -> &'static str {
        match self {
            Self::Health | Self::Models | Self::Model(_) => "GET",
            Self::Chat | Self::Embeddings => "POST",
        }
    }
}

/// A segment of a path as it is meant (RFC 3986, 2.1); what is no escape stands for itself.
fn unescape(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn authorise(request: &RecordedRequest, wanted: Option<&str>) -> Result<(), Answer> {
    let Some(wanted) = wanted else { return Ok(()) };
    let (message, code) = match request.header("authorization") {
        None => ("an API key is wanted, as \"Authorization: Bearer KEY\"", "missing_authorization"),
        Some(value) => match value.strip_prefix("Bearer ") {
            Some(key) if key == wanted => return Ok(()),
            Some(_) => ("the API key is not the right one", "invalid_api_key"),
            None => ("the Authorization header is not \"Bearer KEY\"", "malformed_authorization"),
        },
    };
    Err(refuse(401, message, "authentication_error", code))
}

/// The body as an object that has these members, or the answer that says what is wrong.
fn object_with(request: &RecordedRequest, members: &[&str]) -> Result<serde_json::Value, Answer> {
    let body = request.json().map_err(|error| {
        refuse(400, &format!("the body is not JSON: {error}"), "invalid_request_error", "invalid_json")
    })?;
    let missing: Vec<&str> = members.iter().copied().filter(|member| body.get(member).is_none()).collect();
    if missing.is_empty() {
        Ok(body)
    } else {
        Err(Answer::json(422, wire::validation(&missing, &wire::Json::from(&body))))
    }
}

fn refuse(status: u16, message: &str, kind: &str, code: &str) -> Answer {
    Answer::json(status, wire::error(message, kind, Some(code), None))
}

#[cfg(test)]
mod tests;
