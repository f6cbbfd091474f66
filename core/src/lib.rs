//! The protocol of the ChoreoAI gateway, and of every server that speaks OpenAI's chat completions, without I/O.
//!
//! This crate turns requests into bytes and the bytes of responses, cut anywhere, into events. It has no socket, no clock,
//! no executor and no allocator; it contains no unsafe code and no panic. Whatever moves the bytes drives it: an async
//! client (the `choreoai` crates), a UART, a test.
//!
//! ```text
//! ChatRequest --encode--> bytes [--http1--> bytes] ==transport==> gateway
//! gateway ==transport==> bytes [--http1--> body] --sse--> data --json--> tokens --chat--> Event --> caller
//! status, headers, error --> retry, deadline (the time and the dice are arguments) --> decision
//! ```
//!
//! # A stream, from bytes to text
//!
//! ```
//! use choreoai_core::chat::{Decoder, Event, Verdict};
//!
//! let mut decoder = Decoder::new();
//! let mut answer = String::new();
//! // However the transport cuts the body:
//! for mut bytes in [
//!     &br#"data: {"choices": [{"delta": {"content": "Gr\u00fc"#[..],
//!     br#"\u00dfe"}, "finish_reason": "stop", "index": 0}]}"#,
//!     b"\n\ndata: [DO",
//!     b"NE]\n\n",
//! ] {
//!     while let Some(event) = decoder.next_event(&mut bytes) {
//!         match event? {
//!             Event::Content(text) => answer.push_str(text),
//!             Event::FinishReason(reason) => assert_eq!(reason.text, "stop"),
//!             _ => {}
//!         }
//!     }
//! }
//! decoder.end();
//! assert!(decoder.next_event(&mut &[][..]).is_none(), "the body ended with nothing held");
//! assert_eq!(answer, "Grüße");
//! assert_eq!(decoder.verdict(), Ok(Verdict::Finished));
//! # Ok::<_, choreoai_core::Error>(())
//! ```
//!
//! # What is in it
//!
//! | module | job |
//! |---|---|
//! | [`chat`] | requests and their encoding; the [`Decoder`](chat::Decoder), a [smaller one](chat::TextDecoder) for text alone and faster ones ([for all](chat::TemplateDecoder), [for text alone](chat::TextTemplateDecoder)) for those with some KiB to spare; assembly of whole messages |
//! | [`sse`] | event-stream framing (WHATWG HTML 9.2), usable alone |
//! | [`embedding`] | requests for embeddings |
//! | [`json`] | a resumable lexer and a resumable writer (RFC 8259), usable alone |
//! | `http1` (feature) | HTTP/1.1 for a client (RFC 9110, RFC 9112): request heads, response heads, bodies |
//! | [`retry`], [`deadline`], [`rate_limit`] | decisions, given the time and the dice |
//!
//! Out of scope: sockets, TLS, DNS, HTTP/2, executors, timers.
//!
//! # Features
//!
//! None is on by default, and each only adds.
//!
//! | feature | adds |
//! |---|---|
//! | `http1` | the module of that name |
//! | `alloc` | assembly of whole messages in growable memory |
//! | `heapless` | the same in memory of a stated capacity |
//! | `serde` | `serde::Serialize` for requests; the one part that is not proved free of panics, as it reads raw numbers with the standard library |
//!
//! # Memory
//!
//! | what | bytes (64-bit) |
//! |---|---|
//! | [`chat::Decoder`], for a body of any length | 256, and 64 of scratch unless chosen otherwise |
//! | [`chat::TextDecoder`], for text alone | 176, and as much scratch |
//! | [`chat::TemplateDecoder`], [`chat::TextTemplateDecoder`], which are faster | 4,120, scratch included, unless chosen otherwise |
//! | [`sse::Framer`] alone | 12 |
//! | [`json::Lexer`] alone | 48 |
//! | [`chat::ChatRequest`], [`chat::ChatEncoder`], for messages of any length | 472, 656 |
//!
//! The minimum Rust version is 1.88.
#![no_std]
#![warn(
    clippy::alloc_instead_of_core,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::unwrap_used
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod ascii;
mod body;
pub mod chat;
pub mod deadline;
mod decimal;
pub mod embedding;
mod error;
mod hex;
#[cfg(feature = "http1")]
pub mod http1;
mod invalid_request;
pub mod json;
pub mod rate_limit;
pub mod retry;
pub mod sse;

pub use error::{Error, ErrorClass, ErrorKind};
pub use invalid_request::{InvalidRequest, InvalidRequestKind};

/// Whether code is worth its size that only saves time. On a microcontroller code is dearer than time.
const IS_ROOMY: bool = cfg!(any(target_pointer_width = "64", target_family = "wasm"));
