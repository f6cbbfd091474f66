//! Crates for event streams, each with `serde_json` into borrowed structs.

use std::convert::Infallible;

use futures_lite::{StreamExt, future, stream};
use sse_core::{SseDecoder, SseEvent};
use sse_stream::SseByteStream;
use sseer::event_stream::EventStream;

use super::Decode;
use super::minimal::Chunk;
use crate::reads::Reads;
use crate::sink::Sink;

pub(super) struct SseCore;
pub(super) struct SseStream;
pub(super) struct Sseer;

/// By its decoder, without the stream around it.
impl Decode for SseCore {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        let mut decoder = SseDecoder::new();
        for mut input in reads.slices.iter().copied() {
            while let Some(event) = decoder.next(&mut input) {
                if let SseEvent::Message(message) = event.expect("the body is valid") {
                    deliver(&message.data, sink);
                }
            }
        }
    }
}

/// By its stream over buffers, which its page prefers where there is no HTTP body.
impl Decode for SseStream {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        let reads = stream::iter(reads.slices.iter().copied().map(Ok::<_, Infallible>));
        let mut events = std::pin::pin!(SseByteStream::new(reads));
        future::block_on(async {
            while let Some(event) = events.next().await {
                if let Some(data) = event.expect("the body is valid").data {
                    deliver(&data, sink);
                }
            }
        });
    }
}

/// With shared buffers, of which it cuts its events where these are whole.
impl Decode for Sseer {
    fn decode(reads: &Reads<'_>, sink: &mut impl Sink) {
        let reads = stream::iter(reads.shared.iter().cloned().map(Ok::<_, Infallible>));
        let mut events = std::pin::pin!(EventStream::new(reads));
        future::block_on(async {
            while let Some(event) = events.next().await {
                deliver(&event.expect("the body is valid").data, sink);
            }
        });
    }
}

fn deliver(data: &str, sink: &mut impl Sink) {
    if data != "[DONE]" {
        let chunk: Chunk<'_> = serde_json::from_str(data).expect("the body is valid");
        chunk.deliver(sink);
    }
}
