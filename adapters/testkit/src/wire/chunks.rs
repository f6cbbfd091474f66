//! The chunks of a streamed completion.

use super::{CREATED, Dialect, Json};

/// Writes the chunks of one streamed completion: each call gives the data of one event.
#[derive(Clone, Debug)]
pub struct Chunks {
    dialect: Dialect,
    model: String,
    written: u32,
}

/// A piece of a tool call; what is `None` is not said in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToolPiece<'a> {
    /// Which call of the choice.
    pub index: u32,
    /// The call's id.
    pub id: Option<&'a str>,
    /// The function's name.
    pub name: Option<&'a str>,
    /// A fragment of the arguments.
    pub arguments: Option<&'a str>,
}

impl Chunks {
    /// Chunks of that model in that dialect.
    #[must_use]
    pub fn new(dialect: Dialect, model: &str) -> Self {
        Self { dialect, model: model.to_owned(), written: 0 }
    }

    /// A whole answer of choice 0: the role, each piece, the finish (both only where the dialect has them). `[DONE]`
    /// is not included.
    #[must_use]
    pub fn text(&mut self, pieces: &[&str], reason: &str) -> Vec<String> {
        let said = self.dialect != Dialect::Claude;
        let mut data = Vec::new();
        data.extend(said.then(|| self.role(0)));
        data.extend(pieces.iter().map(|piece| self.content(0, piece)));
        data.extend(said.then(|| self.finish(0, reason)));
        data
    }

    /// The first chunk of a choice: its role.
    #[must_use]
    pub fn role(&mut self, choice: u32) -> String {
        self.choice(choice, Delta { content: Some(""), role: Some("assistant"), ..Delta::default() }, None)
    }

    /// A piece of the answer.
    #[must_use]
    pub fn content(&mut self, choice: u32, text: &str) -> String {
        self.choice(choice, Delta { content: Some(text), ..Delta::default() }, None)
    }

    /// A piece of the reasoning, as `reasoning_content`.
    #[must_use]
    pub fn reasoning(&mut self, choice: u32, text: &str) -> String {
        self.choice(choice, Delta { reasoning: Some(text), ..Delta::default() }, None)
    }

    /// A piece of a refusal.
    #[must_use]
    pub fn refusal(&mut self, choice: u32, text: &str) -> String {
        self.choice(choice, Delta { refusal: Some(text), ..Delta::default() }, None)
    }

    /// A piece of a tool call.
    #[must_use]
    pub fn tool_call(&mut self, choice: u32, piece: ToolPiece<'_>) -> String {
        self.choice(choice, Delta { tool: Some(piece), ..Delta::default() }, None)
    }

    /// The end of a choice.
    #[must_use]
    pub fn finish(&mut self, choice: u32, reason: &str) -> String {
        self.choice(choice, Delta::default(), Some(reason))
    }

    /// The chunk of token counts, with no choices.
    #[must_use]
    pub fn usage(&mut self, prompt: u32, completion: u32) -> String {
        self.chunk(vec![], Some(usage(prompt, completion)))
    }

    fn choice(&mut self, index: u32, delta: Delta<'_>, reason: Option<&str>) -> String {
        let index = ("index", Json::from(i64::from(index)));
        let reason = ("finish_reason", Json::from(reason));
        let logprobs = ("logprobs", Json::Null);
        let choice = match self.dialect {
            Dialect::Gateway | Dialect::Claude => {
                Json::object([("delta", delta.with_all_members()), reason, index, logprobs])
            }
            Dialect::OpenAi => Json::object([index, ("delta", delta.with_said_members()), logprobs, reason]),
        };
        self.chunk(vec![choice], None)
    }

    fn chunk(&mut self, choices: Vec<Json>, usage: Option<Json>) -> String {
        let id = match self.dialect {
            Dialect::Claude => format!("chatcmpl-{:08}", self.written),
            Dialect::Gateway | Dialect::OpenAi => "chatcmpl-00000000".to_owned(),
        };
        self.written += 1;
        let id = ("id", Json::from(id.as_str()));
        let choices = ("choices", Json::Array(choices));
        let created = ("created", Json::from(CREATED));
        let model = ("model", Json::from(self.model.as_str()));
        let object = ("object", Json::from("chat.completion.chunk"));
        let tier = ("service_tier", Json::Null);
        let fingerprint = ("system_fingerprint", Json::Null);
        let usage = ("usage", Json::from(usage));
        let chunk = match self.dialect {
            Dialect::Gateway | Dialect::Claude => {
                Json::object([id, choices, created, model, object, tier, fingerprint, usage])
            }
            Dialect::OpenAi => Json::object([id, object, created, model, tier, fingerprint, choices, usage]),
        };
        self.dialect.write(&chunk)
    }
}

pub(super) fn usage(prompt: u32, completion: u32) -> Json {
    Json::object([
        ("completion_tokens", i64::from(completion).into()),
        ("prompt_tokens", i64::from(prompt).into()),
        ("total_tokens", (i64::from(prompt) + i64::from(completion)).into()),
    ])
}

#[derive(Clone, Copy, Default)]
struct Delta<'a> {
    content: Option<&'a str>,
    reasoning: Option<&'a str>,
    refusal: Option<&'a str>,
    role: Option<&'a str>,
    tool: Option<ToolPiece<'a>>,
}

impl Delta<'_> {
    fn with_all_members(&self) -> Json {
        let calls = self.tool.map(|tool| {
            Json::Array(vec![Json::object([
                ("index", i64::from(tool.index).into()),
                ("id", tool.id.into()),
                (
                    "function",
                    Json::object([("arguments", tool.arguments.into()), ("name", tool.name.into())]),
                ),
                ("type", tool.id.map(|_| "function").into()),
            ])])
        });
        let mut members = vec![
            ("content".to_owned(), self.content.into()),
            ("function_call".to_owned(), Json::Null),
            ("refusal".to_owned(), self.refusal.into()),
            ("role".to_owned(), self.role.into()),
            ("tool_calls".to_owned(), calls.into()),
        ];
        // Not in the schema that the gateway knows: it passes through, last, where there is some.
        members.extend(self.reasoning.map(|text| ("reasoning_content".to_owned(), text.into())));
        Json::Object(members)
    }

    fn with_said_members(&self) -> Json {
        let said = |name: &str, value: Option<&str>| value.map(|value| (name.to_owned(), Json::from(value)));
        let calls = self.tool.map(|tool| {
            let function = [said("name", tool.name), said("arguments", tool.arguments)];
            let mut call = vec![("index".to_owned(), Json::from(i64::from(tool.index)))];
            call.extend(said("id", tool.id));
            call.extend(said("type", tool.id.map(|_| "function")));
            call.push(("function".to_owned(), Json::Object(function.into_iter().flatten().collect())));
            ("tool_calls".to_owned(), Json::Array(vec![Json::Object(call)]))
        });
        let members = [
            said("role", self.role),
            said("content", self.content),
            said("reasoning_content", self.reasoning),
            said("refusal", self.refusal),
            calls,
        ];
        Json::Object(members.into_iter().flatten().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gateway_writes_every_field_and_the_delta_first() {
        let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
        assert_eq!(
            chunks.content(1, "Grüße \u{1f44b}"),
            "{\"id\": \"chatcmpl-00000000\", \"choices\": [{\"delta\": {\"content\": \"Gr\\u00fc\\u00dfe \
             \\ud83d\\udc4b\", \"function_call\": null, \"refusal\": null, \"role\": null, \"tool_calls\": null}, \
             \"finish_reason\": null, \"index\": 1, \"logprobs\": null}], \"created\": 1750000000, \"model\": \
             \"gpt-4\", \"object\": \"chat.completion.chunk\", \"service_tier\": null, \"system_fingerprint\": null, \
             \"usage\": null}"
        );
        let call =
            chunks.tool_call(0, ToolPiece { index: 2, id: Some("c"), name: Some("f"), arguments: Some("") });
        assert!(
            call.contains(
                "\"tool_calls\": [{\"index\": 2, \"id\": \"c\", \"function\": {\"arguments\": \"\", \
                 \"name\": \"f\"}, \"type\": \"function\"}]}"
            ),
            "{call}"
        );
        assert!(chunks.usage(3, 4).contains(
            "\"choices\": [], \"created\": 1750000000, \"model\": \"gpt-4\", \"object\": \
             \"chat.completion.chunk\", \"service_tier\": null, \"system_fingerprint\": null, \"usage\": \
             {\"completion_tokens\": 4, \"prompt_tokens\": 3, \"total_tokens\": 7}}"
        ));
    }

    #[test]
    fn openai_writes_compactly_and_the_index_first() {
        let mut chunks = Chunks::new(Dialect::OpenAi, "gpt-4o");
        assert_eq!(
            chunks.content(0, "ü"),
            "{\"id\":\"chatcmpl-00000000\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\
             \"model\":\"gpt-4o\",\"service_tier\":null,\"system_fingerprint\":null,\"choices\":[{\"index\":0,\
             \"delta\":{\"content\":\"ü\"},\"logprobs\":null,\"finish_reason\":null}],\"usage\":null}"
        );
        let piece = ToolPiece { arguments: Some("{"), ..ToolPiece::default() };
        let expected = "\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}";
        assert!(chunks.tool_call(0, piece).contains(expected));
    }

    #[test]
    fn claude_streams_content_only_under_changing_ids() {
        let data = Chunks::new(Dialect::Claude, "claude-3").text(&["a", "b"], "stop");
        assert_eq!(data.len(), 2);
        assert!(data[0].starts_with("{\"id\": \"chatcmpl-00000000\""), "{}", data[0]);
        assert!(data[1].starts_with("{\"id\": \"chatcmpl-00000001\""), "{}", data[1]);
        assert!(data.iter().all(|data| data.contains("\"finish_reason\": null")));
        assert!(data.iter().all(|data| data.contains("\"role\": null")));
        assert_eq!(Chunks::new(Dialect::Gateway, "gpt-4").text(&["a", "b"], "stop").len(), 4);
    }
}
