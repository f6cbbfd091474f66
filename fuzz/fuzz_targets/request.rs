//! Whatever is asked for, a JSON parser reads exactly that from the encoded request, and httparse from its head.
#![no_main]

use arbitrary::Arbitrary;
use choreoai_core::chat::{
    ChatRequest, Content, ContentPart, File, Function, LogitBias, Message, Metadata, ResponseFormat, Role,
    Stop, Tool, ToolCall, ToolChoice,
};
use choreoai_core::http1::{Method, RequestHead};
use choreoai_core::json::{RawJson, RawObject};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value, json};

fuzz_target!(|asked: Asked<'_>| {
    check_body(&asked);
    check_head(&asked.head);
});

#[derive(Arbitrary, Debug)]
struct Asked<'a> {
    model: &'a str,
    turns: Vec<Turn<'a>>,
    temperature: Option<f64>,
    penalty: Option<f64>,
    max_tokens: Option<u32>,
    n: Option<u32>,
    seed: Option<i64>,
    stream: Option<bool>,
    include_usage: Option<bool>,
    logprobs: Option<bool>,
    top_logprobs: Option<u32>,
    user: Option<&'a str>,
    stop: Option<Vec<&'a str>>,
    bias: Option<Vec<(u32, f64)>>,
    labels: Option<Vec<(&'a str, &'a str)>>,
    modalities: Vec<&'a str>,
    functions: Vec<Called<'a>>,
    choice: Option<Choice<'a>>,
    is_json: bool,
    raw: Vec<(&'a str, Scalar<'a>)>,
    sizes: Vec<u8>,
    head: Head<'a>,
}

#[derive(Arbitrary, Debug)]
struct Turn<'a> {
    role: Speaker<'a>,
    parts: Option<Vec<Piece<'a>>>,
    text: &'a str,
    name: Option<&'a str>,
    call_id: Option<&'a str>,
    calls: Vec<(&'a str, &'a str, &'a str)>,
}

#[derive(Arbitrary, Debug)]
enum Speaker<'a> {
    System,
    User,
    Other(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Text(&'a str),
    Image(&'a str, Option<&'a str>),
    Audio(&'a str, &'a str),
    File(Option<&'a str>, Option<&'a str>),
    Refusal(&'a str),
    Raw(Scalar<'a>),
}

#[derive(Arbitrary, Debug)]
struct Called<'a> {
    name: &'a str,
    description: Option<&'a str>,
    parameters: Option<Scalar<'a>>,
    strict: Option<bool>,
}

#[derive(Arbitrary, Debug)]
enum Choice<'a> {
    Auto,
    Function(&'a str),
}

/// A value that is sent as raw JSON.
#[derive(Arbitrary, Clone, Debug)]
enum Scalar<'a> {
    Null,
    Number(i64),
    Text(&'a str),
    List(Vec<bool>),
}

#[derive(Arbitrary, Debug)]
struct Head<'a> {
    target: &'a str,
    host: &'a str,
    fields: Vec<(&'a str, &'a [u8])>,
    length: u64,
    is_post: bool,
    close: bool,
    sizes: Vec<u8>,
}

fn check_body(asked: &Asked<'_>) {
    // The raw JSON that is lent to the request.
    let raw: Map<String, Value> =
        asked.raw.iter().map(|(name, value)| ((*name).to_owned(), value.value())).collect();
    let raw_text = Value::from(raw.clone()).to_string();
    let schemas: Vec<_> = asked.functions.iter().map(|called| Scalar::text(&called.parameters)).collect();
    let raw_parts: Vec<Vec<_>> = asked.turns.iter().map(Turn::raw_parts).collect();

    let parts: Vec<Vec<_>> =
        asked.turns.iter().zip(&raw_parts).map(|(turn, raw)| turn.content_parts(raw)).collect();
    let calls: Vec<Vec<_>> = asked.turns.iter().map(Turn::tool_calls).collect();
    let messages: Vec<_> = asked
        .turns
        .iter()
        .zip(parts.iter().zip(&calls))
        .map(|(turn, (parts, calls))| turn.message(parts, calls))
        .collect();
    let tools: Vec<_> =
        asked.functions.iter().zip(&schemas).map(|(called, schema)| called.tool(schema.as_deref())).collect();

    let mut request =
        ChatRequest::new(asked.model, &messages[..]).tools(&tools).modalities(&asked.modalities);
    request.temperature = asked.temperature;
    request.presence_penalty = asked.penalty;
    request.max_tokens = asked.max_tokens;
    request.n = asked.n;
    request.seed = asked.seed;
    request.stream = asked.stream;
    request.include_usage = asked.include_usage;
    request.logprobs = asked.logprobs;
    request.top_logprobs = asked.top_logprobs;
    request.user = asked.user;
    request.stop = asked.stop.as_deref().map(Stop::Many);
    request.logit_bias = asked.bias.as_deref().map(LogitBias::Tokens);
    request.metadata = asked.labels.as_deref().map(Metadata::Pairs);
    request.tool_choice = asked.choice.as_ref().map(|choice| match choice {
        Choice::Auto => ToolChoice::Auto,
        Choice::Function(name) => ToolChoice::Function(name),
    });
    request.response_format = asked.is_json.then_some(ResponseFormat::JsonObject);
    if !raw.is_empty() {
        request = request.extra(RawObject::new(&raw_text).expect("serde_json wrote it"));
    }

    let encoder = request.encoder();
    assert_eq!(encoder.is_ok(), asked.is_valid(&raw), "{:?}", encoder.err());
    let Ok(mut encoder) = encoder else { return };

    let mut lent = Vec::new();
    encoder.clone().for_each(|chunk| lent.extend_from_slice(chunk.as_bytes()));
    let length = encoder.content_length();
    assert_eq!(lent.len() as u64, length);
    assert_eq!(fill(&asked.sizes, |buffer| encoder.encode(buffer)), lent);
    assert_eq!((encoder.remaining(), encoder.content_length()), (0, length));

    let mut expected = asked.expected();
    expected.extend(raw);
    let expected = Value::from(expected);
    assert_eq!(serde_json::from_slice::<Value>(&lent).expect("the request is JSON"), expected);
    assert_eq!(serde_json::to_value(request).expect("the request is a value"), expected);
}

/// All that `encode` writes, into buffers of these sizes.
fn fill(sizes: &[u8], mut encode: impl FnMut(&mut [u8]) -> usize) -> Vec<u8> {
    let mut written = Vec::new();
    let mut sizes = sizes.iter().map(|size| usize::from(*size)).chain(std::iter::repeat(61));
    loop {
        let mut buffer = vec![0; sizes.next().expect("an endless iterator")];
        let count = encode(&mut buffer);
        written.extend_from_slice(&buffer[..count]);
        if count < buffer.len() {
            assert_eq!(encode(&mut [0]), 0, "more after the end");
            return written;
        }
    }
}

impl Asked<'_> {
    /// Whether nothing in it would be refused for sure. What raw members override is not sent.
    fn is_valid(&self, raw: &Map<String, Value>) -> bool {
        let is_sent = |name: &str| !raw.contains_key(name);
        let within = |value: Option<f64>, least: f64, most: f64| {
            value.is_none_or(|value| value >= least && value <= most)
        };
        let is_roleless = |turn: &Turn<'_>| matches!(turn.role, Speaker::Other(""));
        let faults = [
            ("model", self.model.is_empty() || self.model.bytes().any(|byte| byte < b' ' || byte == 0x7f)),
            ("messages", self.turns.is_empty() || self.turns.iter().any(is_roleless)),
            ("temperature", !within(self.temperature, 0.0, 2.0)),
            ("presence_penalty", !within(self.penalty, -2.0, 2.0)),
            ("n", self.n.is_some_and(|n| !(1..=128).contains(&n))),
            ("max_tokens", self.max_tokens == Some(0)),
            ("top_logprobs", self.top_logprobs.is_some_and(|count| count > 20)),
            (
                "top_logprobs",
                self.top_logprobs.is_some() && is_sent("logprobs") && self.logprobs != Some(true),
            ),
            ("logit_bias", self.bias.iter().flatten().any(|(_, bias)| !bias.is_finite())),
            ("tools", self.functions.iter().any(|called| called.name.is_empty())),
            ("tool_choice", matches!(self.choice, Some(Choice::Function("")))),
        ];
        !faults.iter().any(|(name, is_faulty)| *is_faulty && is_sent(name))
    }

    fn expected(&self) -> Map<String, Value> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Option<Value>| {
            members.extend(value.map(|value| (name.to_owned(), value)));
        };
        add("model", Some(json!(self.model)));
        add("messages", Some(self.turns.iter().map(Turn::expected).collect()));
        add("temperature", self.temperature.map(Value::from));
        add("presence_penalty", self.penalty.map(Value::from));
        add("max_tokens", self.max_tokens.map(Value::from));
        add("n", self.n.map(Value::from));
        add("seed", self.seed.map(Value::from));
        add("stream", self.stream.map(Value::from));
        add(
            "stream_options",
            self.include_usage.map(|include_usage| json!({"include_usage": include_usage})),
        );
        add("logprobs", self.logprobs.map(Value::from));
        add("top_logprobs", self.top_logprobs.map(Value::from));
        add("user", self.user.map(Value::from));
        add("stop", self.stop.as_ref().map(|stop| json!(stop)));
        let bias = |bias: &Vec<(u32, f64)>| {
            Value::Object(bias.iter().map(|(token, bias)| (token.to_string(), json!(bias))).collect())
        };
        add("logit_bias", self.bias.as_ref().map(bias));
        let labels = |labels: &Vec<(&str, &str)>| {
            Value::Object(labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
        };
        add("metadata", self.labels.as_ref().map(labels));
        add("modalities", (!self.modalities.is_empty()).then(|| json!(self.modalities)));
        let tools = || self.functions.iter().map(Called::expected).collect();
        add("tools", (!self.functions.is_empty()).then(tools));
        let choice = self.choice.as_ref().map(|choice| match choice {
            Choice::Auto => json!("auto"),
            Choice::Function(name) => json!({"type": "function", "function": {"name": name}}),
        });
        add("tool_choice", choice);
        add("response_format", self.is_json.then(|| json!({"type": "json_object"})));
        members
    }
}

impl<'a> Turn<'a> {
    fn raw_parts(&self) -> Vec<String> {
        let raw = |part: &Piece<'_>| {
            if let Piece::Raw(raw) = part { raw.value().to_string() } else { String::new() }
        };
        self.parts.iter().flatten().map(raw).collect()
    }

    fn content_parts<'s>(&'s self, raw: &'s [String]) -> Vec<ContentPart<'s>> {
        self.parts.iter().flatten().zip(raw).map(|(part, raw)| part.content_part(raw)).collect()
    }

    fn tool_calls(&self) -> Vec<ToolCall<'a>> {
        self.calls.iter().map(|(id, name, arguments)| ToolCall::new(id, name, arguments)).collect()
    }

    fn message<'s>(&'s self, parts: &'s [ContentPart<'s>], calls: &'s [ToolCall<'s>]) -> Message<'s> {
        let role = match self.role {
            Speaker::System => Role::System,
            Speaker::User => Role::User,
            Speaker::Other(role) => Role::Other(role),
        };
        let content = if self.parts.is_some() { Content::Parts(parts) } else { Content::Text(self.text) };
        let mut message = Message::new(role, content).tool_calls(calls);
        message.name = self.name;
        message.tool_call_id = self.call_id;
        message
    }

    fn expected(&self) -> Value {
        let role = match self.role {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Other(role) => role,
        };
        // Plain text is always a string.
        let content = match self.parts.as_deref() {
            None => json!(self.text),
            Some([]) => json!(""),
            Some([Piece::Text(text)]) => json!(text),
            Some(parts) => parts.iter().map(Piece::expected).collect(),
        };
        let mut message = json!({"role": role, "content": content});
        if let Some(name) = self.name {
            message["name"] = json!(name);
        }
        if let Some(id) = self.call_id {
            message["tool_call_id"] = json!(id);
        }
        if !self.calls.is_empty() {
            let call = |(id, name, arguments): &(&str, &str, &str)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
            message["tool_calls"] = self.calls.iter().map(call).collect();
        }
        message
    }
}

impl Piece<'_> {
    fn content_part<'s>(&'s self, raw: &'s str) -> ContentPart<'s> {
        match self {
            Self::Text(text) => ContentPart::Text(text),
            Self::Image(url, detail) => ContentPart::ImageUrl { url, detail: *detail },
            Self::Audio(data, format) => ContentPart::InputAudio { data, format },
            Self::File(file_id, filename) => {
                ContentPart::File(File { file_id: *file_id, filename: *filename, file_data: None })
            }
            Self::Refusal(text) => ContentPart::Refusal(text),
            Self::Raw(_) => ContentPart::Raw(RawJson::new(raw).expect("serde_json wrote it")),
        }
    }

    fn expected(&self) -> Value {
        match self {
            Self::Text(text) => json!({"type": "text", "text": text}),
            Self::Image(url, None) => json!({"type": "image_url", "image_url": {"url": url}}),
            Self::Image(url, detail) => {
                json!({"type": "image_url", "image_url": {"url": url, "detail": detail}})
            }
            Self::Audio(data, format) => {
                json!({"type": "input_audio", "input_audio": {"data": data, "format": format}})
            }
            Self::File(file_id, filename) => {
                let mut file = Map::new();
                file.extend(file_id.map(|id| ("file_id".to_owned(), json!(id))));
                file.extend(filename.map(|name| ("filename".to_owned(), json!(name))));
                json!({"type": "file", "file": file})
            }
            Self::Refusal(text) => json!({"type": "refusal", "refusal": text}),
            Self::Raw(raw) => raw.value(),
        }
    }
}

impl Called<'_> {
    fn tool<'s>(&'s self, schema: Option<&'s str>) -> Tool<'s> {
        let mut function = Function::new(self.name);
        function.description = self.description;
        function.parameters = schema.map(|schema| RawJson::new(schema).expect("serde_json wrote it"));
        function.strict = self.strict;
        function.into()
    }

    fn expected(&self) -> Value {
        let mut function = json!({"name": self.name});
        if let Some(description) = self.description {
            function["description"] = json!(description);
        }
        if let Some(parameters) = &self.parameters {
            function["parameters"] = parameters.value();
        }
        if let Some(strict) = self.strict {
            function["strict"] = json!(strict);
        }
        json!({"type": "function", "function": function})
    }
}

impl Scalar<'_> {
    fn text(value: &Option<Self>) -> Option<String> {
        value.as_ref().map(|value| value.value().to_string())
    }

    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Number(number) => json!(number),
            Self::Text(text) => json!(text),
            Self::List(list) => json!(list),
        }
    }
}

fn check_head(head: &Head<'_>) {
    let method = if head.is_post { Method::Post } else { Method::Get };
    let fields = head.fields.iter().copied();
    let Ok(encoder) = RequestHead::new(method, head.target, head.host, fields) else { return };
    let mut encoder = encoder.with_content_length(head.length);
    if head.close {
        encoder = encoder.with_close();
    }
    let length = encoder.remaining();
    let text = fill(&head.sizes, |buffer| encoder.encode(buffer));
    assert_eq!((text.len(), encoder.remaining()), (length, 0));

    let digits = head.length.to_string();
    let mut expected: Vec<(&str, &[u8])> = vec![("Host", head.host.as_bytes())];
    expected.extend(head.fields.iter().map(|(name, value)| (*name, value.trim_ascii())));
    if head.is_post || head.length > 0 {
        expected.push(("Content-Length", digits.as_bytes()));
    }
    if head.close {
        expected.push(("Connection", b"close"));
    }
    let mut slots = vec![httparse::EMPTY_HEADER; expected.len()];
    let mut request = httparse::Request::new(&mut slots);
    assert_eq!(request.parse(&text), Ok(httparse::Status::Complete(text.len())));
    assert_eq!((request.method, request.path), (Some(method.as_str()), Some(head.target)));
    let read: Vec<_> = request.headers.iter().map(|header| (header.name, header.value)).collect();
    assert_eq!(read, expected);
}
