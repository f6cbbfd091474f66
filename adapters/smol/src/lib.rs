//! The [ChoreoAI client](choreoai) on smol, and on any other executor: sockets and timers are driven by
//! [`async-io`](async_io)'s own thread, so that a bare `block_on` is enough.
//!
//! The whole of [`choreoai`] is re-exported: this crate is the only one to depend on.
//!
//! | feature | what it brings |
//! |---|---|
//! | `rustls` (on by default) | `https`, by rustls with `ring` |

mod connector;
mod race;
mod timer;
mod transport;

pub use choreoai::*;
pub use connector::{SmolConnecting, SmolConnector};
pub use timer::{SmolSleep, SmolTimer};
pub use transport::{SmolConnect, SmolTransport, TransportBuilder};
