//! The ChoreoAI client, generic over transport and timer.

mod transport;

pub use transport::{ResponseBody, Timer, Transport, TransportError, TransportErrorKind};
