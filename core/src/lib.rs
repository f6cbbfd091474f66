//! The protocol of the ChoreoAI gateway, without I/O.
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

mod body;
pub mod chat;
pub mod deadline;
mod decimal;
pub mod embedding;
mod error;
mod invalid_request;
pub mod json;
pub mod rate_limit;
pub mod retry;
pub mod sse;
#[cfg(feature = "http1")]
pub mod http1;

pub use error::{Error, ErrorClass, ErrorKind};
pub use invalid_request::{InvalidRequest, InvalidRequestKind};
