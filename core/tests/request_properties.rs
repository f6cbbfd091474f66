//! Whatever is asked for, a JSON parser reads exactly that from the encoded request.

use choreoai_core::chat::{ChatRequest, Content, ContentPart, Message, Metadata, Role, Stop, ToolCall};
use choreoai_core::json::{Lexer, RawObject, Token};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A message as its owner keeps it.
#[derive(Clone, Debug)]
struct Turn {
    role: String,
    parts: Vec<String>,
    name: Option<String>,
    calls: Vec<(String, String)>,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (
        "[a-z]{1,9}",
        prop::collection::vec(any::<String>(), 0..3),
        prop::option::of(any::<String>()),
        prop::collection::vec((any::<String>(), any::<String>()), 0..3),
    );
    let turn = turn.prop_map(|(role, parts, name, calls)| Turn { role, parts, name, calls });
    prop::collection::vec(turn, 1..4)
}

impl Turn {
    fn expected(&self) -> Value {
        let content = match &self.parts[..] {
            [] => json!(""),
            [text] => json!(text),
            parts => parts.iter().map(|text| json!({"type": "text", "text": text})).collect(),
        };
        let mut message = json!({"role": self.role, "content": content});
        if let Some(name) = &self.name {
            message["name"] = json!(name);
        }
        if !self.calls.is_empty() {
            message["tool_calls"] = self
                .calls
                .iter()
                .map(|(name, arguments)| {
                    json!({"id": "1", "type": "function", "function": {"name": name, "arguments": arguments}})
                })
                .collect();
        }
        message
    }
}

/// Whether some object of the text has a member twice.
fn repeats(text: &[u8]) -> bool {
    // serde_json keeps one of several, the lexer shows all.
    let value: Value = serde_json::from_slice(text).unwrap();
    let mut names = 0;
    count_names(&value, &mut names);
    let mut lexer = Lexer::new();
    let mut input = text;
    let mut written = 0;
    while let Some(token) = lexer.next_token(&mut input) {
        written += usize::from(token.unwrap() == Token::Key);
    }
    names != written
}

fn count_names(value: &Value, names: &mut usize) {
    match value {
        Value::Object(members) => {
            *names += members.len();
            members.values().for_each(|value| count_names(value, names));
        }
        Value::Array(elements) => elements.iter().for_each(|value| count_names(value, names)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn reads_as_it_was_meant(
        model in "[a-z0-9/.-]{1,20}",
        turns in turns(),
        temperature in prop::option::of(0.0..=2.0_f64),
        seed in prop::option::of(any::<i64>()),
        stop in prop::collection::vec(any::<String>(), 0..4),
        metadata in prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
        extra in prop::collection::btree_map(
            prop_oneof![any::<String>(), Just("seed".into()), Just("model".into()), Just("messages".into())],
            any::<String>(),
            0..4,
        ),
        size in 1..50_usize,
    ) {
        let parts: Vec<Vec<_>> =
            turns.iter().map(|turn| turn.parts.iter().map(|text| ContentPart::Text(text)).collect()).collect();
        let calls: Vec<Vec<_>> = turns
            .iter()
            .map(|turn| turn.calls.iter().map(|(name, text)| ToolCall::new("1", name, text)).collect())
            .collect();
        let messages: Vec<_> = turns
            .iter()
            .zip(parts.iter().zip(&calls))
            .map(|(turn, (parts, calls))| {
                let mut message = Message::new(Role::Other(&turn.role), Content::Parts(parts));
                message.name = turn.name.as_deref();
                message.tool_calls(calls)
            })
            .collect();
        let stops: Vec<_> = stop.iter().map(String::as_str).collect();
        let labels: Vec<_> = metadata.iter().map(|(name, value)| (&name[..], &value[..])).collect();
        let extra_text = serde_json::to_string(&extra).unwrap();
        let extra_object = RawObject::new(&extra_text).unwrap();

        let mut request = ChatRequest::new(&model, &messages[..])
            .stop(Stop::Many(&stops))
            .metadata(Metadata::Pairs(&labels))
            .extra(extra_object);
        request.temperature = temperature;
        request.seed = seed;

        let mut expected = Map::new();
        expected.insert("model".into(), json!(model));
        expected.insert("messages".into(), turns.iter().map(Turn::expected).collect());
        if let Some(seed) = seed {
            expected.insert("seed".into(), json!(seed));
        }
        expected.insert("stop".into(), json!(stop));
        expected.insert("metadata".into(), json!(metadata));
        expected.extend(extra.iter().map(|(name, value)| (name.clone(), json!(value))));

        let mut encoder = request.encoder().unwrap();
        let mut text = Vec::new();
        let mut buffer = vec![0; size];
        while encoder.remaining() > 0 {
            let count = encoder.encode(&mut buffer);
            text.extend_from_slice(&buffer[..count]);
        }
        prop_assert_eq!(text.len() as u64, encoder.content_length());
        let mut value: Map<String, Value> = serde_json::from_slice(&text).unwrap();
        // Compared on its own: serde_json rounds some numbers that have 17 digits.
        let read = value.remove("temperature");
        if !extra.contains_key("temperature") {
            let written = read.map(|x| x.as_f64().unwrap());
            prop_assert_eq!(written.is_some(), temperature.is_some());
            let difference = written.unwrap_or(0.0) - temperature.unwrap_or(0.0);
            prop_assert!(difference.abs() <= f64::EPSILON);
        }
        prop_assert_eq!(value.len(), expected.len());
        prop_assert_eq!(&value, &expected);
        prop_assert!(!repeats(&text));

        #[cfg(feature = "serde")]
        {
            let mut value = serde_json::to_value(request).unwrap();
            value.as_object_mut().unwrap().remove("temperature");
            prop_assert_eq!(value, Value::from(expected));
        }
    }
}
