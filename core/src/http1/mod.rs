//! HTTP/1.1 for a client, without I/O (RFC 9110, RFC 9112).
//!
//! [`RequestHead`] writes the head of a request into whatever room there is; [`Response`] takes a response apart as
//! it arrives, whatever the cuts. Neither owns a buffer, and neither can be made to panic. Connections, TLS,
//! redirects, cookies, upgrades and content codings (gzip) are out of scope; pipelining and `Expect` are not used.
//! What passes through a tunnel that `CONNECT` has opened is not HTTP: it is what is left of the input.
//!
//! # A whole exchange
//!
//! ```
//! use choreoai_core::http1::{FieldBuffer, Method, Part, RequestHead, Response};
//!
//! // The request: a head, piece by piece through a small buffer, and then the body.
//! let body = br#"{"model": "gpt-4"}"#;
//! let fields: [(&str, &[u8]); 2] =
//!     [("Authorization", b"Bearer key"), ("Content-Type", b"application/json")];
//! let mut head = RequestHead::new(Method::Post, "/v1/chat/completions", "localhost:8000", fields)?
//!     .with_content_length(body.len() as u64);
//! let mut sent = Vec::new();
//! let mut buffer = [0; 16];
//! loop {
//!     let count = head.encode(&mut buffer);
//!     sent.extend_from_slice(&buffer[..count]);
//!     if count < buffer.len() {
//!         break;
//!     }
//! }
//! sent.extend_from_slice(body);
//! assert!(sent.starts_with(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:8000\r\n"));
//!
//! // The response, in pieces as a socket would give them.
//! let received: [&[u8]; 3] = [
//!     b"HTTP/1.1 200 OK\r\nContent-Type: text/event-st",
//!     b"ream\r\nTransfer-Encoding: chunked\r\n\r\n6\r\ndata",
//!     b": \r\n8\r\n[DONE]\n\n\r\n0\r\n\r\n",
//! ];
//! let mut response = Response::new(Method::Post);
//! let mut memory = [0; 256];
//! let mut field_buffer = FieldBuffer::new(&mut memory);
//! let (mut status, mut content_type, mut data) = (0, Vec::new(), Vec::new());
//! let mut rest: &[u8] = &[];
//! for input in received {
//!     rest = input;
//!     while let Some(part) = response.next_part(&mut rest) {
//!         let part = part?;
//!         match part {
//!             Part::Status(code) => status = code,
//!             Part::Data(piece) => data.extend_from_slice(piece),
//!             _ => {}
//!         }
//!         // A field that is too long for the buffer would be `Some(Err(_))`; here, one to ignore.
//!         if let Some(Ok(field)) = field_buffer.push(part)
//!             && field.is("content-type")
//!         {
//!             content_type = field.value.to_vec();
//!         }
//!     }
//! }
//! assert_eq!(status, 200);
//! assert_eq!(content_type, b"text/event-stream");
//! assert_eq!(data, b"data: [DONE]\n\n");
//! assert!(response.is_complete());
//! assert!(response.may_reuse(rest));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # States of a response
//!
//! ```text
//!   new
//!    |       .---- Interim(1xx) ----.
//!    v       v                      |
//!   status line ------------> fields, skipped
//!    |
//!    | Status(code)
//!    v
//!   fields: Name+ Value* FieldEnd, repeated
//!    |
//!    | HeadEnd
//!    |
//!    |-- to HEAD; 2xx to CONNECT; 204, 304; length 0 -----------> End --> complete
//!    |-- Transfer-Encoding: chunked --> Data* --> trailers -----> End --> complete
//!    |-- Content-Length: n -----------> Data*, n bytes in all --> End --> complete
//!    '-- none of these ---------------> Data* ---- end(), the close ----> complete
//!
//!   everywhere: a refused byte, a limit, end() too early --> failed, for good
//! ```
//!
//! # Bounds
//!
//! | what | bound | past it |
//! |---|---|---|
//! | state kept | at most 96 bytes ([`Response`]) | |
//! | all heads of a response together, interim ones included | [`DEFAULT_HEAD_LIMIT`], or [`Response::with_head_limit`] | [`ErrorKind::HeadLimit`] |
//! | interim (`1xx`) responses | [`MAX_INTERIM_HEADS`] | [`ErrorKind::InterimLimit`] |
//! | blank lines before a status line | [`MAX_BLANK_LINES`] | [`ErrorKind::BlankLineLimit`] |
//! | `Content-Length` | 2^64 - 1 | [`ErrorKind::ContentLengthLimit`] |
//! | digits of a chunk size, leading zeros included | [`MAX_CHUNK_SIZE_DIGITS`] | [`ErrorKind::ChunkSizeLimit`] |
//! | bytes of chunk extensions ahead of the data | [`MAX_CHUNK_EXTENSIONS`] | [`ErrorKind::ChunkExtensionLimit`] |
//! | trailers | [`MAX_TRAILERS`] | [`ErrorKind::TrailerLimit`] |
//! | body | none: it is streamed | |
//!
//! # What is tolerated, and what is not
//!
//! Whatever is tolerated costs the connection: [`Response::may_reuse`] is false after it, so that no disagreement
//! about where a message ends can reach the next one. Tolerated are blank lines before the status line; a line of a
//! head or of trailers that ends in a bare LF (RFC 9112, section 2.2); a folded field line, joined by spaces (section
//! 5.2); `Transfer-Encoding` together with `Content-Length`, where the former counts, and in an HTTP/1.0 response
//! (section 6.1); white space after a chunk size; a `204` that announces a body.
//!
//! A reason phrase may be missing, with or without the space before it; `Content-Length: 5, 5` is 5 (RFC 9110,
//! section 8.6); chunk extensions and trailers are skipped. None of these costs anything.
//!
//! Refused are a bare CR anywhere, a bare LF in the framing of chunks, white space before a colon, a fold before the
//! first field, control characters (DEL and NUL among them, the tab apart), lengths that differ, a sign or a prefix
//! at a number, any transfer coding but one single `chunked`, and `101`.

mod chunked;
mod error;
mod field_buffer;
mod fields;
mod framing;
mod request_head;
mod response;
mod status_line;
mod syntax;

#[cfg(test)]
mod tests;

pub use chunked::{MAX_CHUNK_EXTENSIONS, MAX_CHUNK_SIZE_DIGITS, MAX_TRAILERS};
pub use error::{Error, ErrorKind};
pub use field_buffer::{Field, FieldBuffer, FieldTooLong};
pub use request_head::{Method, RequestError, RequestErrorKind, RequestHead};
pub use response::{DEFAULT_HEAD_LIMIT, MAX_INTERIM_HEADS, Part, Remaining, Response};
pub use status_line::MAX_BLANK_LINES;
