//! A conversation of about a megabyte: questions and answers in turn, with line ends and quotes.

use choreoai_core::chat::Message;

use crate::workloads::long_texts;

/// The texts, and the request as JSON.
pub(super) struct Conversation {
    pub(super) texts: Vec<String>,
    /// As `serde_json` writes a map of them.
    pub(super) expected: String,
}

pub(super) const MODEL: &str = "gpt-4o-mini";

impl Conversation {
    pub(super) fn new() -> Self {
        let texts = long_texts(256);
        let roles = ["user", "assistant"].into_iter().cycle();
        let messages: Vec<_> = roles
            .zip(&texts)
            .map(|(role, text)| serde_json::json!({"role": role, "content": text}))
            .collect();
        let expected = serde_json::json!({"model": MODEL, "messages": messages, "stream": true}).to_string();
        Self { texts, expected }
    }

    /// Lent, as this project takes them.
    pub(super) fn messages(&self) -> Vec<Message<'_>> {
        self.texts
            .iter()
            .enumerate()
            .map(|(at, text)| if at % 2 == 0 { Message::user(text) } else { Message::assistant(text) })
            .collect()
    }
}
