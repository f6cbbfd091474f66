//! The ChoreoAI client for microcontrollers: chat completions over any [`embedded-io-async`](embedded_io_async) stream, on any
//! executor, with no allocator and in buffers that the caller gives.
//!
//! ```
//! use choreoai_embedded::chat::{ChatRequest, Event, Message, Verdict};
//! use choreoai_embedded::{Endpoint, Session};
//! # use embedded_io_async::{ErrorType, Read, Write};
//! #
//! # /// A stream that gives what it has and forgets what it is given.
//! # struct Socket(&'static [u8]);
//! # impl ErrorType for Socket { type Error = core::convert::Infallible; }
//! # impl Read for Socket {
//! #     async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Self::Error> { self.0.read(buffer).await }
//! # }
//! # impl Write for Socket {
//! #     async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
//! #     async fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
//! # }
//! # let socket = Socket(b"HTTP/1.1 200 OK\r\n\r\ndata: {\"choices\": [{\"delta\": {\"content\": \"On it.\"}, \
//! #     \"index\": 0, \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n");
//! # let mut console = String::new();
//! # let done = futures_lite::future::block_on(async {
//!
//! const ENDPOINT: Endpoint<'_> = Endpoint::new("gateway.example").with_key("sk-...");
//! const REQUEST: ChatRequest<'_> = ChatRequest::new("gpt-4", &[Message::user("Light in the hall, please.")]);
//!
//! let mut buffer = [0; 512];
//! let mut session = Session::new(socket, &mut buffer).with_endpoint(ENDPOINT); // any `Read + Write`
//! let mut answer = session.stream(&REQUEST).await?;
//! while let Some(event) = answer.next().await? {
//!     if let Event::Content(text) = event {
//!         console.push_str(text);
//!     }
//! }
//! assert_eq!(answer.verdict(), Some(Verdict::Finished)); // every choice said why it ended
//! # assert_eq!(console, "On it.");
//! # Ok::<(), choreoai_embedded::Error<core::convert::Infallible>>(())
//! # });
//! # assert_eq!(done, Ok(()));
//! ```
//!
//! In scope: requests of any length through a buffer of any size, answers event by event, several calls over one connection,
//! deadlines by a timer of the caller's, retries, tools, error reports. Out of scope: sockets, name resolution, TLS, other calls
//! than chat completions, redirects (they are an error with their status), several calls at once on one connection.
//!
//! # A call
//!
//! ```text
//!                  ┌──────────────────── reusable ◀────────────────────┐
//!                  ▼                                                   │ the end of the response,
//! Session::new ─▶ stream, create, ... ───▶ 2xx ──▶ Answer ──▶ next ... ┤ or [DONE]
//!                  │                        │                          │
//!                  │ not as it is           └─▶ else: Error::Refused   └─▶ a failure, or dropped before
//!                  ▼                            and the report                     │
//!                 Error::Request, Endpoint                                         ▼
//!                                                          only `reconnect` helps: Error::Reconnect
//! ```
//!
//! What is sent:
//!
//! | | when | checked | gone through, each attempt |
//! |---|---|---|---|
//! | [`send`](Session::send) | the text is there as a whole, in flash for instance | no | once |
//! | [`send_parts`](Session::send_parts) | a few values change: the rest stands in flash | no; texts are quoted and escaped | twice |
//! | [`stream`](Session::stream), [`create`](Session::create) | histories, tools and options are put together at run time | yes | three times |
//!
//! The first two have to say `"stream":true` themselves if the answer is to come piece by piece; the server refuses what is not JSON.
//! What each takes of [flash](#flash) and [memory](#memory) is below.
//!
//! [`Session`] makes calls over a connection that stands, and repeats nothing. [`Client`] owns a [connector](connect::Connect)
//! instead: it connects, sends requests again by the [`Policy`](retry::Policy) where that is allowed, and never after an event of
//! an answer has come. Both give an [`Answer`], which ends in exactly one way: with `None` and a verdict, or with one error.
//! A response that is cut, short of its length or malformed is never a success. Where nothing but the end of the connection ends it, the
//! end of the stream is that of the response: once each choice that came has said why it ended, and no other event has begun, that is a success, `[DONE]` or not.
//!
//! # Dropped futures
//!
//! | dropped | then |
//! |---|---|
//! | a future that was never polled | nothing has happened |
//! | `stream`, `create`, `send` or `send_parts` before it is done | [`Error::Reconnect`] until there is another connection |
//! | `next` while it waits for the transport | the same; with [safe reads](Session::with_safe_reads) the next call goes on |
//! | an [`Answer`] before its end | the same; after `[DONE]` the connection is kept |
//!
//! A [`Client`] makes the new connection by itself. Nothing is ever sent on a connection whose last response was not read to its end.
//! To cancel an answer at the server, close the connection: drop the session's socket, or call [`Client::close`].
//!
//! # Deadlines
//!
//! By a [`Timer`](time::Timer), which is a clock and a way to wait: [`Session::with_timer`]. They are looked at whenever the transport
//! is waited for. Without a timer there are none, and a server that falls silent is waited for as long as the transport does.
//!
//! # TLS
//!
//! A TLS stream is a stream. With embedded-tls 0.19, of which the feature `rustpki` verifies certificates without an allocator:
//!
#![doc = "```"]
#![doc = include_str!("../tests/tls/connector.rs")]
#![doc = "```"]
//!
//! ```
//! # mod connector { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tls/connector.rs")); }
//! # use choreoai_embedded::{chat::ChatRequest, Endpoint, Error, Session};
//! # use embedded_io_async::{Read, Write};
//! # use embedded_tls::{CryptoRngCore, TlsClock, TlsError};
//! # use connector::open;
//! # async fn ask<Rtc: TlsClock>(
//! #     socket: impl Read + Write, root: &[u8], rng: impl CryptoRngCore, endpoint: Endpoint<'_>, request: &ChatRequest<'_>,
//! # ) -> Result<(), Error<TlsError>> {
//! let (mut read_record, mut write_record) = ([0; 16_640], [0; 1024]);
//! let tls = open::<Rtc, 4096, _>(socket, "gateway.example", root, rng, &mut read_record, &mut write_record);
//! let mut buffer = [0; 512];
//! let mut session = Session::new(tls.await.map_err(Error::Connect)?, &mut buffer).with_endpoint(endpoint);
//! let mut answer = session.stream(request).await?;
//! # while answer.next().await?.is_some() {}
//! # Ok(())
//! # }
//! ```
//!
//! What to know of it; what counts most is tested, with rustls at the other end, in `tests/tls`:
//!
//! - It takes any certificate for that of a CA. Whoever has a certificate of the root can issue one for the gateway: `root` must
//!   have signed nothing but the gateway's, or be the gateway's own certificate, which then has signed itself. Never a public root.
//! - Keys are P-256; `p384` and `ed25519` are features of it, and `rsa` is one that allocates. The name must be among the first
//!   three DNS names of the certificate, and have at most 64 bytes; addresses are no names. Without a clock, as with `NoClock`,
//!   an expired certificate is as good as any.
//! - A record that is longer than `read_record` is an [`Error::Io`]. No record needs more than 16,640 bytes. With less, the server
//!   has to honour `TlsConfig::with_max_fragment_length`, which rustls does not. A request may be longer than `write_record`; a
//!   kilobyte is enough for the handshake.
//! - The end of the stream is always an [`Error::Io`]: `TlsError::IoError` where it is cut, in a record or between two,
//!   `ConnectionClosed` after a `close_notify`. A response is complete by its length, its last chunk or `[DONE]`. One without these
//!   is never a success, which is as it should be: a `close_notify` that is not encrypted is taken for one, so do not make the end
//!   of the stream out of `ConnectionClosed`.
//! - It panics on some handshake messages that come after the handshake, even on those that are not encrypted: whoever sits on the
//!   connection can reset the device, if that is what a panic does there.
//! - A read that is dropped in the middle of a record has lost it: no [safe reads](Session::with_safe_reads).
//!
//! `examples/firmware` speaks it on an emulated Cortex-M3 with 64 KiB of RAM. With a `CHAIN` of 1024 a program that streams text
//! has 109 KB of flash (22 without TLS), and a stack of 54 KB during the handshake, the records included. A longer chain takes
//! several times its length more.
//!
//! The records are lent until the stream is dropped, and then serve the next one. A [`Connect`](connect::Connect) keeps its
//! connection beside the records and so cannot have them back: what is sent again over TLS is sent over a new [`Session`], after
//! what [`Retry`](retry::Retry) decides. The handshake has no deadline but the caller's.
//!
//! For any other TLS: the end of a stream without `close_notify` must be an error of its `read`, since a response that ends with
//! the stream cannot be known to be whole otherwise.
//!
//! # Secrets
//!
//! The key is in no `Debug`, no error and no log, not even where a server repeats it: see [`ErrorReport::has_secret`]. The events of
//! an answer are what the server has sent.
//!
//! # Features
//!
//! None is on by default, and each only adds.
//!
//! | feature | adds |
//! |---|---|
//! | `embassy-net` | `connect::EmbassyTcp` |
//! | `embedded-nal-async` | `connect::NalTcp` |
//! | `embassy-time` | `time::EmbassyTimer` |
//! | `embedded-hal-async` | `time::DelayTimer`, of a `DelayNs` and a clock |
//! | `serde-json-core` | `json`: typed tool arguments and structured answers; the one part that is not proved free of panics |
//! | `defmt` | `defmt::Format` for errors, reports and settings; what happens during a call |
//! | `log` | what happens during a call |
//!
//! # Memory
//!
//! On a 32-bit machine, in bytes. Nothing grows with the length of a request or an answer.
//!
//! | what | bytes |
//! |---|---|
//! | [`Session`], of which the decoder takes 320 | 488, and the socket |
//! | the buffer | any size; 256 to 1024 serve well |
//! | [`ErrorReport`] | 112, its message and three labels |
//! | [`Answer`] | 12 |
//! | deadlines | 120, and the timer |
//! | the future of [`Session::stream`], of which the request's encoder takes 304; of [`Session::send_parts`] with the iterator of a slice; of [`Session::send`] | 504; 272; 216 |
//! | the future of [`Answer::next`] | 60, or 136 with a timer |
//! | a [`Client`], with its deadlines and an `ErrorReport<64, 32>`; the future of [`Client::stream`] | 976; 616 |
//! | [`chat::ChatRequest`]; none if it is a `const` | 296 |
//!
//! # Flash
//!
//! What is not used is not linked. On a Cortex-M3 with `opt-level = "s"`, fat LTO and `panic = "abort"`, in KB, as `examples/firmware`
//! measures it:
//!
//! | what | KB |
//! |---|---|
//! | a [`Session`] that [sends](Session::send) a text as it is and reads by a [`TextDecoder`](chat::TextDecoder), with the program around it, without a board's support | 18 |
//! | a [`Decoder`](chat::Decoder), which is the default, instead | + 4.7 |
//! | a request in [parts](Session::send_parts), of texts alone | + 1.5 |
//! | a [`ChatRequest`](chat::ChatRequest) | + 10.4 |
//! | deadlines | + 1.7 |
//! | a [`Client`] with [`StatusOnly`], which connects anew and asks again, instead of a [`Session`] with deadlines | + 2.6 |
//! | an [`ErrorReport`], beside a [`Decoder`](chat::Decoder), which it takes for that | + 4.6 |
//! | tool calls that are kept by a [`FixedAssembler`](chat::assemble::FixedAssembler), beside a [`Decoder`](chat::Decoder) | + 3.6 |
//!
//! # Limits
//!
//! | what | limit | past it |
//! |---|---|---|
//! | heads of a response | 64 KiB | [`ErrorKind::Limit`] |
//! | rest of a response behind `[DONE]` | 4 KiB, and a second with a timer | [`Error::Reconnect`] |
//! | body of a refusal | 16 KiB, and five seconds with a timer | what came counts; [`ErrorReport::is_cut`] |
//! | values of an error report | stated by its type | [`Kept`](chat::assemble::Kept) says so |
//! | text, tool calls and their arguments that are kept | stated by the type of the [assembler](chat::assemble::FixedAssembler) | [`Kept`](chat::assemble::Kept) says so |
//!
//! No function panics, but for what the compiler adds to every `async` function: being polled once more after it was done. The
//! minimum Rust version is 1.88.
#![no_std]
#![warn(
    clippy::alloc_instead_of_core,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::unwrap_used
)]

mod answer;
mod body;
mod call;
mod client;
pub mod connect;
mod decode;
mod endpoint;
mod error;
mod exchange;
#[cfg(feature = "serde-json-core")]
pub mod json;
mod report;
mod session;
mod socket;
pub mod time;
mod trace;
mod wire;

pub use answer::Answer;
pub use choreoai_core::{chat, http1, json as raw_json, retry};
pub use client::{Client, ClientAnswer};
pub use decode::Decode;
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind};
pub use report::{ErrorReport, Report, StatusOnly};
pub use session::Session;
