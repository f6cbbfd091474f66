//! What people use today: `eventsource-stream`, whose data go into the types of `async-openai` by `serde_json`.
//!
//! As the `async-openai` client does it, without the channel and the task that are between its decoding and its user.

use std::convert::Infallible;

use async_openai::types::chat::CreateChatCompletionStreamResponse;
use eventsource_stream::EventStream;
use futures_lite::{StreamExt, future, stream};

use super::Decode;
use crate::reads::Reads;
use crate::sink::Sink;

pub(super) struct AsyncOpenai;

impl Decode for AsyncOpenai {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        // It copies what it is given, so slices are the cheapest to give.
        let reads = stream::iter(reads.slices.iter().copied().map(Ok::<_, Infallible>));
        let mut events = std::pin::pin!(EventStream::new(reads));
        future::block_on(async {
            while let Some(event) = events.next().await {
                let event = event.expect("the body is valid");
                if event.data == "[DONE]" {
                    break;
                }
                deliver(serde_json::from_str(&event.data).expect("the body is valid"), sink);
            }
        });
    }
}

fn deliver(chunk: CreateChatCompletionStreamResponse, sink: &mut impl Sink) {
    for choice in &chunk.choices {
        if let Some(content) = &choice.delta.content {
            sink.content(content);
        }
        for call in choice.delta.tool_calls.iter().flatten() {
            if let Some(arguments) = call.function.as_ref().and_then(|function| function.arguments.as_ref()) {
                sink.arguments(arguments);
            }
        }
        if choice.finish_reason.is_some() {
            sink.finish();
        }
        sink.choice(choice.index);
    }
}
