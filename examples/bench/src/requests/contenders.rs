//! Who encodes. The request is made beforehand, by each in its own types.

use std::cell::RefCell;
use std::hint::black_box;

use choreoai_core::chat::ChatRequest;

use super::conversation::{Conversation, MODEL};

/// A row of the table.
pub(super) struct Contender {
    pub(super) name: &'static str,
    /// What is measured.
    pub(super) prepare: for<'c> fn(&'c Conversation) -> Box<dyn Fn() + 'c>,
    /// What it writes.
    write: fn(&Conversation) -> Vec<u8>,
}

pub(super) const CONTENDERS: &[Contender] = &[
    // What goes to a vectored write: escapes are chunks of their own, all other text is lent.
    Contender { name: "choreo-chunks", prepare: lend_chunks, write: write_chunks },
    Contender {
        name: "choreo-16k",
        prepare: |conversation| fill(conversation, 16 * 1024),
        write: |conversation| write_filled(conversation, 16 * 1024),
    },
    Contender {
        name: "choreo-whole",
        prepare: |conversation| fill(conversation, usize::MAX),
        write: |conversation| write_filled(conversation, usize::MAX),
    },
    #[cfg(feature = "peers")]
    Contender { name: "async-openai", prepare: peer::prepare, write: peer::write },
    Contender { name: "memcpy", prepare: copy, write: |conversation| conversation.expected.clone().into() },
];

impl Contender {
    /// # Panics
    ///
    /// If it writes another request.
    pub(super) fn check(&self, conversation: &Conversation) {
        let written: serde_json::Value =
            serde_json::from_slice(&(self.write)(conversation)).expect("valid JSON");
        let expected: serde_json::Value = serde_json::from_str(&conversation.expected).expect("valid JSON");
        assert!(written == expected, "{} writes another request", self.name);
    }
}

/// Goes through the chunks, without a copy; makes the encoder too, which measures the length.
fn lend_chunks(conversation: &Conversation) -> Box<dyn Fn() + '_> {
    let messages = conversation.messages();
    Box::new(move || {
        let request = ChatRequest::new(MODEL, &messages[..]).stream(true);
        let encoder = request.encoder().expect("a valid request");
        black_box(encoder.content_length());
        for chunk in encoder {
            black_box(chunk.as_bytes());
        }
    })
}

fn write_chunks(conversation: &Conversation) -> Vec<u8> {
    let messages = conversation.messages();
    let request = ChatRequest::new(MODEL, &messages[..]).stream(true);
    let encoder = request.encoder().expect("a valid request");
    encoder.flat_map(|chunk| chunk.as_bytes().to_vec()).collect()
}

/// Writes into one buffer of this size, or of the length of the text, again and again.
fn fill(conversation: &Conversation, size: usize) -> Box<dyn Fn() + '_> {
    let messages = conversation.messages();
    let buffer = RefCell::new(Vec::new());
    Box::new(move || {
        let request = ChatRequest::new(MODEL, &messages[..]).stream(true);
        let mut encoder = request.encoder().expect("a valid request");
        let buffer = &mut *buffer.borrow_mut();
        buffer.resize(size.min(encoder.content_length() as usize), 0);
        while encoder.encode(buffer) > 0 {
            black_box(&mut *buffer);
        }
    })
}

fn write_filled(conversation: &Conversation, size: usize) -> Vec<u8> {
    let messages = conversation.messages();
    let request = ChatRequest::new(MODEL, &messages[..]).stream(true);
    let mut encoder = request.encoder().expect("a valid request");
    let mut buffer = vec![0; size.min(encoder.content_length() as usize)];
    let mut text = Vec::new();
    loop {
        let count = encoder.encode(&mut buffer);
        if count == 0 {
            return text;
        }
        text.extend_from_slice(&buffer[..count]);
    }
}

fn copy(conversation: &Conversation) -> Box<dyn Fn() + '_> {
    let buffer = RefCell::new(Vec::new());
    Box::new(move || {
        let buffer = &mut *buffer.borrow_mut();
        buffer.clear();
        buffer.extend_from_slice(black_box(conversation.expected.as_bytes()));
        black_box(buffer);
    })
}

/// `serde_json` of the request types of `async-openai`, into a buffer that is kept.
#[cfg(feature = "peers")]
mod peer {
    use async_openai::types::chat::{
        ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage,
        ChatCompletionRequestUserMessage, CreateChatCompletionRequest,
    };

    use super::super::conversation::{Conversation, MODEL};
    use super::{RefCell, black_box};

    pub(super) fn prepare(conversation: &Conversation) -> Box<dyn Fn() + '_> {
        let request = request(conversation);
        let buffer = RefCell::new(Vec::new());
        Box::new(move || {
            let buffer = &mut *buffer.borrow_mut();
            buffer.clear();
            serde_json::to_writer(&mut *buffer, &request).expect("a vector takes all");
            black_box(buffer);
        })
    }

    pub(super) fn write(conversation: &Conversation) -> Vec<u8> {
        serde_json::to_vec(&request(conversation)).expect("a vector takes all")
    }

    fn request(conversation: &Conversation) -> CreateChatCompletionRequest {
        let message = |(at, text): (usize, &String)| -> ChatCompletionRequestMessage {
            match at % 2 {
                0 => ChatCompletionRequestUserMessage::from(text.as_str()).into(),
                _ => ChatCompletionRequestAssistantMessage::from(text.as_str()).into(),
            }
        };
        CreateChatCompletionRequest {
            model: MODEL.to_owned(),
            messages: conversation.texts.iter().enumerate().map(message).collect(),
            stream: Some(true),
            ..CreateChatCompletionRequest::default()
        }
    }
}
