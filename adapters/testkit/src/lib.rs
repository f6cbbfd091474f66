//! A scripted gateway for tests and demonstrations, on plain threads and sockets.
//!
//! It sends any bytes, at any cut, with any pause, and ends a connection in every way there is; and it remembers what
//! it was asked and how each answer ended, so that a test can check both sides. There is no HTTP library in it: what an
//! HTTP library would refuse to send is what a client has to be tried with.
//!
//! | part | what it is |
//! |---|---|
//! | [`Gateway`] | listens on a loopback port, plays a [`Script`], records requests |
//! | [`Answer`], [`Step`] | one response as data: head, framing, pieces, pauses, gates, and how it ends |
//! | [`Gate`] | holds an answer until the test lets it go on; tests interleave by gates, never by sleeping |
//! | [`wire`] | bodies as the ChoreoAI gateway and its kin write them |
//! | [`demo`] | a gateway that answers prompts, for demonstrations and end-to-end tests |
//! | `conformance` | the behaviours that every transport is tried with (feature `conformance`) |
//! | `tls` | throw-away certificates, good and bad (feature `tls`) |
//!
//! ```
//! use choreoai_testkit::{Answer, Gate, Gateway, Script, wire::{Chunks, Dialect}};
//!
//! let mut chunks = Chunks::new(Dialect::Gateway, "gpt-4");
//! let gate = Gate::new();
//! let answer = Answer::event_stream()
//!     .event(chunks.content(0, "first"))
//!     .gate(&gate) // the rest is sent when the test has seen the first piece
//!     .event(chunks.content(0, "second"))
//!     .event(chunks.finish(0, "stop"))
//!     .done();
//! let gateway = Gateway::start(Script::from(answer))?;
//! # let mut client = std::net::TcpStream::connect(gateway.addr())?;
//! # use std::io::{BufRead, BufReader, Write};
//! # client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")?;
//! // ... a client streams from `gateway.base_url()`, sees "first", and then:
//! gate.open();
//! # let lines = BufReader::new(client).lines().map_while(Result::ok);
//! # assert!(lines.into_iter().any(|line| line == "data: [DONE]"));
//! assert_eq!(gateway.requests().len(), 1);
//! # std::io::Result::Ok(())
//! ```

mod answer;
#[cfg(feature = "conformance")]
pub mod conformance;
mod connection;
pub mod demo;
mod gate;
mod gateway;
mod link;
mod request;
mod script;
#[cfg(feature = "tls")]
pub mod tls;
mod watched;
pub mod wire;

pub use answer::{Answer, Framing, Step};
pub use gate::Gate;
pub use gateway::Gateway;
pub use request::{Outcome, RecordedRequest};
pub use script::Script;

#[cfg(test)]
mod tests;
