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

pub mod chat;
mod error;
#[cfg(feature = "http1")]
pub mod http1;

pub use error::{Error, ErrorClass, ErrorKind};
