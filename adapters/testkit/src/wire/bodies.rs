//! Whole bodies: completions, errors in their four shapes, models, embeddings.

use super::chunks::usage;
use super::{CREATED, Dialect, Json};

/// One choice of a whole completion.
#[derive(Clone, Copy, Debug, Default)]
pub struct Message<'a> {
    /// The answer's text.
    pub content: Option<&'a str>,
    /// The reasoning, as `reasoning_content`.
    pub reasoning: Option<&'a str>,
    /// The refusal.
    pub refusal: Option<&'a str>,
    /// Tool calls: id, name, arguments.
    pub tool_calls: &'a [(&'a str, &'a str, &'a str)],
    /// Why it ended.
    pub finish_reason: Option<&'a str>,
}

/// A whole completion; its choices get the indices from 0.
#[must_use]
pub fn completion(dialect: Dialect, model: &str, messages: &[Message<'_>], tokens: (u32, u32)) -> String {
    let choices = messages.iter().zip(0i64..).map(|(message, index)| {
        let reason = ("finish_reason", Json::from(message.finish_reason));
        let index = ("index", Json::from(index));
        let logprobs = ("logprobs", Json::Null);
        let body = ("message", message.json(dialect));
        match dialect {
            Dialect::Gateway | Dialect::Claude => Json::object([reason, index, logprobs, body]),
            Dialect::OpenAi => Json::object([index, body, logprobs, reason]),
        }
    });
    let choices = ("choices", Json::Array(choices.collect()));
    let id = ("id", Json::from("chatcmpl-00000000"));
    let created = ("created", Json::from(CREATED));
    let model = ("model", Json::from(model));
    let object = ("object", Json::from("chat.completion"));
    let tier = ("service_tier", Json::Null);
    let fingerprint = ("system_fingerprint", Json::Null);
    let usage = ("usage", usage(tokens.0, tokens.1));
    dialect.write(&match dialect {
        Dialect::Gateway | Dialect::Claude => {
            Json::object([id, choices, created, model, object, tier, fingerprint, usage])
        }
        Dialect::OpenAi => Json::object([id, object, created, model, choices, usage, tier, fingerprint]),
    })
}

impl Message<'_> {
    fn json(&self, dialect: Dialect) -> Json {
        let calls = self.tool_calls.iter().map(|&(id, name, arguments)| {
            Json::object([
                ("id", id.into()),
                ("function", Json::object([("arguments", arguments.into()), ("name", name.into())])),
                ("type", "function".into()),
            ])
        });
        let calls = (!self.tool_calls.is_empty()).then(|| Json::Array(calls.collect()));
        let mut members: Vec<(&str, Json)> = match dialect {
            Dialect::Gateway | Dialect::Claude => vec![
                ("content", self.content.into()),
                ("refusal", self.refusal.into()),
                ("role", "assistant".into()),
                ("annotations", Json::Null),
                ("audio", Json::Null),
                ("function_call", Json::Null),
                ("tool_calls", calls.into()),
            ],
            Dialect::OpenAi => {
                let mut members = vec![
                    ("role", "assistant".into()),
                    ("content", self.content.into()),
                    ("refusal", self.refusal.into()),
                ];
                members.extend(calls.map(|calls| ("tool_calls", calls)));
                members
            }
        };
        members.extend(self.reasoning.map(|text| ("reasoning_content", text.into())));
        Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// The data of a failure in the middle of a stream; the end of the body follows, with no `[DONE]`.
#[must_use]
pub fn stream_error(message: &str) -> String {
    let error = Json::object([("message", message.into()), ("type", "stream_error".into())]);
    Json::object([("error", error)]).spaced_ascii()
}

/// The documented error body.
#[must_use]
pub fn error(message: &str, kind: &str, code: Option<&str>, param: Option<&str>) -> String {
    let mut error = vec![
        ("message".to_owned(), message.into()),
        ("type".to_owned(), kind.into()),
        ("code".to_owned(), code.into()),
    ];
    error.extend(param.map(|param| ("param".to_owned(), param.into())));
    Json::object([("error", Json::Object(error))]).spaced_ascii()
}

/// The documented 404 for a path that is not served.
#[must_use]
pub fn endpoint_not_found(method: &str, path: &str) -> String {
    let message = format!("there is no {method} {path} here");
    error(&message, "not_found_error", Some("endpoint_not_found"), None)
}

/// The error body of 400, 404 and 500: `{"detail": "text"}`; the text can be empty.
#[must_use]
pub fn detail(text: &str) -> String {
    Json::object([("detail", text.into())]).spaced_ascii()
}

/// The error body of 422, for members of the request that are missing. `input` is the request's body.
#[must_use]
pub fn validation(missing: &[&str], input: &Json) -> String {
    let details = missing.iter().map(|member| {
        Json::object([
            ("type", "missing".into()),
            ("loc", Json::Array(vec!["body".into(), (*member).into()])),
            ("msg", "Field required".into()),
            ("input", input.clone()),
        ])
    });
    Json::object([("detail", Json::Array(details.collect()))]).spaced_ascii()
}

/// What a proxy in front of a gateway says, in HTML.
#[must_use]
pub fn proxy_page(status: u16, reason: &str) -> String {
    format!(
        "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n<center><h1>{status} {reason}</h1>\
         </center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    )
}

/// One model of the list, and the answer to a question for it.
#[must_use]
pub fn model(id: &str) -> String {
    model_json(id).spaced_ascii()
}

/// The list of models.
#[must_use]
pub fn models(ids: &[&str]) -> String {
    let data = ids.iter().map(|id| model_json(id)).collect();
    Json::object([("object", "list".into()), ("data", Json::Array(data))]).spaced_ascii()
}

fn model_json(id: &str) -> Json {
    let owner = if id.starts_with("claude-") { "anthropic" } else { "openai" };
    Json::object([
        ("id", id.into()),
        ("object", "model".into()),
        ("created", CREATED.into()),
        ("owned_by", owner.into()),
    ])
}

/// How a vector is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// An array of numbers.
    Float,
    /// The base64 of its little-endian `f32`s.
    Base64,
}

/// The answer to a request for embeddings.
#[must_use]
pub fn embeddings(model: &str, vectors: &[Vec<f32>], encoding: Encoding, tokens: u32) -> String {
    let data = vectors.iter().zip(0i64..).map(|(vector, index)| {
        let embedding = match encoding {
            Encoding::Float => Json::Array(vector.iter().map(|x| Json::Number(format!("{x}"))).collect()),
            Encoding::Base64 => {
                let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
                Json::String(base64(&bytes))
            }
        };
        Json::object([("embedding", embedding), ("index", index.into()), ("object", "embedding".into())])
    });
    let tokens = i64::from(tokens);
    Json::object([
        ("data", Json::Array(data.collect())),
        ("model", model.into()),
        ("object", "list".into()),
        ("usage", Json::object([("prompt_tokens", tokens.into()), ("total_tokens", tokens.into())])),
    ])
    .spaced_ascii()
}

/// RFC 4648 section 4, padded.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let sextet = bits >> (18 - 6 * place) & 63;
            let c = if place <= group.len() { ALPHABET[sextet as usize] } else { b'=' };
            text.push(char::from(c));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_rfc_4648_section_10() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        // 1.0 and -2.0, little-endian: 00 00 80 3f 00 00 00 c0
        let body = embeddings("m", &[vec![1.0, -2.0]], Encoding::Base64, 1);
        assert!(body.contains("{\"embedding\": \"AACAPwAAAMA=\", \"index\": 0"), "{body}");
    }

    #[test]
    fn the_four_shapes_of_an_error() {
        assert_eq!(
            error("No.", "authentication_error", Some("invalid_api_key"), None),
            "{\"error\": {\"message\": \"No.\", \"type\": \"authentication_error\", \"code\": \"invalid_api_key\"}}"
        );
        assert_eq!(detail(""), "{\"detail\": \"\"}");
        assert_eq!(
            validation(&["model"], &Json::object([])),
            "{\"detail\": [{\"type\": \"missing\", \"loc\": [\"body\", \"model\"], \"msg\": \"Field required\", \
             \"input\": {}}]}"
        );
        assert!(proxy_page(502, "Bad Gateway").starts_with("<html>"));
        assert_eq!(
            stream_error("Lost."),
            "{\"error\": {\"message\": \"Lost.\", \"type\": \"stream_error\"}}"
        );
    }

    #[test]
    fn a_whole_completion_in_each_dialect() {
        let message = Message { content: Some("é"), finish_reason: Some("stop"), ..Message::default() };
        assert_eq!(
            completion(Dialect::Gateway, "gpt-4", &[message], (1, 2)),
            "{\"id\": \"chatcmpl-00000000\", \"choices\": [{\"finish_reason\": \"stop\", \"index\": 0, \
             \"logprobs\": null, \"message\": {\"content\": \"\\u00e9\", \"refusal\": null, \"role\": \"assistant\", \
             \"annotations\": null, \"audio\": null, \"function_call\": null, \"tool_calls\": null}}], \"created\": \
             1750000000, \"model\": \"gpt-4\", \"object\": \"chat.completion\", \"service_tier\": null, \
             \"system_fingerprint\": null, \"usage\": {\"completion_tokens\": 2, \"prompt_tokens\": 1, \
             \"total_tokens\": 3}}"
        );
        let calls = [("c", "f", "{}")];
        let message = Message { tool_calls: &calls, finish_reason: Some("tool_calls"), ..Message::default() };
        assert_eq!(
            completion(Dialect::OpenAi, "gpt-4", &[message], (1, 2)),
            "{\"id\":\"chatcmpl-00000000\",\"object\":\"chat.completion\",\"created\":1750000000,\"model\":\"gpt-4\",\
             \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,\"refusal\":null,\
             \"tool_calls\":[{\"id\":\"c\",\"function\":{\"arguments\":\"{}\",\"name\":\"f\"},\"type\":\"function\"}]},\
             \"logprobs\":null,\"finish_reason\":\"tool_calls\"}],\"usage\":{\"completion_tokens\":2,\
             \"prompt_tokens\":1,\"total_tokens\":3},\"service_tier\":null,\"system_fingerprint\":null}"
        );
    }
}
