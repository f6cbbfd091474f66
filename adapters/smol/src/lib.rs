//! The ChoreoAI client on smol.

mod connector;
mod timer;

pub use choreoai::*;
pub use connector::{SmolConnecting, SmolConnector};
pub use timer::{SmolSleep, SmolTimer};
