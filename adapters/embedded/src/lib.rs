//! ChoreoAI client for microcontrollers.
#![no_std]
#![warn(
    clippy::alloc_instead_of_core,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::unwrap_used
)]

mod answer;
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
pub mod time;
mod trace;
mod wire;

pub use answer::Answer;
pub use choreoai_core::{chat, http1, retry};
pub use client::{Client, ClientAnswer};
pub use decode::Decode;
pub use endpoint::Endpoint;
pub use error::{Error, ErrorKind};
pub use report::{ErrorReport, Report, StatusOnly};
pub use session::Session;
