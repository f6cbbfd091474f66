//! What a client must do whatever a server does, over any transport.
//!
//! A behaviour is a script for the [`Gateway`](crate::Gateway), one or more calls of the client, and what must come of
//! them on both sides: text, verdict or error, the number of requests that the server saw, the waits between them, the
//! memory that it took, and whether the connection served the next request. Behaviours are written once, against
//! `choreoai`'s `Transport` and `Timer`; an adapter names its own by a [`Subject`] and [`run`]s them, theme by theme:
//!
//! ```ignore
//! struct Smol;
//!
//! impl Subject for Smol {
//!     type Transport = SmolTransport;
//!     type Timer = SmolTimer;
//!
//!     fn transport(&self) -> SmolTransport {
//!         SmolTransport::default()
//!     }
//!
//!     fn timer(&self) -> SmolTimer {
//!         SmolTimer::default()
//!     }
//!
//!     fn block_on<F: Future>(&self, future: F) -> F::Output {
//!         futures_lite::future::block_on(future)
//!     }
//! }
//!
//! #[test]
//! fn framing() {
//!     run(Smol, Theme::Framing).assert();
//! }
//! ```
//!
//! Of every call it is checked besides that
//!
//! - it ends, and a stream ends once: after an error comes nothing;
//! - the API key is not in what the error prints, and that is one line;
//! - the client broke no rule of HTTP;
//! - the next call over the same transport is answered in full, over the same connection exactly where that may be.
//!
//! Where a library beneath the transport decides, a subject says what cannot be done ([`Subject::is_able`]). That is left out
//! and reported as such; [`run_left_out`] runs it all the same, to show that it fails.
//!
//! Nothing sleeps in order to be right. Waits before a retry that a behaviour expects are noted and passed over;
//! deadlines are real and short where the server is silent, and off everywhere else. A behaviour that does not end is
//! given up after a minute and reported by its name.

mod behaviour;
mod bodies;
mod deaf;
mod documented;
mod expect;
mod hurried;
mod picture;
mod report;
mod stage;
mod subject;
#[cfg(test)]
mod tests;
mod themes;

pub use documented::documented;
pub use report::{Fate, Report, Run};
pub use stage::{run, run_left_out};
pub use subject::{Ability, Subject};
pub use themes::Theme;
